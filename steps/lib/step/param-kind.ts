import type { TSchema } from "typebox";

/** The parts of a JSON schema that params use. `rule`, `json` and `fix` are this project's annotations. */
export interface ParamSchemaView {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly ParamSchemaView[];
  readonly const?: unknown;
  readonly items?: ParamSchemaView;
  /** The value never appears in a message (JSON Schema's word for "never read back"). */
  readonly writeOnly?: boolean;
  /** Passed as JSON text although it is an array of strings: a Task has one `array` param at most. */
  readonly json?: boolean;
  /** The pattern in words: `a namespace name of at most 63 characters`. */
  readonly rule?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** How the text of a flag or variable becomes a value. `json`: everything that is neither a word nor a list of words. */
export type ParamKind = "string" | "integer" | "number" | "boolean" | "list" | "json";

const scalarKinds: ReadonlySet<string> = new Set(["string", "integer", "number", "boolean"]);

/** TypeBox types a schema only by what it validates; the JSON schema members are there at run time. */
export function viewSchema(schema: TSchema): ParamSchemaView {
  return schema as ParamSchemaView;
}

/** The accepted words of a string enumeration, or `undefined` when the param is none. */
export function enumValues(schema: ParamSchemaView): readonly string[] | undefined {
  const values =
    schema.enum ??
    schema.anyOf?.map((member) => member.const) ??
    (schema.const === undefined ? undefined : [schema.const]);
  return values?.every((value) => typeof value === "string") ? values : undefined;
}

export function paramKind(schema: ParamSchemaView): ParamKind {
  if (schema.type !== undefined && scalarKinds.has(schema.type)) return schema.type as ParamKind; // member of the set
  if (enumValues(schema) !== undefined) return "string";
  const isWordList = schema.type === "array" && schema.json !== true && schema.items !== undefined;
  return isWordList && paramKind(schema.items) === "string" ? "list" : "json";
}

/** TypeBox marks `Type.Optional` with a member that JSON leaves out. */
export function isRequired(schema: TSchema): boolean {
  return !("~optional" in schema) && viewSchema(schema).default === undefined;
}
