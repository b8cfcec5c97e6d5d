import { parseDocument } from "yaml";
import { isJsonArray, isJsonObject, type Json, member } from "../../lib/json/json.ts";
import type { Identity } from "../object/managed-object.ts";
import { type Glob, matches, readGlob } from "./glob.ts";

/** Where the platform's owner writes the rules, on the HyperConverged. */
export const disabledResources = "platform.kubevirt.io/disabled-resources";

/** Objects that the platform's owner does not want from the baseline, before any of them exists. */
export interface ExclusionRule {
  readonly kind: string;
  readonly name: Glob;
  /** Absent: any namespace, and cluster-scoped objects too. */
  readonly namespace?: Glob;
}

export type ReadRules =
  | { readonly state: "read"; readonly rules: readonly ExclusionRule[]; readonly notes: readonly string[] }
  | { readonly state: "invalid"; readonly reason: string };

const maxCharacters = 262_144;
const known: ReadonlySet<string> = new Set(["kind", "name", "namespace"]);

class Invalid extends Error {}

function requiredText(rule: Json, key: string, at: string): string {
  const value = isJsonObject(rule) ? member(rule, key) : undefined;
  if (typeof value === "string" && value !== "") return value;
  const given = value === undefined ? "absent" : JSON.stringify(value);
  throw new Invalid(`${at}: ${key} must be a text that is not empty, and is ${given}`);
}

function namespaceOf(rule: Json, at: string): string {
  const value = (isJsonObject(rule) ? member(rule, "namespace") : undefined) ?? "";
  if (typeof value === "string") return value;
  throw new Invalid(`${at}: namespace must be a text, and is ${JSON.stringify(value)}`);
}

interface ReadRule {
  readonly rule: ExclusionRule;
  readonly notes: readonly string[];
}

function readRule(value: Json, index: number): ReadRule {
  const at = `rule ${index + 1}`;
  if (!isJsonObject(value)) throw new Invalid(`${at} is no map with kind, name and perhaps namespace`);
  const patterns = { name: requiredText(value, "name", at), namespace: namespaceOf(value, at) };
  const name = readGlob(patterns.name);
  const namespace = readGlob(patterns.namespace);
  const unknown = Object.keys(value).filter((key) => !known.has(key));
  return {
    rule: {
      kind: requiredText(value, "kind", at),
      name,
      ...(patterns.namespace === "" ? {} : { namespace }),
    },
    notes: [
      ...unknown.map((key) => `${at}: ${key} has no meaning`),
      ...(name.state === "malformed" ? [`${at}: the pattern "${patterns.name}" is malformed and matches nothing`] : []),
      ...(namespace.state === "malformed"
        ? [`${at}: the pattern "${patterns.namespace}" is malformed and matches nothing`]
        : []),
    ],
  };
}

function parse(text: string): Json {
  if (text.length > maxCharacters) throw new Invalid(`it has more than ${maxCharacters} characters`);
  const document = parseDocument(text, { schema: "core", uniqueKeys: true });
  const [problem] = document.errors;
  if (problem !== undefined) throw new Invalid(`it is not YAML: ${problem.message.split("\n")[0]}`);
  try {
    return document.toJS({ maxAliasCount: 10 }) as Json; // the core schema of YAML knows only what JSON knows
  } catch (error) {
    throw new Invalid(`it is not YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * Reads the rules of the annotation `platform.kubevirt.io/disabled-resources`: a YAML list of maps. One wrong rule makes
 * all of them invalid; an unknown key and a malformed pattern are only noted. Pure.
 */
export function readRules(text: string): ReadRules {
  if (text.trim() === "") return { state: "read", rules: [], notes: [] };
  try {
    const list = parse(text);
    if (!isJsonArray(list)) throw new Invalid("it is no list of rules");
    const read = list.map(readRule);
    return { state: "read", rules: read.map(({ rule }) => rule), notes: read.flatMap(({ notes }) => notes) };
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    return { state: "invalid", reason: error.message };
  }
}

/** Whether any rule takes the object out of the baseline. A cluster-scoped one has the empty namespace. Pure. */
export function isExcluded(rules: readonly ExclusionRule[], { kind, name, namespace }: Identity): boolean {
  return rules.some(
    (rule) =>
      rule.kind === kind &&
      matches(rule.name, name) &&
      (rule.namespace === undefined || matches(rule.namespace, namespace)),
  );
}
