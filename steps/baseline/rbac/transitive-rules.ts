import { type AssetIdentity, isRbac } from "./asset-identity.ts";
import { type GivenRule, type PolicyRule, sortedSet } from "./policy-rule.ts";

interface Share {
  readonly group: string;
  readonly names: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

function shares(rules: readonly GivenRule[]): readonly Share[] {
  return rules.flatMap(({ apiGroups, resources, resourceNames, verbs }) =>
    resources.length === 0
      ? []
      : apiGroups.map((group) => ({ group, names: sortedSet(resourceNames), resources, verbs })),
  );
}

function byKey<T>(items: readonly T[], keyOf: (item: T) => string): readonly (readonly T[])[] {
  return [...Map.groupBy(items, keyOf)].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, found]) => found);
}

function union(found: readonly Share[]): readonly PolicyRule[] {
  const [first] = found;
  if (first === undefined) return [];
  return [
    {
      apiGroups: [first.group],
      resources: sortedSet(found.flatMap(({ resources }) => resources)),
      ...(first.names.length === 0 ? {} : { resourceNames: first.names }),
      verbs: sortedSet(found.flatMap(({ verbs }) => verbs)),
    },
  ];
}

function addresses(rules: readonly GivenRule[]): readonly PolicyRule[] {
  const found = rules.filter(({ nonResourceURLs }) => nonResourceURLs.length > 0);
  if (found.length === 0) return [];
  return byKey(found, ({ nonResourceURLs }) => sortedSet(nonResourceURLs).join("\n")).map((same) => ({
    nonResourceURLs: sortedSet(same.flatMap(({ nonResourceURLs }) => nonResourceURLs)),
    verbs: sortedSet(same.flatMap(({ verbs }) => verbs)),
  }));
}

/**
 * What the roles among the assets grant: an API server lets nobody write a role that grants more than they have
 * themselves (Kubernetes 1.35). Pure.
 */
export function transitiveRules(active: readonly AssetIdentity[]): readonly PolicyRule[] {
  const rules = active.flatMap((identity) => identity.rules ?? []);
  const grouped = byKey(shares(rules), ({ group, names }) => [group, ...names].join("\n"));
  return [...grouped.flatMap(union), ...addresses(rules)];
}

/** A role of a namespace is another one in each of them. */
function roleKey(kind: string, name: string, namespace: string): string {
  return kind === "Role" ? `${kind}/${namespace}/${name}` : `${kind}/${name}`;
}

const plurals = { ClusterRole: "clusterroles", Role: "roles" } as const;

/**
 * The right to bind each role that a binding among the assets binds and that is no asset itself: what such a role grants
 * is not known here, and without this right it would have to be held in full (Kubernetes 1.35). Pure.
 */
export function bindRules(active: readonly AssetIdentity[]): readonly PolicyRule[] {
  const managed = new Set(
    active
      .filter((identity) => isRbac(identity, "ClusterRole", "Role"))
      .map(({ kind, name, namespace }) => roleKey(kind, name, namespace)),
  );
  const foreign = active.flatMap(({ roleRef, namespace }) =>
    roleRef === undefined || managed.has(roleKey(roleRef.kind, roleRef.name, namespace)) ? [] : [roleRef],
  );
  return (["ClusterRole", "Role"] as const).flatMap((wanted) => {
    const names = sortedSet(foreign.filter(({ kind }) => kind === wanted).map(({ name }) => name));
    if (names.length === 0) return [];
    return [
      {
        apiGroups: ["rbac.authorization.k8s.io"],
        resources: [plurals[wanted]],
        resourceNames: names,
        verbs: ["bind"],
      },
    ];
  });
}
