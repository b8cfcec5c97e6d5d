import type { AccessRequest } from "../../lib/kube/types.ts";
import type { OutputTable } from "../../lib/step/output.ts";
import type { SwitchoverPermission } from "../permissions.ts";
import { describeAccess } from "../preflight/checks/rbac.ts";
import { count, nameList } from "../preflight/name-list.ts";
import type { RoleName } from "../rbac/role-parts.ts";

/** One permission of the role, and what the cluster said to it. */
export interface AskedPermission {
  readonly request: AccessRequest;
  /** What is lost without it; absent where it is required. */
  readonly optional?: SwitchoverPermission["optional"];
  /** `namespace-absent`: nothing can be granted there, so that nobody was asked. */
  readonly outcome: "allowed" | "denied" | "namespace-absent";
}

interface Missing {
  /** `cluster`, or the name of a namespace. */
  readonly scope: string;
  readonly permissions: readonly string[];
}

/** What one cluster grants. Field names are a contract. */
export interface CheckedCluster {
  /** Name for messages: `primary`. */
  readonly cluster: string;
  readonly server: string;
  readonly status: "granted" | "missing" | "unknown";
  readonly asked: number;
  readonly granted: number;
  /** Required ones that were refused, those of absent namespaces left out. */
  readonly denied: number;
  readonly missing: readonly Missing[];
  /** Missing, yet a run works without it. */
  readonly optionalMissing: readonly Missing[];
  /** Why the status is unknown; empty otherwise. */
  readonly why: string;
  readonly remediation: readonly string[];
}

export interface AccessScope {
  readonly role: RoleName;
  readonly includeDecommission: boolean;
  /** The clusters are managed ones rather than hubs. */
  readonly managedCluster: boolean;
}

/** Pure. */
export function judgeAccess(
  cluster: { readonly name: string; readonly server: string },
  asked: readonly AskedPermission[],
  scope: AccessScope,
): CheckedCluster {
  const denied = asked.filter(({ outcome }) => outcome !== "allowed");
  const required = denied.filter(({ optional }) => optional === undefined);
  return {
    cluster: cluster.name,
    server: cluster.server,
    status: required.length === 0 ? "granted" : "missing",
    asked: asked.length,
    granted: asked.length - denied.length,
    denied: required.filter(({ outcome }) => outcome === "denied").length,
    missing: byScope(required),
    optionalMissing: byScope(denied.filter(({ optional }) => optional !== undefined)),
    why: "",
    remediation: required.length === 0 ? [] : remedies(required, scope),
  };
}

/** A cluster that could not be asked. Pure. */
export function unknownAccess(
  cluster: { readonly name: string; readonly server: string },
  text: { readonly what: string; readonly why: string; readonly fix: string },
): CheckedCluster {
  return {
    cluster: cluster.name,
    server: cluster.server,
    status: "unknown",
    asked: 0,
    granted: 0,
    denied: 0,
    missing: [],
    optionalMissing: [],
    why: `${text.what}: ${text.why}`,
    remediation: [text.fix],
  };
}

function byScope(permissions: readonly AskedPermission[]): readonly Missing[] {
  const groups = new Map<string, readonly string[]>();
  for (const { request, outcome } of permissions) {
    const scope = request.namespace ?? "cluster";
    const { namespace: _namespace, ...within } = request;
    const text = describeAccess(within) + (outcome === "namespace-absent" ? " (the namespace does not exist)" : "");
    groups.set(scope, [...(groups.get(scope) ?? []), text]);
  }
  return [...groups].map(([scope, texts]) => ({ scope, permissions: texts.toSorted() }));
}

function remedies(missing: readonly AskedPermission[], scope: AccessScope): readonly string[] {
  if (scope.managedCluster) {
    return ["grant these in the namespace of the klusterlet, to the account of the kubeconfig"];
  }
  const absent = new Set(
    missing.flatMap(({ request, outcome }) => (outcome === "namespace-absent" ? [request.namespace ?? ""] : [])),
  );
  const isRemoval = ({ request }: AskedPermission): boolean => request.verb === "delete" && scope.includeDecommission;
  const denied = missing.filter(({ outcome }) => outcome === "denied");
  return [
    ...(absent.size === 0
      ? []
      : [`create ${nameList([...absent])} by installing what belongs there, or name it in the parameter namespaces`]),
    ...(denied.some((one) => !isRemoval(one))
      ? [
          `apply rbac/switchover/${scope.role} on this hub, and its folders observability, argocd and flux where those are installed; or run fairlead switchover setup --role ${scope.role}`,
        ]
      : []),
    ...(denied.some(isRemoval) ? ["apply rbac/switchover/decommission on this hub"] : []),
  ];
}

/** Whether the check succeeds as a whole. */
export function allGranted(clusters: readonly CheckedCluster[]): boolean {
  return clusters.every(({ status }) => status === "granted");
}

/** One sentence for results, report and the last line of the log. */
export function accessSentence(clusters: readonly CheckedCluster[], role: RoleName): string {
  const parts = clusters.map(({ cluster, status, asked, granted, missing }) => {
    if (status === "unknown") {
      return `${cluster}: could not be asked`;
    }
    const lacking = missing.reduce((sum, { permissions }) => sum + permissions.length, 0);
    if (lacking > 0) {
      return `${cluster}: ${lacking} of ${count(asked, "permission")} missing`;
    }
    return granted === asked
      ? `${cluster}: all of ${count(asked, "permission")} granted`
      : `${cluster}: ${granted} of ${count(asked, "permission")} granted, a run works without the rest`;
  });
  return `role ${role}, ${parts.join("; ")}`;
}

/** What is missing first, and how to mend it, for the last lines of the log. */
export function accessReasons(clusters: readonly CheckedCluster[]): { readonly why: string; readonly fix: string } {
  const why = clusters.flatMap((one) => [
    ...(one.why === "" ? [] : [`${one.cluster}: ${one.why}`]),
    ...one.missing.map(({ scope, permissions }) => `${one.cluster}, ${scope}: ${nameList(permissions, 5)}`),
  ]);
  const fix = new Set(clusters.flatMap(({ remediation }) => remediation));
  return { why: why.slice(0, 5).join(" | "), fix: [...fix].join(" | ") };
}

export function accessTable(clusters: readonly CheckedCluster[]): OutputTable {
  return {
    columns: ["result", "cluster", "scope", "permission"],
    rows: clusters.flatMap((one) => [
      ...(one.status === "granted" ? [["ok", one.cluster, "", `${one.granted} of ${one.asked} granted`]] : []),
      ...(one.status === "unknown" ? [["FAILED", one.cluster, "", one.why]] : []),
      ...rows("MISSING", one.cluster, one.missing),
      ...rows("optional", one.cluster, one.optionalMissing),
      ...one.remediation.map((fix) => ["", "", "", `fix: ${fix}`]),
    ]),
  };
}

function rows(word: string, cluster: string, missing: readonly Missing[]): readonly (readonly string[])[] {
  return missing.flatMap(({ scope, permissions }) => permissions.map((text) => [word, cluster, scope, text]));
}
