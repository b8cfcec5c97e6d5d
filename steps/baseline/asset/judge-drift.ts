import { isJsonArray, isJsonObject, type JsonObject, member } from "../../lib/json/json.ts";
import { comparable } from "../drift/comparable.ts";
import { type Difference, differences } from "../drift/differences.ts";
import { manager } from "../markers/marker-keys.ts";
import type { ManagedObject } from "../object/managed-object.ts";

/**
 * How a live object stands to the desired one.
 * - `in-place`: the same. - `drifted`: `differences` show where. - `ownership-differs`: the same values, of which some
 *   are another manager's alone, so that a later change of ours could not take them back; or are ours beside another
 *   manager, who would be in conflict over a field that we gave up. - `stale`: the live object has changed since it was
 *   read.
 */
export type Drift =
  | { readonly state: "in-place" | "ownership-differs" | "stale" }
  | { readonly state: "drifted"; readonly differences: readonly Difference[] };

function resourceVersionOf(object: ManagedObject): unknown {
  return member(object.metadata, "resourceVersion");
}

/** What our applies own, by the server's record (FieldsV1 of the entry without a subresource). */
function ownFields(object: ManagedObject): JsonObject {
  const entries = member(object.metadata, "managedFields");
  const own = (isJsonArray(entries) ? entries : [])
    .filter(isJsonObject)
    .find(
      (entry) =>
        member(entry, "manager") === manager &&
        member(entry, "operation") === "Apply" &&
        (member(entry, "subresource") ?? "") === "",
    );
  const fields = own === undefined ? undefined : member(own, "fieldsV1");
  return isJsonObject(fields) ? fields : {};
}

function hasAll(fields: JsonObject, wanted: JsonObject): boolean {
  return Object.entries(wanted).every(([name, below]) => {
    const found = member(fields, name);
    return isJsonObject(found) && (!isJsonObject(below) || hasAll(found, below));
  });
}

/**
 * Compares a live object with what the server would make of it. Both have the server's defaults, so that only what
 * matters differs. Pure.
 *
 * @param wouldBe answer to a server-side apply of the desired object with dryRun
 */
export function judgeDrift(live: ManagedObject, wouldBe: ManagedObject): Drift {
  // A dry run answers with the version of the object that it was tried on (Kubernetes 1.35).
  if (resourceVersionOf(live) !== resourceVersionOf(wouldBe)) return { state: "stale" };
  const found = differences(comparable(live), comparable(wouldBe));
  if (found.length > 0) return { state: "drifted", differences: found };
  const [own, wanted] = [ownFields(live), ownFields(wouldBe)];
  return { state: hasAll(own, wanted) && hasAll(wanted, own) ? "in-place" : "ownership-differs" };
}
