import { isJsonArray, isJsonObject, type Json, type JsonObject, member } from "../../lib/json/json.ts";

type Labels = Readonly<Record<string, string>>;

function textIn(object: JsonObject, name: string): string {
  const value = member(object, name);
  return typeof value === "string" ? value : "";
}

function expressionHolds(expression: JsonObject, labels: Labels): boolean {
  const key = textIn(expression, "key");
  const given = member(expression, "values");
  const values = isJsonArray(given) ? given : [];
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (textIn(expression, "operator")) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    default:
      return false;
  }
}

/** Whether a selector asks for nothing, and so fits everything where an API does not say otherwise. Pure. */
export function isEmptySelector(selector: JsonObject): boolean {
  const labels = member(selector, "matchLabels");
  const expressions = member(selector, "matchExpressions");
  return (
    !(isJsonObject(labels) && Object.keys(labels).length > 0) && !(isJsonArray(expressions) && expressions.length > 0)
  );
}

/**
 * Whether a label selector (meta/v1 LabelSelector) fits: all of its labels and all of its expressions. An absent one fits
 * nothing, and an empty one everything. Pure.
 */
export function selects(selector: Json | undefined, labels: Labels): boolean {
  if (!isJsonObject(selector)) return false;
  const wanted = member(selector, "matchLabels");
  const expressions = member(selector, "matchExpressions");
  return (
    Object.entries(isJsonObject(wanted) ? wanted : {}).every(
      ([key, value]) => Object.hasOwn(labels, key) && labels[key] === value,
    ) &&
    (isJsonArray(expressions) ? expressions : []).every(
      (expression) => isJsonObject(expression) && expressionHolds(expression, labels),
    )
  );
}
