import { createRequire } from "node:module";
import { Ajv } from "ajv";
import { ajvOptions } from "../../steps/lib/schema/compile-validator.ts";

const require = createRequire(import.meta.url);

type CodeOf = (ajv: Ajv, validate: ReturnType<Ajv["compile"]>) => string;

/** JavaScript source of a module whose default export validates documents by `schema`. */
export function compileValidator(schema: object): string {
  const ajv = new Ajv({
    ...ajvOptions,
    keywords: [...ajvOptions.keywords],
    code: { source: true, esm: true, lines: true },
  });
  const addFormats: (ajv: Ajv) => void = require("ajv-formats");
  addFormats(ajv);
  const standalone: { readonly default: CodeOf } = require("ajv/dist/standalone");
  return standalone.default(ajv, ajv.compile(schema));
}
