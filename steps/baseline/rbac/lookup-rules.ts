import { pluralOf } from "../catalog/crd-name.ts";
import type { LookupRead } from "../lookups/lookup.ts";
import { groupOf } from "../object/api-version.ts";
import { type PolicyRule, sortedSet } from "./policy-rule.ts";
import { staticRules } from "./static-rules.ts";

interface Read {
  readonly group: string;
  readonly plural: string;
  readonly verb: LookupRead["verb"];
  /** Of a single object. */
  readonly names: readonly string[];
}

function readOfLookup(read: LookupRead): Read {
  const { apiVersion, kind, verb } = read;
  return { group: groupOf(apiVersion), plural: pluralOf(kind), verb, names: verb === "get" ? [read.name] : [] };
}

/** Whether the program may read that of any name whatever the assets are. */
function isStatic({ group, plural, verb }: Read): boolean {
  return staticRules.some(
    (rule) =>
      "resources" in rule &&
      rule.resourceNames === undefined &&
      rule.apiGroups.includes(group) &&
      rule.resources.includes(plural) &&
      rule.verbs.includes(verb),
  );
}

function keyOf({ group, plural, verb }: Read): string {
  return [group, plural, verb].join("\n");
}

/** What the look-ups of the catalog read, object by object, beyond what the program itself may read. Pure. */
export function lookupRules(reads: readonly LookupRead[]): readonly PolicyRule[] {
  const asked = reads.map(readOfLookup).filter((read) => !isStatic(read));
  const byKey = [...Map.groupBy(asked, keyOf)].toSorted(([one], [other]) => (one < other ? -1 : 1));
  return byKey.flatMap(([, [first, ...others]]) => {
    if (first === undefined) return [];
    const names = sortedSet([first, ...others].flatMap((read) => read.names));
    return [
      {
        apiGroups: [first.group],
        resources: [first.plural],
        ...(names.length === 0 ? {} : { resourceNames: names }),
        verbs: [first.verb],
      },
    ];
  });
}
