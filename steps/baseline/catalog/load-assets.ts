import type { SchemaValidator } from "../../lib/schema/validator.ts";
import { baselineError } from "../baseline-error.ts";
import { baselineExit } from "../failure/exit-code.ts";
import { type ReadTombstones, readTombstones } from "../tombstones/read-tombstones.ts";
import type { AssetFiles } from "./asset-files.ts";
import type { Catalog, CatalogAsset } from "./catalog.ts";
import { requiredCrd } from "./crd-name.ts";
import { type KindOfAsset, kindOfText } from "./kind-of-text.ts";
import type { LoadedAsset } from "./loaded-asset.ts";
import { readCatalog } from "./read-catalog.ts";

/** All that a run knows before it asks a cluster. */
export interface LoadedAssets extends ReadTombstones {
  readonly catalog: Catalog;
  /** As the catalog lists them. */
  readonly assets: readonly LoadedAsset[];
  /** Texts beside the templates by path below `active`, as templates know them. */
  readonly files: Readonly<Record<string, string>>;
}

const activeFolder = "active/";
const maxFaults = 20;

function kindOf(
  { api_version: apiVersion, component }: CatalogAsset,
  text: string | undefined,
): KindOfAsset | undefined {
  if (text !== undefined) return kindOfText(text);
  return apiVersion === undefined ? undefined : { apiVersion, kind: component };
}

function loadAsset(entry: CatalogAsset, files: Readonly<Record<string, string>>): LoadedAsset | string {
  const text = entry.render === undefined ? files[entry.path] : undefined;
  const kind = kindOf(entry, text);
  if (kind === undefined) {
    return entry.render === undefined
      ? `${entry.name}: apiVersion and kind are no literal lines of ${entry.path}`
      : `${entry.name}: a function renders it, so the catalog must name its api_version`;
  }
  const crd = requiredCrd(kind.apiVersion, kind.kind);
  return {
    name: entry.name,
    ...(entry.group === undefined ? {} : { group: entry.group }),
    install: entry.install,
    reconcileOrder: entry.reconcile_order,
    conditions: entry.conditions ?? [],
    ...(crd === undefined ? {} : { requiredCrd: crd }),
    ...(entry.gate_crd === undefined ? {} : { gateCrd: entry.gate_crd }),
    path: entry.path,
    component: entry.component,
    entry,
    kind,
    ...(text === undefined ? {} : { text }),
  };
}

function invalid(faults: readonly string[]) {
  const more = faults.length > maxFaults ? `; and ${faults.length - maxFaults} more` : "";
  return baselineError(
    "BASE-CAT-01",
    {
      what: "the catalog of the assets is not valid",
      why: `${faults.slice(0, maxFaults).join("; ")}${more}`,
      fix: "correct the catalog and the files that it names; no cluster was asked",
    },
    baselineExit.invalidInput,
  );
}

/**
 * Reads the catalog and what belongs to it. Pure.
 *
 * @param validate by `catalogSchema`
 * @throws FairleadError BASE-CAT-01 (exit 2) with every fault
 */
export function loadAssets(all: AssetFiles, validate: SchemaValidator): LoadedAssets {
  const below = [...all].filter(([path]) => path.startsWith(activeFolder));
  const files = Object.fromEntries(below.map(([path, text]) => [path.slice(activeFolder.length), text]));
  const read = readCatalog(all.get("catalog.yaml") ?? "", validate, new Set(Object.keys(files)));
  if (read.state === "invalid") throw invalid(read.faults);
  const loaded = read.catalog.assets.map((entry) => loadAsset(entry, files));
  const faults = loaded.filter((one) => typeof one === "string");
  if (faults.length > 0) throw invalid(faults);
  const assets = loaded.filter((one) => typeof one !== "string");
  return { catalog: read.catalog, assets, files, ...readTombstones(all) };
}
