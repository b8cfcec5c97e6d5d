import type { TProperties, TSchema } from "typebox";
import { enumValues, isRequired, type ParamKind, paramKind, viewSchema } from "../../steps/lib/step/param-kind.ts";

/** A param as Tekton and the README show it. */
export interface TaskParam {
  readonly name: string;
  readonly kind: ParamKind;
  readonly type: "string" | "array";
  readonly description: string;
  /** Text, or list of texts; absent for a required param. */
  readonly default?: string | readonly string[];
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Tekton has no optional params: one that may be left out has the empty default, which the program takes for absent. */
function defaultOf(schema: TSchema, kind: ParamKind): string | readonly string[] | undefined {
  const value = viewSchema(schema).default;
  if (kind === "list") return isRequired(schema) ? undefined : (Array.isArray(value) ? value : []).map(asText);
  if (value !== undefined) return asText(value);
  return isRequired(schema) ? undefined : "";
}

/** `How the clusters are counted: quick or full`. */
function describe(schema: TSchema, kind: ParamKind): string {
  const view = viewSchema(schema);
  const words = kind === "boolean" ? ["true", "false"] : enumValues(view);
  const choice = words === undefined ? "" : ` (${words.join(", ")})`;
  const form = kind === "json" ? " (JSON)" : "";
  return `${view.description ?? ""}${choice}${form}`;
}

/** The params of a Task in the order of the declaration. */
export function taskParams(params: TProperties): readonly TaskParam[] {
  return Object.entries(params).map(([name, schema]) => {
    const kind = paramKind(viewSchema(schema));
    const value = defaultOf(schema, kind);
    return {
      name,
      kind,
      type: kind === "list" ? "array" : "string",
      description: describe(schema, kind),
      ...(value === undefined ? {} : { default: value }),
    };
  });
}
