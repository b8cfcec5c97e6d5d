import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { asValidator, type CompiledSchema } from "./as-validator.ts";
import type { SchemaValidator } from "./validator.ts";

/** ajv's settings, shared by the build, which compiles the same schemas ahead. */
export const ajvOptions = {
  allErrors: true,
  verbose: true,
  strict: true,
  strictRequired: false,
  allowUnionTypes: true,
  // Annotations of this project: they carry words for people and rule nothing.
  keywords: ["rule", "json", "fix"],
} as const;

/** Compiles a schema now, which costs 35 ms of start; `loadValidator` avoids it where the build could do it. */
export async function compileValidator(schema: object): Promise<SchemaValidator> {
  const ajv = new Ajv({ ...ajvOptions, keywords: [...ajvOptions.keywords] });
  // ajv-formats is CommonJS: under Node's ES modules its function is the default export or a member of it.
  const install = typeof addFormats === "function" ? addFormats : addFormats.default;
  install(ajv);
  return asValidator(ajv.compile(schema) as CompiledSchema); // ajv types `errors` mutable
}
