import type { SchemaValidator, SchemaViolation } from "./validator.ts";

/** A function compiled by ajv, which leaves its findings on itself. */
export interface CompiledSchema {
  (document: unknown): boolean;
  errors?: readonly SchemaViolation[] | null;
}

/** Gives ajv's two-part answer the shape of one. */
export function asValidator(compiled: CompiledSchema): SchemaValidator {
  return (document) => (compiled(document) ? [] : [...(compiled.errors ?? [])]);
}
