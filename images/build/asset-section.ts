import { pluralOf } from "../../steps/baseline/catalog/crd-name.ts";
import type { LoadedAsset } from "../../steps/baseline/catalog/loaded-asset.ts";
import { groupOf } from "../../steps/baseline/object/api-version.ts";
import type { Identity, ManagedObject } from "../../steps/baseline/object/managed-object.ts";
import { changesNodes } from "../../steps/baseline/rollout/plan-rollout.ts";
import { isSensitive } from "../../steps/baseline/user-patch/sensitive-kinds.ts";
import { markdownCode, markdownTable } from "../../steps/lib/markdown/markdown-table.ts";
import type { AssetReads } from "./asset-reads.ts";
import { conditionWords, readWords } from "./asset-words.ts";

/** An asset, and what was found by rendering it. */
export interface ReferencedAsset {
  readonly asset: LoadedAsset;
  readonly found: AssetReads;
}

type Fact = readonly [label: string, text: string];

const lines = (entries: readonly string[]): string => entries.join("<br>");

/** `namespace/name`, or the name alone of a cluster-scoped object. Pure. */
export function objectName({ namespace, name }: Identity): string {
  return namespace === "" ? name : `${namespace}/${name}`;
}

function lookCommand({ requiredCrd }: LoadedAsset, identity: Identity): string {
  const { apiVersion, kind, namespace, name } = identity;
  const group = groupOf(apiVersion);
  const resource = requiredCrd ?? (group === "" ? pluralOf(kind) : `${pluralOf(kind)}.${group}`);
  const place = namespace === "" ? "" : ` -n ${namespace}`;
  return markdownCode(`kubectl get ${resource} ${name}${place} -o yaml --show-managed-fields`);
}

function wantedWhen({ install, conditions }: LoadedAsset): string {
  if (conditions.length === 0) return "always";
  const head =
    install === "opt-in" ? "asked for; all of this must hold:" : "all of this holds, without being asked for:";
  return lines([head, ...conditions.map(conditionWords)]);
}

function crdsOf({ requiredCrd, gateCrd }: LoadedAsset): string {
  const own = requiredCrd === undefined ? [] : [`${markdownCode(requiredCrd)} (its own kind)`];
  const gate = gateCrd === undefined || gateCrd === requiredCrd ? [] : [`${markdownCode(gateCrd)} (its gate)`];
  return lines([...own, ...gate]) || "none";
}

/** What whoever may write the object's annotations can do about it. */
function steering({ kind, name }: LoadedAsset): string {
  const rest = "keep fields (`ignore-fields`), take it (`mode=unmanaged`)";
  return isSensitive(kind.kind)
    ? `${rest}; **a \`patch\` is refused**: ${kind.kind} rules nodes, rights or admission`
    : `change it (\`patch\`, or \`patch.${name}\` on the HyperConverged), ${rest}`;
}

function sourceOf({ path, entry }: LoadedAsset): string {
  return entry.render === undefined
    ? `[${path}](../../assets/baseline/active/${path})`
    : `the function ${markdownCode(entry.render)} of the program`;
}

/** What is the same of assets that are told together. Pure. */
export function sharedFacts({ asset, found }: ReferencedAsset): readonly Fact[] {
  const isOfNodes = found.identities.some(({ apiVersion, kind, name }) => {
    const object: ManagedObject = { apiVersion, kind, metadata: { name } };
    return changesNodes(object);
  });
  const read = readWords(found, asset.entry.template_params ?? {}, asset.entry.lookups ?? []);
  return [
    ["Wanted when", wantedWhen(asset)],
    ["Needs the CRD", crdsOf(asset)],
    ...(isOfNodes ? [["Nodes", "**a change drains and reboots them**, pool by pool"] as const] : []),
    ["Install, order, group", `${asset.install}, ${asset.reconcileOrder}, ${asset.group ?? "none"}`],
    ...read.map(([label, entries]) => [label, lines(entries)] as const),
    ...(read.length === 0 ? [["Content", "the same in every cluster"] as const] : []),
  ];
}

/** All of one asset, under its name. Pure. */
export function assetSection(one: ReferencedAsset): string {
  const { asset, found } = one;
  const objects = found.identities.map((identity) => `${identity.kind} ${markdownCode(objectName(identity))}`);
  const facts: readonly Fact[] = [
    ["Object", `${lines(objects)} (${markdownCode(asset.kind.apiVersion)})`],
    ["Look at it", lines(found.identities.map((identity) => lookCommand(asset, identity)))],
    ...sharedFacts(one),
    ["A user may", steering(asset)],
    ["Source", sourceOf(asset)],
  ];
  return `### ${asset.name}\n\n${markdownTable(["", ""], facts)}`;
}

/** Assets of which only object and source differ, under the name of their group. Pure. */
export function alikeSection(title: string, alike: readonly ReferencedAsset[]): string {
  const [first] = alike;
  if (first === undefined) return "";
  const { kind } = first.asset;
  const facts: readonly Fact[] = [
    ["Kind", `${kind.kind} (${markdownCode(kind.apiVersion)})`],
    ...sharedFacts(first),
    ["A user may", steering(first.asset).replace(first.asset.name, "<asset>")],
  ];
  const rows = alike.map(({ asset, found }) => [
    markdownCode(asset.name),
    lines(found.identities.map((identity) => markdownCode(objectName(identity)))),
    sourceOf(asset),
  ]);
  return [`### ${title}`, markdownTable(["", ""], facts), markdownTable(["Asset", "Object", "Source"], rows)].join(
    "\n\n",
  );
}
