import { precompiled } from "./precompiled.ts";
import type { SchemaValidator } from "./validator.ts";

/**
 * The validator of a schema, from the build where it could be known there, else compiled now.
 * Known to the build are the params of every declaration and each schema with an `$id` that a file `*.schema.ts` exports.
 *
 * @param id `params:switchover/preflight`, or the schema's `$id`
 */
export async function loadValidator(id: string, schema: () => object): Promise<SchemaValidator> {
  const ready = precompiled[id];
  if (ready !== undefined) return ready();
  const { compileValidator } = await import("./compile-validator.ts");
  return compileValidator(schema());
}
