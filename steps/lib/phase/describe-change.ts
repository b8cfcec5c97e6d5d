import type { ObjectRef, Resource } from "../kube/types.ts";
import { isFields } from "../schema/is-fields.ts";
import type { Change, PlannedChange, PlannedWrite } from "./types.ts";

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

function plannedWrite(change: Change): PlannedWrite {
  const { resource, ref } = change;
  const subresource = change.verb === "merge-patch" ? change.subresource : undefined;
  return {
    group: resource.group,
    version: resource.version,
    resource: subresource === undefined ? resource.plural : `${resource.plural}/${subresource}`,
    kind: resource.kind,
    ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }),
    name: ref.name,
    ...(change.verb === "merge-patch" && change.probe === true ? { probe: true } : {}),
  };
}

/** The dry run's entry for a write. */
export function plannedChange(phase: string, step: string, change: Change): PlannedChange {
  const { target, verb, summary } = change;
  const object = objectName(change.resource, change.ref);
  const madeUp = change.madeUp === undefined ? {} : { madeUp: change.madeUp };
  const entry = { phase, step, target, verb, object, summary, write: plannedWrite(change), ...madeUp };
  if (change.verb === "delete") return entry;
  return { ...entry, body: printable(change.resource, change.verb === "merge-patch" ? change.patch : change.body) };
}
