import { isJsonArray, type Json, type JsonObject, valueAt } from "../../lib/json/json.ts";

function listAt(value: Json | undefined, path: readonly string[]): readonly Json[] {
  const found = valueAt(value, path);
  return isJsonArray(found) ? found : [];
}

/** Whether any group of a PrometheusRule records a series of that name. Pure. */
export function hasRecordingRule(rule: JsonObject | undefined, record: string): boolean {
  return listAt(rule, ["spec", "groups"])
    .flatMap((group) => listAt(group, ["rules"]))
    .some((found) => valueAt(found, ["record"]) === record);
}
