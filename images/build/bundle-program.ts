import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { build, type Metafile } from "esbuild";
import { precompileValidators } from "./precompile-validators.ts";
import { repositoryRoot } from "./repository-root.ts";
import { shakeTypebox } from "./shake-typebox.ts";
import { shipAssets } from "./ship-assets.ts";

export interface ProgramBundle {
  /** File name (flat) → contents. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly sizes: ProgramSizes;
  /** Places of the npm packages whose code is in it: `node_modules/undici`. */
  readonly packages: readonly string[];
}

/** Bytes, from esbuild's metafile. */
export interface ProgramSizes {
  /** What every start parses: the entry and its static imports. */
  readonly entry: number;
  readonly total: number;
  /** What of it is not the project's own code. */
  readonly dependencies: number;
  /** Bytes per npm package, `fairlead` for the project's own code. */
  readonly packages: ReadonlyMap<string, number>;
}

// CommonJS dependencies inside an ES module bundle ask for `require` of Node's own modules (pino does).
const banner = `import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);`;

const entryName = "fairlead";

async function version(): Promise<string> {
  const { version: text }: { readonly version: string } = JSON.parse(
    await readFile(join(repositoryRoot, "package.json"), "utf8"),
  );
  return text;
}

function packageOf(input: string): string {
  const match = /node_modules\/((?:@[^/]+\/)?[^/]+)(?!.*node_modules\/)/.exec(input);
  return match?.[1] ?? "fairlead";
}

/** Only what is left after dead code is dropped: a package that was read and not used is not shipped. */
function packagesOf(metafile: Metafile): readonly string[] {
  const used = Object.values(metafile.outputs)
    .flatMap((output) => Object.entries(output.inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([input]) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0])
    .filter((place) => place !== undefined);
  return [...new Set(used)].sort();
}

function sizesOf(metafile: Metafile): ProgramSizes {
  const outputs = Object.entries(metafile.outputs);
  const sizes = new Map(outputs.map(([path, output]) => [path, output]));
  const packages = new Map<string, number>();
  for (const [, output] of outputs) {
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      packages.set(packageOf(input), (packages.get(packageOf(input)) ?? 0) + bytesInOutput);
    }
  }
  const entry = outputs.find(([, output]) => output.entryPoint === "steps/cli.ts")?.[0] ?? "";
  const reached = new Set<string>();
  const visit = (path: string): void => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const next of sizes.get(path)?.imports ?? [])
      if (next.kind === "import-statement" && !next.external) visit(next.path);
  };
  visit(entry);
  const sum = (paths: Iterable<string>): number =>
    [...paths].reduce((bytes, path) => bytes + (sizes.get(path)?.bytes ?? 0), 0);
  const dependencies = [...packages].reduce((bytes, [name, own]) => (name === "fairlead" ? bytes : bytes + own), 0);
  return { entry: sum(reached), total: sum(sizes.keys()), dependencies, packages };
}

/** Bundles the program in memory. Equal sources give equal bytes: nothing of time, machine or path enters. */
export async function bundleProgram(): Promise<ProgramBundle> {
  const result = await build({
    absWorkingDir: repositoryRoot,
    entryPoints: { [entryName]: "steps/cli.ts" },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node24",
    outdir: "dist",
    chunkNames: "[name]-[hash]",
    minify: true,
    // Names in stack traces stay those of the source.
    keepNames: false,
    legalComments: "none",
    charset: "utf8",
    define: { FAIRLEAD_VERSION: JSON.stringify(await version()) },
    banner: { js: banner },
    plugins: [await precompileValidators(), shakeTypebox, shipAssets()],
    external: ["*.node"],
    metafile: true,
    write: false,
    logLevel: "warning",
  });
  const files = new Map<string, Uint8Array>();
  for (const { path, contents } of result.outputFiles)
    files.set(basename(path).replace(/^fairlead\.js$/, entryName), contents);
  // Node takes a file without extension for an ES module only where the nearest package.json says so.
  files.set("package.json", Buffer.from('{ "type": "module" }\n'));
  return { files, sizes: sizesOf(result.metafile), packages: packagesOf(result.metafile) };
}
