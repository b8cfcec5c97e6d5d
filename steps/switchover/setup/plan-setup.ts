import type { HubNamespaces } from "../acm/namespaces.ts";
import type { Manifest } from "../rbac/role-objects.ts";
import { accountName, type RoleName } from "../rbac/role-parts.ts";
import { accountEntries, decommissionEntries, roleEntries } from "../rbac/role-set.ts";

export interface SetupRequest {
  readonly roles: readonly RoleName[];
  readonly includeDecommission: boolean;
  readonly importTokens: boolean;
  readonly klusterlets: boolean;
  /** Argo CD is installed. */
  readonly argoCd: boolean;
  /** Flux is installed. */
  readonly flux: boolean;
  readonly namespaces: HubNamespaces;
  /** Namespaces of the hub that do not exist. */
  readonly absent: ReadonlySet<string>;
}

/** What a setup applies, in order: nothing comes before what it needs. */
export interface SetupPlan {
  readonly objects: readonly Manifest[];
  /** Left out, since their namespace does not exist. */
  readonly skipped: readonly Manifest[];
  /** ServiceAccounts that get a kubeconfig. */
  readonly accounts: readonly { readonly role: RoleName; readonly name: string }[];
}

const order = ["Namespace", "ServiceAccount", "ClusterRole", "Role", "ClusterRoleBinding", "RoleBinding"];

/** Pure. */
export function planSetup(request: SetupRequest): SetupPlan {
  const { roles, namespaces, absent } = request;
  const entries = [
    ...roles.flatMap((role) => [
      ...accountEntries(role),
      ...roleEntries(role, "base", namespaces),
      ...roleEntries(role, "observability", namespaces),
      ...(request.argoCd ? roleEntries(role, "argocd", namespaces) : []),
      ...(request.flux ? roleEntries(role, "flux", namespaces) : []),
      ...(request.importTokens ? roleEntries(role, "import-tokens", namespaces) : []),
      ...(request.klusterlets ? roleEntries(role, "klusterlets", namespaces) : []),
    ]),
    ...(request.includeDecommission ? decommissionEntries(namespaces) : []),
  ];
  // The namespace of the accounts comes with each role.
  const once = new Map(entries.map(({ object }) => [describeObject(object), object]));
  const wanted = [...once.values()].toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  const isSkipped = ({ metadata }: Manifest): boolean => absent.has(metadata.namespace ?? "");
  return {
    objects: wanted.filter((object) => !isSkipped(object)),
    skipped: wanted.filter(isSkipped),
    accounts: roles.map((role) => ({ role, name: accountName(role) })),
  };
}

/** `Role acm-switchover-operator in multicluster-engine` */
export function describeObject({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata.name}${metadata.namespace === undefined ? "" : ` in ${metadata.namespace}`}`;
}
