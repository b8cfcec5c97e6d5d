import { isAlias, isCollection, isPair, isScalar, type Node, parseAllDocuments } from "yaml";
import { isJsonObject, type Json, type JsonObject } from "../../lib/json/json.ts";

export type ReadYaml =
  | { readonly state: "read"; readonly object: JsonObject }
  /** Nothing but white space and comments. */
  | { readonly state: "empty" }
  | { readonly state: "invalid"; readonly reason: string };

const maxCharacters = 10 * 1024 * 1024;
const maxDepth = 100;

function depthOf(node: unknown): number {
  if (isPair(node)) return Math.max(depthOf(node.key), depthOf(node.value));
  if (!isCollection(node)) return 1;
  let deepest = 0;
  for (const item of node.items) deepest = Math.max(deepest, depthOf(item));
  return deepest + 1;
}

/** YAML lets two places share a node; Kubernetes' JSON has no such thing, and a few lines of it can stand for gigabytes. */
function hasAlias(node: unknown): boolean {
  if (isPair(node)) return hasAlias(node.key) || hasAlias(node.value);
  return isAlias(node) || (isCollection(node) && node.items.some(hasAlias));
}

function invalid(reason: string): ReadYaml {
  return { state: "invalid", reason };
}

/** The parser calls itself for each level: a text that is nested deeply enough ends in this error of the runtime. */
function parseFault(message: string): string {
  const isTooDeep = message.startsWith("Maximum call stack size exceeded");
  return isTooDeep ? `it is nested deeper than ${maxDepth}` : (message.split("\n")[0] ?? "");
}

function faultOf(contents: Node | null): string | undefined {
  if (hasAlias(contents)) return "it has an alias";
  return depthOf(contents) > maxDepth ? `it is nested deeper than ${maxDepth}` : undefined;
}

/** Reads the one object of a YAML text (YAML 1.2: `yes` and `0644` are no boolean and no octal). Pure. */
export function readYamlObject(text: string): ReadYaml {
  if (text.length > maxCharacters) return invalid(`it has more than ${maxCharacters} characters`);
  const documents = parseAllDocuments(text, { schema: "core", uniqueKeys: true });
  if (!Array.isArray(documents)) return { state: "empty" };
  const problem = documents.flatMap(({ errors }) => errors)[0];
  if (problem !== undefined) return invalid(parseFault(problem.message));
  const filled = documents.filter(
    ({ contents }) => contents !== null && !(isScalar(contents) && contents.value === null),
  );
  const [document, ...others] = filled;
  if (document === undefined) return { state: "empty" };
  if (others.length > 0) return invalid(`it has ${filled.length} documents, and one asset is one object`);
  const fault = faultOf(document.contents);
  if (fault !== undefined) return invalid(fault);
  const value = document.toJS() as Json; // the core schema knows only what JSON knows
  return isJsonObject(value) ? { state: "read", object: value } : invalid("it is no map");
}
