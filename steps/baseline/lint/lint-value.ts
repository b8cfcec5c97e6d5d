import { isJsonArray, isJsonObject, type Json, type JsonObject, member } from "../../lib/json/json.ts";
import { formatPointer, type JsonPath } from "../../lib/json/json-pointer.ts";

// Structural schemas of apiextensions.k8s.io/v1: what they do not declare is refused by server-side apply.

/** Fields that every object has, also one that is embedded in another, whether its schema says so or not. */
const ofEveryObject: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata"]);

function flag(schema: JsonObject, name: string): boolean {
  return member(schema, `x-kubernetes-${name}`) === true;
}

function typeOf(value: Json): string {
  if (value === null) return "null";
  if (isJsonArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

function fault(path: JsonPath, words: string): readonly string[] {
  return [`${formatPointer(path) || "/"} ${words}`];
}

/** What a schema asks a value to be, in words; `undefined` where the value is that. */
function otherType(value: Json, schema: JsonObject): string | undefined {
  const found = typeOf(value);
  if (flag(schema, "int-or-string")) return found === "integer" || found === "string" ? undefined : "integer or string";
  const declared = member(schema, "type");
  if (typeof declared !== "string" || declared === found) return undefined;
  if (declared === "number" && found === "integer") return undefined;
  return value === null && member(schema, "nullable") === true ? undefined : declared;
}

function outsideEnum(value: Json, schema: JsonObject): boolean {
  const allowed = member(schema, "enum");
  return isJsonArray(allowed) && !allowed.includes(value);
}

/** What is declared for a member: a schema, anything at all, or nothing. */
function declaredFor(name: string, schema: JsonObject): JsonObject | "anything" | "nothing" {
  const properties = member(schema, "properties");
  const own = isJsonObject(properties) ? member(properties, name) : undefined;
  if (isJsonObject(own)) return own;
  const additional = member(schema, "additionalProperties");
  if (isJsonObject(additional)) return additional;
  return additional === true || flag(schema, "preserve-unknown-fields") ? "anything" : "nothing";
}

function lintMember(path: JsonPath, value: Json, declared: JsonObject | "anything" | "nothing"): readonly string[] {
  if (declared === "anything") return [];
  return declared === "nothing" ? fault(path, "is not declared by the CRD") : lintValue(value, declared, path);
}

function lintMembers(value: JsonObject, schema: JsonObject, path: JsonPath): readonly string[] {
  const isObject = path.length === 0 || flag(schema, "embedded-resource");
  return Object.entries(value)
    .filter(([name]) => !(isObject && ofEveryObject.has(name)))
    .flatMap(([name, of]) => lintMember([...path, name], of, declaredFor(name, schema)));
}

/** What of a value its schema does not allow: fields that it does not declare, other types, values outside a list. Pure. */
export function lintValue(value: Json, schema: JsonObject, path: JsonPath): readonly string[] {
  const wanted = otherType(value, schema);
  if (wanted !== undefined) return fault(path, `is ${JSON.stringify(value)}, and the CRD declares ${wanted}`);
  if (outsideEnum(value, schema)) {
    return fault(path, `is ${JSON.stringify(value)}, and the CRD allows ${JSON.stringify(member(schema, "enum"))}`);
  }
  if (isJsonObject(value)) return lintMembers(value, schema, path);
  const items = member(schema, "items");
  if (!isJsonArray(value) || !isJsonObject(items)) return [];
  return value.flatMap((item, index) => lintValue(item, items, [...path, String(index)]));
}
