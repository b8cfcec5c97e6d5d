import type { TProperties, TSchema } from "typebox";
import type { SchemaValidator } from "../schema/validator.ts";
import { checkText } from "./check-text.ts";
import { paramVariable } from "./environment-names.ts";
import { describeViolation, quoteValue } from "./param-faults.ts";
import { isRequired, type ParamKind, type ParamSchemaView, paramKind, viewSchema } from "./param-kind.ts";

/** One thing wrong with one param. Secret values never appear. */
export interface ParamFault {
  readonly param: string;
  /** `"abc" is not a whole number`, to be read after the param's name. */
  readonly problem: string;
  readonly fix: string;
}

export interface ParamSources {
  /** From the command line; wins. */
  readonly flags: ReadonlyMap<string, readonly string[]>;
  /** Looks up an environment variable. */
  readonly variable: (name: string) => string | undefined;
}

export type ParsedParams =
  | { readonly valid: true; readonly params: Readonly<Record<string, unknown>> }
  | { readonly valid: false; readonly faults: readonly ParamFault[] };

type Coerced = { readonly value: unknown } | { readonly problem: string; readonly fix: string };

const coercions: Readonly<Record<Exclude<ParamKind, "list">, (text: string, quoted: string) => Coerced>> = {
  string: (text) => ({ value: text }),
  boolean: (text, quoted) =>
    text === "true" || text === "false"
      ? { value: text === "true" }
      : { problem: `${quoted} is neither "true" nor "false"`, fix: `give "true" or "false"` },
  integer: (text, quoted) =>
    /^-?\d{1,15}$/.test(text)
      ? { value: Number(text) }
      : { problem: `${quoted} is not a whole number`, fix: "give digits only" },
  number: (text, quoted) =>
    /^-?\d{1,15}(\.\d{1,15})?$/.test(text)
      ? { value: Number(text) }
      : { problem: `${quoted} is not a decimal number`, fix: "give a number such as 0.5" },
  json: (text, quoted) => parseJson(text, quoted),
};

function parseJson(text: string, quoted: string): Coerced {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    // Only the place: the rest of the message quotes the text, which may be a secret.
    const place = error instanceof Error ? /position \d+/.exec(error.message)?.[0] : undefined;
    return {
      problem: `${quoted} is not JSON${place === undefined ? "" : ` at ${place}`}`,
      fix: "give one JSON document, quoted for the shell",
    };
  }
}

/** The texts given for a param: flag before variable. Tekton passes "" for what was left empty, so "" means not given. */
function givenTexts(name: string, kind: ParamKind, sources: ParamSources): readonly string[] | undefined {
  const flag = sources.flags.get(name);
  if (flag !== undefined) return kind === "list" || flag[0] !== "" ? flag : undefined;
  const variable = kind === "list" ? undefined : sources.variable(paramVariable(name));
  return variable === undefined || variable === "" ? undefined : [variable];
}

function coerce(kind: ParamKind, schema: ParamSchemaView, texts: readonly string[]): Coerced {
  for (const text of texts) {
    const fault = checkText(text, kind === "json" ? "json" : "word");
    if (fault !== undefined) return fault;
  }
  if (kind === "list") return { value: texts };
  const text = texts[0] ?? "";
  const coerced = coercions[kind](text, quoteValue(text, schema));
  const hidden = kind === "json" && "value" in coerced ? checkNestedText(coerced.value) : undefined;
  return hidden ?? coerced;
}

/** JSON escapes such as `\u0024(` carry past the check of the raw text. */
function checkNestedText(value: unknown): { readonly problem: string; readonly fix: string } | undefined {
  if (typeof value === "string") return checkText(value, "word");
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, member] of Object.entries(value)) {
    const fault = checkText(key, "word") ?? checkNestedText(member);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function readOne(name: string, schema: TSchema, sources: ParamSources): Coerced | undefined {
  const view = viewSchema(schema);
  const kind = paramKind(view);
  const texts = givenTexts(name, kind, sources);
  if (texts !== undefined) return coerce(kind, view, texts);
  if (view.default !== undefined) return { value: view.default };
  if (!isRequired(schema)) return undefined;
  return { problem: "is required and was not given", fix: `give --${name} <value>, or set ${paramVariable(name)}` };
}

/** The JSON schema of all params together, as the validators are compiled from. */
export function paramsSchema(params: TProperties): Readonly<Record<string, unknown>> {
  return {
    type: "object",
    properties: params,
    required: Object.entries(params)
      .filter(([, schema]) => isRequired(schema) || viewSchema(schema).default !== undefined)
      .map(([name]) => name),
    additionalProperties: false,
  };
}

/**
 * Turns flags and `PARAM_*` into the typed params of a declaration, or into every fault of every param.
 * Pure: reads nothing but its arguments.
 */
export function parseParams(params: TProperties, sources: ParamSources, validate: SchemaValidator): ParsedParams {
  const values: Record<string, unknown> = {};
  const faults: ParamFault[] = [];
  for (const [name, schema] of Object.entries(params)) {
    const read = readOne(name, schema, sources);
    if (read === undefined) continue;
    if ("problem" in read) faults.push({ param: name, ...read });
    else values[name] = read.value;
  }
  const reported = new Set(faults.map((fault) => fault.param));
  for (const violation of validate(values)) {
    const fault = describeViolation(violation, params);
    if (fault !== undefined && !reported.has(fault.param)) faults.push(fault);
  }
  return faults.length === 0 ? { valid: true, params: values } : { valid: false, faults };
}
