import { createRequire } from "node:module";
import type { Plugin } from "esbuild";
import { findSchemas } from "./find-schemas.ts";
import { repositoryRoot } from "./repository-root.ts";
import { compileValidator } from "./standalone-validator.ts";

const namespace = "fairlead-validator";
const require = createRequire(import.meta.url);

/**
 * Replaces `steps/lib/schema/precompiled.ts` by validators compiled now, one lazy chunk each: compiling one at start
 * costs more than starting Node.
 */
export async function precompileValidators(): Promise<Plugin> {
  const schemas = await findSchemas();
  return {
    name: "precompile-validators",
    setup: (build) => {
      build.onLoad({ filter: /steps\/lib\/schema\/precompiled\.ts$/ }, () => {
        const entries = [...schemas.keys()].map(
          (id) =>
            `${JSON.stringify(id)}: async () => asValidator((await import(${JSON.stringify(`${namespace}:${id}`)})).default)`,
        );
        const contents = `import { asValidator } from "./as-validator.ts";\nexport const precompiled = {\n${entries.join(",\n")}\n};\n`;
        return { contents, loader: "ts" };
      });
      build.onResolve({ filter: new RegExp(`^${namespace}:`) }, ({ path }) => ({
        path: path.slice(namespace.length + 1),
        namespace,
      }));
      build.onLoad({ filter: /.*/, namespace }, ({ path }) => {
        const schema = schemas.get(path);
        if (schema === undefined) throw new Error(`no schema ${path}`);
        return { contents: compileValidator(schema), loader: "js", resolveDir: repositoryRoot };
      });
      // Helper modules of ajv that compiled validators require, resolved as the library's own.
      build.onResolve({ filter: /^ajv(-formats)?\/dist\// }, ({ path }) => ({ path: require.resolve(path) }));
    },
  };
}
