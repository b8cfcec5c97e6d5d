import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parse } from "@swc/core";
import { root } from "./manifests.ts";
import { isNode, type Node, nodes, within } from "./syntax-tree.ts";

/** One place in the program that gives an id its words. */
export interface WordedId {
  readonly id: string;
  /** With `{name}` where a value is put in. */
  readonly words: string;
  /** Relative to the checkout. */
  readonly path: string;
}

const idForm = /^[A-Z]+(-[A-Z]+)*-\d{2}$/;
/** Members that hold an error's sentence, the most telling first: some ids have only an ending or a reason of their own. */
const wordedMembers = ["what", "ending", "why"];

function idOf(node: unknown): string | undefined {
  if (!isNode(node) || node.type !== "StringLiteral") return undefined;
  return typeof node["value"] === "string" && idForm.test(node["value"]) ? node["value"] : undefined;
}

function templateText(node: Node): string {
  const values = nodes(node["expressions"]).map(textOf);
  return nodes(node["quasis"])
    .map((quasi, index) => `${String(quasi["cooked"])}${values[index] ?? ""}`)
    .join("");
}

function textOf(node: unknown): string {
  if (!isNode(node)) return "";
  switch (node.type) {
    case "StringLiteral":
      return String(node["value"]);
    case "TemplateLiteral":
      return templateText(node);
    case "ConditionalExpression":
      return `${textOf(node["consequent"])} | ${textOf(node["alternate"])}`;
    case "Identifier":
      return `{${String(node["value"])}}`;
    case "MemberExpression":
      return `{${textOf(node["property"]).replaceAll(/[{}]/g, "")}}`;
    default:
      return "{…}";
  }
}

function member(object: Node, name: string): string | undefined {
  for (const property of nodes(object["properties"])) {
    if (property.type === "Identifier" && property["value"] === name) return textOf(property);
    const key = property["key"];
    if (property.type === "KeyValueProperty" && isNode(key) && key["value"] === name) return textOf(property["value"]);
  }
  return undefined;
}

function wordsOf(object: Node): string | undefined {
  return wordedMembers.map((name) => member(object, name)).find((text) => text !== undefined);
}

/** `{ id: "X-01", what: … }` */
function ofObject(object: Node): Omit<WordedId, "path"> | undefined {
  const written = nodes(object["properties"]).find(
    ({ key, type }) => type === "KeyValueProperty" && isNode(key) && key["value"] === "id",
  );
  const id = idOf(written?.["value"]);
  const words = wordsOf(object);
  return id === undefined || words === undefined ? undefined : { id, words };
}

/** `refuse("X-01", { what: … })`, `fail("X-01", "what", "why", "fix")`, `fail("X-01", label, text)` */
function ofCall(call: Node): Omit<WordedId, "path"> | undefined {
  const expressions = (Array.isArray(call["arguments"]) ? call["arguments"] : []).map(
    (argument: { readonly expression: unknown }) => argument.expression,
  );
  const id = idOf(expressions[0]);
  const given = expressions.slice(1).filter(isNode);
  if (id === undefined || given.length === 0) return undefined;
  const texts = given.find(({ type }) => type === "ObjectExpression");
  return { id, words: texts === undefined ? (given.map(textOf)[0] ?? "") : (wordsOf(texts) ?? "{…}") };
}

/** The ids that a module gives words to. An id that is only compared with or passed on is none of them. */
export async function wordedIds(path: string, source: string): Promise<readonly WordedId[]> {
  const module = await parse(source, { syntax: "typescript", target: "es2024" });
  return [...within(module.body)].flatMap((node) => {
    const found =
      node.type === "ObjectExpression" ? ofObject(node) : node.type === "CallExpression" ? ofCall(node) : undefined;
    return found === undefined ? [] : [{ ...found, path }];
  });
}

/** Of every module of the program. */
export async function programIds(): Promise<readonly WordedId[]> {
  const folder = join(root, "steps");
  const paths = readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name));
  const found = await Promise.all(paths.map((path) => wordedIds(relative(root, path), readFileSync(path, "utf8"))));
  return found.flat();
}
