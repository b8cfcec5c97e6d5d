import type { TProperties } from "typebox";
import { unescapeSegment } from "../json/json-pointer.ts";
import type { SchemaViolation } from "../schema/validator.ts";
import { closestName } from "./closest-name.ts";
import { enumValues, type ParamSchemaView, viewSchema } from "./param-kind.ts";
import type { ParamFault } from "./parse-params.ts";

const shownCharacters = 80;

/** The value as a message may show it: quoted, short, and never that of a secret. */
export function quoteValue(value: unknown, schema: ParamSchemaView): string {
  if (schema.writeOnly === true) return "the value (hidden)";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const characters = [...(text ?? String(value))];
  const shown =
    characters.length > shownCharacters ? `${characters.slice(0, shownCharacters).join("")}…` : characters.join("");
  return JSON.stringify(shown);
}

interface Violated {
  readonly limit: unknown;
  readonly quoted: string;
  readonly schema: ParamSchemaView;
  readonly params: Readonly<Record<string, unknown>>;
}

type Sentence = (violated: Violated) => { readonly problem: string; readonly fix: string };

/** "matches ^…$" helps few people, so a param states its pattern in words as `rule`. */
const ofPattern: Sentence = ({ quoted, schema, params }) => {
  const rule = schema.rule ?? `text that matches ${String(params["pattern"] ?? schema.pattern)}`;
  return { problem: `${quoted} is not ${rule}`, fix: `give ${rule}` };
};

const ofChoice: Sentence = ({ quoted, schema, params }) => {
  const allowed =
    enumValues(schema) ?? (Array.isArray(params["allowedValues"]) ? params["allowedValues"].map(String) : []);
  const near = closestName(quoted.slice(1, -1), allowed);
  const list = allowed.map((word) => `"${word}"`).join(", ");
  return {
    problem: `${quoted} is not one of ${list}`,
    fix: near === undefined ? `give one of ${list}` : `did you mean "${near}"?`,
  };
};

const atLeast: Sentence = ({ quoted, limit }) => ({
  problem: `${quoted} is less than ${limit}`,
  fix: `give a number of at least ${limit}`,
});

const atMost: Sentence = ({ quoted, limit }) => ({
  problem: `${quoted} is more than ${limit}`,
  fix: `give a number of at most ${limit}`,
});

const sentences: Readonly<Record<string, Sentence>> = {
  pattern: ofPattern,
  format: ({ quoted, params }) => ({
    problem: `${quoted} is not a ${params["format"]}`,
    fix: `give a ${params["format"]}`,
  }),
  enum: ofChoice,
  const: ofChoice,
  anyOf: ofChoice,
  minimum: atLeast,
  maximum: atMost,
  exclusiveMinimum: ({ quoted, limit }) => ({
    problem: `${quoted} is not more than ${limit}`,
    fix: `give a number above ${limit}`,
  }),
  exclusiveMaximum: ({ quoted, limit }) => ({
    problem: `${quoted} is not less than ${limit}`,
    fix: `give a number below ${limit}`,
  }),
  minLength: ({ quoted, limit }) => ({
    problem: `${quoted} is shorter than ${limit} characters`,
    fix: `give at least ${limit} characters`,
  }),
  maxLength: ({ quoted, limit }) => ({
    problem: `${quoted} is longer than ${limit} characters`,
    fix: `give at most ${limit} characters`,
  }),
  minItems: ({ limit }) => ({ problem: `has fewer than ${limit} elements`, fix: `give at least ${limit}` }),
  maxItems: ({ limit }) => ({ problem: `has more than ${limit} elements`, fix: `give at most ${limit}` }),
  uniqueItems: () => ({ problem: "has an element twice", fix: "give each element once" }),
  type: ({ quoted, params }) => ({
    problem: `${quoted} is not of type ${params["type"]}`,
    fix: `give a value of type ${params["type"]}`,
  }),
  required: ({ params }) => ({
    problem: `has no member "${params["missingProperty"]}"`,
    fix: `add the member "${params["missingProperty"]}"`,
  }),
};

/** The subschema at a JSON pointer, as far as it can be followed; only for wording. */
function subschema(schema: ParamSchemaView, path: readonly string[]): ParamSchemaView {
  let current: ParamSchemaView & { readonly properties?: Readonly<Record<string, ParamSchemaView>> } = schema;
  for (const segment of path) {
    const { properties } = current;
    const member = properties !== undefined && Object.hasOwn(properties, segment) ? properties[segment] : undefined;
    current = member ?? current.items ?? current;
  }
  return current;
}

function unknownMember(schema: ParamSchemaView, member: string): { readonly problem: string; readonly fix: string } {
  const { properties } = schema as { readonly properties?: Readonly<Record<string, unknown>> }; // wording only
  const known = Object.keys(properties ?? {});
  const near = closestName(member, known);
  return {
    problem: `has the unknown member ${quoteValue(member, {})}`,
    fix: near === undefined ? `use only ${known.join(", ")}` : `did you mean "${near}"?`,
  };
}

/**
 * Words for a violation, or `undefined` for one that another already says better (a missing param, the branches of a choice).
 */
export function describeViolation(violation: SchemaViolation, params: TProperties): ParamFault | undefined {
  const [param, ...path] = violation.instancePath.split("/").slice(1).map(unescapeSegment);
  const schema = param !== undefined && Object.hasOwn(params, param) ? params[param] : undefined;
  if (param === undefined || schema === undefined) return undefined;
  const top = viewSchema(schema);
  const view = subschema(top, path);
  if (violation.keyword === "const" && view.anyOf !== undefined) return undefined;
  const where = path.length === 0 ? "" : `${path.join(".")}: `;
  const quoted = quoteValue(violation.data, top.writeOnly === true ? top : view);
  const unknown =
    violation.keyword === "additionalProperties"
      ? unknownMember(view, String(violation.params["additionalProperty"]))
      : undefined;
  const sentence = sentences[violation.keyword];
  const { problem, fix } = unknown ??
    sentence?.({ limit: violation.params["limit"], quoted, schema: view, params: violation.params }) ?? {
      problem: `${quoted} ${violation.message ?? "breaks a rule"}`,
      fix: "see --help",
    };
  return { param, problem: `${where}${problem}`, fix };
}
