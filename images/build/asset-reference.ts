import { assetsOf } from "../../steps/baseline/catalog/catalog.ts";
import type { LoadedAssets } from "../../steps/baseline/catalog/load-assets.ts";
import { type FeatureEntry, featureDocument } from "../../steps/baseline/features/feature-document.ts";
import { markdownCode, markdownTable } from "../../steps/lib/markdown/markdown-table.ts";
import { assetReads } from "./asset-reads.ts";
import { alikeSection, assetSection, objectName, type ReferencedAsset, sharedFacts } from "./asset-section.ts";

/** So many of one kind are told in one table. */
const fewestAlike = 5;

const introduction = `Every object that the baseline keeps, and what decides about it. Written from
[the catalog](../../assets/baseline/catalog.yaml) and by rendering each asset in made-up clusters; what it does to an object, and
how you steer that, is in the [user guide](README.md).

- You have an object: find it in [the list](#objects), which leads to its asset.
- An asset is wanted when **all** its conditions hold and its CRDs are installed; else the report names the first one that
  does not hold. Whether it is wanted on your cluster, and why not:
  \`fairlead baseline render --output status --show-excluded true --require-opt-in false\`, also before the opt-in.
- Assets go in the order of their numbers; equal ones as they are listed in the catalog. The HyperConverged goes first, and
  where it fails, nothing else is tried.
- What an asset reads is what its content depends on: change that, and the next run changes the object.
- Where a namespace is read of the HyperConverged (\`metadata.namespace\`), the object lies beside it; here it is
  \`openshift-cnv\`.`;

interface Chapter {
  readonly title: string;
  readonly text: string;
  readonly assets: readonly ReferencedAsset[];
}

/** One section of the page, with what it is headed by. */
interface Section {
  readonly title: string;
  readonly text: string;
  readonly assets: readonly ReferencedAsset[];
}

/** The mark that readers of Markdown give a heading. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, "")
    .replaceAll(" ", "-");
}

function sectionsOf(assets: readonly ReferencedAsset[]): readonly Section[] {
  const key = (one: ReferencedAsset): string => JSON.stringify([one.asset.kind, sharedFacts(one)]);
  const groups = Map.groupBy(assets, key);
  return [...groups.values()].flatMap((alike): readonly Section[] => {
    const [first] = alike;
    if (alike.length < fewestAlike || first === undefined)
      return alike.map((one) => ({ title: one.asset.name, text: assetSection(one), assets: [one] }));
    const title = `${alike.length} of kind ${first.asset.kind.kind}`;
    return [{ title, text: alikeSection(title, alike), assets: alike }];
  });
}

function featureText({ description, requires, recommended }: FeatureEntry): string {
  const told = (label: string, things: readonly string[]): string =>
    things.length === 0 ? "" : ` ${label}: ${things.join("; ")}.`;
  return `${description}${told("Needs", requires)}${told("Recommended", recommended)}`;
}

function chaptersOf({ catalog, assets }: LoadedAssets, all: ReadonlyMap<string, ReferencedAsset>): readonly Chapter[] {
  const referenced = (names: readonly string[]): readonly ReferencedAsset[] =>
    names.flatMap((name) => all.get(name) ?? []);
  const features = featureDocument(catalog).features.map((feature) => ({
    title: `Feature: ${feature.name}`,
    text: featureText(feature),
    assets: referenced(feature.assets),
  }));
  const covered = new Set(catalog.features.flatMap((feature) => assetsOf(feature, catalog).map(({ name }) => name)));
  const alone = assets.map(({ name }) => name).filter((name) => !covered.has(name));
  return [
    { title: "Part of no feature", text: "What all others are built on.", assets: referenced(alone) },
    ...features,
  ];
}

/** What a person has at hand is an object: kind and name lead to the asset. */
function objectList(sections: readonly Section[]): string {
  const rows = sections.flatMap(({ title, assets }) =>
    assets.flatMap(({ asset, found }) =>
      found.identities.map((identity) => [
        identity.kind,
        markdownCode(objectName(identity)),
        `[${asset.name}](#${anchorOf(title)})`,
        asset.conditions.length === 0 ? "always" : asset.install === "always" ? "where it fits" : "on demand",
      ]),
    ),
  );
  const ordered = rows.toSorted((one, other) => (one.join("\n") < other.join("\n") ? -1 : 1));
  return markdownTable(["Kind", "Object", "Asset", "Wanted"], ordered);
}

function tombstoneList({ tombstones }: LoadedAssets): string {
  const rows = tombstones.map(({ identity, path }) => [
    identity.kind,
    markdownCode(objectName(identity)),
    `[${path}](../../assets/baseline/${path})`,
  ]);
  return markdownTable(["Kind", "Object", "Source"], rows);
}

/** The reference of all assets, for people who look one up. Pure. */
export function assetReference(loaded: LoadedAssets): string {
  const reads = assetReads(loaded);
  const all = new Map(
    loaded.assets.flatMap((asset) => {
      const found = reads.get(asset.name);
      return found === undefined ? [] : [[asset.name, { asset, found }] as const];
    }),
  );
  const chapters = chaptersOf(loaded, all).map((chapter) => ({ ...chapter, sections: sectionsOf(chapter.assets) }));
  return [
    "<!-- Generated from assets/baseline by `npm run generate`. -->",
    `# Assets of the baseline\n\n${introduction}`,
    `## Objects\n\n${objectList(chapters.flatMap(({ sections }) => sections))}`,
    ...chapters.flatMap(({ title, text, sections }) => [
      `## ${title}\n\n${text}`,
      ...sections.map((section) => section.text),
    ]),
    `## Tombstones\n\nObjects of earlier releases: a run deletes them where they carry the label of the baseline.\n\n${tombstoneList(loaded)}`,
    "",
  ].join("\n\n");
}
