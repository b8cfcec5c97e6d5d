import { defaultNamespaces, type HubNamespaces } from "../../../../steps/switchover/acm/namespaces.ts";
import type { SwitchoverPermission } from "../../../../steps/switchover/permissions.ts";
import type { AuditEvent } from "../../../support/api-servers.ts";

export type Target = SwitchoverPermission["target"];

/** One call to a resource as an API server recorded it. */
export interface RecordedCall {
  readonly target: Target;
  readonly verb: string;
  readonly group: string;
  /** `statefulsets/scale` form for a subresource. */
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly refused: boolean;
}

/** What the user asked of the server; paths that are no resources are told apart by {@link otherPaths}. */
export function recordedCalls(target: Target, events: readonly AuditEvent[], user: string): readonly RecordedCall[] {
  return events
    .filter((event) => event.user.username === user)
    .flatMap(({ verb, objectRef, responseStatus }): readonly RecordedCall[] =>
      objectRef?.resource === undefined
        ? []
        : [
            {
              target,
              verb,
              group: objectRef.apiGroup ?? "",
              resource:
                objectRef.subresource === undefined
                  ? objectRef.resource
                  : `${objectRef.resource}/${objectRef.subresource}`,
              namespace: objectRef.namespace,
              name: objectRef.name,
              refused: responseStatus?.code === 403,
            },
          ],
    );
}

/** Paths without a resource that the user asked for. */
export function otherPaths(events: readonly AuditEvent[], user: string): readonly string[] {
  const paths = events
    .filter((event) => event.user.username === user && event.objectRef?.resource === undefined)
    .map(({ requestURI }) => new URL(requestURI, "https://hub").pathname);
  return [...new Set(paths)];
}

const namespaceKeys = Object.keys(defaultNamespaces) as readonly (keyof HubNamespaces)[];

/** `cluster`, the key of the namespace, or its name where no permission has it. */
function scopeOf(call: RecordedCall): string {
  // To Kubernetes a Namespace lies in itself; the permission to read one is of the cluster.
  if (call.namespace === undefined || call.resource === "namespaces") return "cluster";
  return namespaceKeys.find((key) => defaultNamespaces[key] === call.namespace) ?? `"${call.namespace}"`;
}

/** `primary patch apps statefulsets/scale in observability`; with a name where only that is granted. */
export function describePermission(permission: SwitchoverPermission, verb: string, name?: string): string {
  const { target, group, resource, scope } = permission;
  const where = scope === "cluster" ? "cluster" : scope.namespace;
  return `${target} ${verb} ${group || "core"} ${resource} in ${where}${name === undefined ? "" : ` (${name})`}`;
}

/** Every single permission of the rows, in words. */
export function describeAll(permissions: readonly SwitchoverPermission[]): ReadonlySet<string> {
  return new Set(
    permissions.flatMap((permission) =>
      permission.verbs.flatMap((verb) =>
        (permission.resourceNames ?? [undefined]).map((name) => describePermission(permission, verb, name)),
      ),
    ),
  );
}

/**
 * The call in the same words; the name only where the permissions are by name. What is declared for the cluster holds in
 * every namespace of it.
 */
export function describeCall(call: RecordedCall, declared: ReadonlySet<string>): string {
  const what = `${call.target} ${call.verb} ${call.group || "core"} ${call.resource} in`;
  const text = `${what} ${scopeOf(call)}`;
  if (declared.has(`${text} (${call.name})`)) return `${text} (${call.name})`;
  return !declared.has(text) && declared.has(`${what} cluster`) ? `${what} cluster` : text;
}
