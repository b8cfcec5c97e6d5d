import type { ObjectRef, Resource } from "../kube/types.ts";
import type { Change, PlannedChange } from "./types.ts";

/** `backupschedules.cluster.open-cluster-management.io ns/name`, as `kubectl get` understands it. */
export function objectName(resource: Resource, ref: ObjectRef): string {
  const type = resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
  return ref.namespace === undefined ? `${type} ${ref.name}` : `${type} ${ref.namespace}/${ref.name}`;
}

/** The dry run's entry for a write. */
export function plannedChange(phase: string, step: string, change: Change): PlannedChange {
  const { target, verb, summary } = change;
  const entry = { phase, step, target, verb, object: objectName(change.resource, change.ref), summary };
  if (change.verb === "create") return { ...entry, body: change.body };
  return change.verb === "merge-patch" ? { ...entry, body: change.patch } : entry;
}
