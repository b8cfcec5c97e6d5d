import type { LoadedAssets } from "../catalog/load-assets.ts";
import type { ContextDocument } from "../context/context-document.ts";
import { featureDocument, formatFeatureDocument } from "../features/feature-document.ts";
import type { HcoDocument } from "../hco/effective-hco.ts";
import { assetsDocument, exclusionDocuments, tombstoneDocument } from "../report/catalog-documents.ts";
import { jsonOutput, yamlOutput } from "../report/render-output.ts";
import { type RenderRecord, shownRecords } from "../report/render-record.ts";

export interface Inspection {
  readonly loaded: LoadedAssets;
  readonly document: ContextDocument;
  readonly records: readonly RenderRecord[];
  readonly hco: HcoDocument;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/** The files of an inspection by name; the context is the last: where it is, the others are. Pure. */
export function inspectionFiles({ loaded, document, records, hco }: Inspection): ReadonlyMap<string, string> {
  const { assets, catalog, tombstones } = loaded;
  const buried = tombstones.map(tombstoneDocument);
  const listed = assets.map((asset) => ({ ...asset, phase: asset.entry.phase }));
  return new Map([
    ["assets.json", json(assetsDocument(listed, buried))],
    ["exclusions.json", json(exclusionDocuments(records))],
    ["features.json", formatFeatureDocument(featureDocument(catalog))],
    ["tombstones.json", json(buried)],
    ["hco.json", json(hco)],
    ["rendered.yaml", yamlOutput(shownRecords(records, false))],
    ["rendered.json", jsonOutput(records)],
    ["context.json", json(document)],
  ]);
}
