import type { ManagedObject } from "../../../../steps/baseline/object/managed-object.ts";
import { isJsonArray, isJsonObject, type JsonObject, member, valueAt } from "../../../../steps/lib/json/json.ts";

export const baselineManager = "virt-platform-autopilot";

function entriesOf(object: ManagedObject): readonly JsonObject[] {
  const entries = member(object.metadata, "managedFields");
  return isJsonArray(entries) ? entries.filter(isJsonObject) : [];
}

/** The entries of one manager in the server's record of owners. */
export function ownershipOf(object: ManagedObject, manager: string): readonly JsonObject[] {
  return entriesOf(object).filter((entry) => member(entry, "manager") === manager);
}

/** Who owns a field by the server's record, sorted. Not for what lies in a list. */
export function ownersAt(object: ManagedObject, path: readonly string[]): readonly string[] {
  const steps = ["fieldsV1", ...path.map((segment) => `f:${segment}`)];
  return entriesOf(object)
    .filter((entry) => valueAt(entry, steps) !== undefined)
    .map((entry) => String(member(entry, "manager")))
    .toSorted();
}
