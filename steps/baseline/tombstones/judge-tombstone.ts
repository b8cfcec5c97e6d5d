import { member } from "../../lib/json/json.ts";
import { managedLabel, manager } from "../markers/marker-keys.ts";
import { readMarkers } from "../markers/read-markers.ts";
import { type ManagedObject, textIn } from "../object/managed-object.ts";

/** What is done with an object of an earlier release. `held`: it is being deleted, and a finalizer keeps it. */
export type TombstoneDecision =
  | { readonly decision: "gone" }
  | { readonly decision: "held" }
  | { readonly decision: "skip"; readonly reason: string }
  /** With these as preconditions: what was labelled since, or made anew, is not deleted. */
  | { readonly decision: "delete"; readonly uid: string; readonly resourceVersion: string };

function textOf(object: ManagedObject, field: "uid" | "resourceVersion"): string {
  const value = member(object.metadata, field);
  return typeof value === "string" ? value : "";
}

/**
 * Only what carries our label is deleted, and nothing that its user has taken over. Pure.
 *
 * @param live absent where there is no such object, or no such API
 */
export function judgeTombstone(live: ManagedObject | undefined): TombstoneDecision {
  if (live === undefined) return { decision: "gone" };
  const label = textIn(live, "labels", managedLabel);
  if (label !== manager) {
    const found = label === undefined ? "it has no such label" : `its label is "${label}"`;
    return { decision: "skip", reason: `${managedLabel} is not ${manager}: ${found}` };
  }
  if (readMarkers(live).mode.mode === "unmanaged") return { decision: "skip", reason: "its user has it unmanaged" };
  if (member(live.metadata, "deletionTimestamp") !== undefined) return { decision: "held" };
  return { decision: "delete", uid: textOf(live, "uid"), resourceVersion: textOf(live, "resourceVersion") };
}
