import { pluralOf } from "../catalog/crd-name.ts";
import { type AssetIdentity, groupOf } from "./asset-identity.ts";
import { type PolicyRule, sortedSet } from "./policy-rule.ts";

/** Verbs for an object of any name: for a creation and a list no name is known when it is authorized. */
const collectionVerbs = ["create", "list"] as const;
const objectVerbs = ["get", "patch", "update"] as const;
const tombstoneVerbs = ["delete", "get"] as const;

/** Nothing of these is applied as what it is: a list is its items, and definitions come with their operators. */
const leftOut: ReadonlySet<string> = new Set(["List", "CustomResourceDefinition"]);

/**
 * Kinds of which every cluster has objects that are no business of the baseline, some of them with the rights of whole
 * platforms. Those of the core group are such kinds, too.
 */
const narrowKinds: ReadonlySet<string> = new Set([
  "SecurityContextConstraints",
  "ClusterRole",
  "ClusterRoleBinding",
  "Role",
  "RoleBinding",
]);

interface Resource {
  readonly group: string;
  readonly plural: string;
  readonly isNarrow: boolean;
  readonly names: readonly string[];
}

export interface DynamicInput {
  readonly active: readonly AssetIdentity[];
  readonly tombstones: readonly AssetIdentity[];
  /** Plurals by `<kind>.<group>`, of CRDs that were looked at. */
  readonly plurals: Readonly<Record<string, string>>;
}

function resourcesOf(identities: readonly AssetIdentity[], plurals: DynamicInput["plurals"]): readonly Resource[] {
  const kept = identities.filter(({ kind }) => !leftOut.has(kind));
  const byKind = Map.groupBy(kept, ({ apiVersion, kind }) => `${kind}.${groupOf(apiVersion)}`);
  return [...byKind].flatMap(([key, [first, ...others]]) => {
    if (first === undefined) return [];
    const group = groupOf(first.apiVersion);
    const known = Object.hasOwn(plurals, key) ? plurals[key] : undefined;
    return [
      {
        group,
        plural: known ?? pluralOf(first.kind),
        isNarrow: group === "" || narrowKinds.has(first.kind),
        names: sortedSet([first, ...others].map(({ name }) => name).filter((name) => name !== "")),
      },
    ];
  });
}

/** The resources that assets are of, with their groups. Pure. */
export function dynamicResources(
  identities: readonly AssetIdentity[],
  plurals: DynamicInput["plurals"],
): readonly Pick<Resource, "group" | "plural">[] {
  return resourcesOf(identities, plurals);
}

function byPlural(one: Resource, other: Resource): number {
  return one.plural < other.plural ? -1 : 1;
}

/** All objects of these kinds together. */
function wide(group: string, resources: readonly Resource[]): readonly PolicyRule[] {
  if (resources.length === 0) return [];
  const verbs = sortedSet([...collectionVerbs, ...objectVerbs]);
  return [{ apiGroups: [group], resources: sortedSet(resources.map(({ plural }) => plural)), verbs }];
}

/** The objects that the assets name, and no others of their kind. */
function narrow({ group, plural, names }: Resource): readonly PolicyRule[] {
  const what = { apiGroups: [group], resources: [plural] };
  if (names.length === 0) return [{ ...what, verbs: sortedSet([...collectionVerbs, ...objectVerbs]) }];
  return [
    { ...what, verbs: collectionVerbs },
    { ...what, resourceNames: names, verbs: objectVerbs },
  ];
}

/** Only what is named there is ever deleted, and nothing is written of a kind that has tombstones alone. */
function deletion({ group, plural, names }: Resource): PolicyRule {
  return { apiGroups: [group], resources: [plural], resourceNames: names, verbs: tombstoneVerbs };
}

/**
 * What it takes to apply the assets and to delete the tombstones: group by group, first the kinds of which any object
 * may be written, then those that are limited to names, then the deletions. Pure.
 */
export function dynamicRules({ active, tombstones, plurals }: DynamicInput): readonly PolicyRule[] {
  const applied = resourcesOf(active, plurals);
  const deleted = resourcesOf(tombstones, plurals);
  const groups = sortedSet([...applied, ...deleted].map(({ group }) => group));
  return groups.flatMap((group) => {
    const own = applied.filter((resource) => resource.group === group).toSorted(byPlural);
    const gone = deleted.filter((resource) => resource.group === group).toSorted(byPlural);
    return [
      ...wide(
        group,
        own.filter(({ isNarrow }) => !isNarrow),
      ),
      ...own.filter(({ isNarrow }) => isNarrow).flatMap(narrow),
      ...gone.map(deletion),
    ];
  });
}
