import type { ObjectRef, Resource } from "../kube/types.ts";
import { isFields } from "../schema/is-fields.ts";
import type { Change, PlannedChange } from "./types.ts";

/** `backupschedules.cluster.open-cluster-management.io ns/name`, as `kubectl get` understands it. */
export function objectName(resource: Resource, ref: ObjectRef): string {
  const type = resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
  return ref.namespace === undefined ? `${type} ${ref.name}` : `${type} ${ref.namespace}/${ref.name}`;
}

const hidden = "(hidden)";

/** A plan is printed and kept in a file: of a Secret it names the keys only. */
function printable({ group, plural }: Resource, body: unknown): unknown {
  if (group !== "" || plural !== "secrets" || !isFields(body)) return body;
  const hide = (values: unknown): unknown =>
    isFields(values) ? Object.fromEntries(Object.keys(values).map((key) => [key, hidden])) : values;
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => [key, key === "data" || key === "stringData" ? hide(value) : value]),
  );
}

/** The dry run's entry for a write. */
export function plannedChange(phase: string, step: string, change: Change): PlannedChange {
  const { target, verb, summary } = change;
  const entry = { phase, step, target, verb, object: objectName(change.resource, change.ref), summary };
  if (change.verb === "delete") return entry;
  return { ...entry, body: printable(change.resource, change.verb === "merge-patch" ? change.patch : change.body) };
}
