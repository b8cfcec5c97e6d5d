import { join } from "node:path";
import { writeFileAtomically } from "../../lib/state/write-file-atomically.ts";
import { loadShippedAssets } from "../catalog/load-shipped-assets.ts";
import { checkRequestAge } from "../check-request.ts";
import { Cluster } from "../cluster/cluster.ts";
import { openCluster } from "../cluster/open-cluster.ts";
import { tellNoPlatform } from "../failure/tell-no-platform.ts";
import { withFailure } from "../failure/with-failure.ts";
import { listItems } from "../list-items.ts";
import { imagesOf } from "../reconcile/related-images.ts";
import { renderCatalog } from "../report/render-catalog.ts";
import { countRecords, countsText } from "../report/render-counts.ts";
import { lookAtPlatform } from "../run/look-at-platform.ts";
import { templateEngine } from "../template/template-engine.ts";
import type { InspectContext } from "./declaration.ts";
import { inspectionFiles } from "./inspection-files.ts";

const mode = 0o664;

async function writeFiles({ workspace, random }: InspectContext, files: ReadonlyMap<string, string>): Promise<string> {
  const folder = workspace("output") ?? ""; // the step requires it
  for (const [name, text] of files) await writeFileAtomically(join(folder, name), text, { mode, random });
  return join(folder, "context.json");
}

/** The work of the step `inspect`. */
export async function runInspect(context: InspectContext): Promise<void> {
  const { params, results, signal, log, summarize } = context;
  await withFailure(results, async () => {
    checkRequestAge(context);
    const loaded = await loadShippedAssets();
    const onlyAssets = listItems(params.assets);
    const images = imagesOf(params["related-images"]);
    const cluster = new Cluster(await openCluster(context), signal);
    const sight = await lookAtPlatform(cluster, {
      namespace: params.namespace,
      requireOptIn: params["require-opt-in"],
      onlyAssets,
      loaded,
      images,
      profile: params["detector-profile"],
    });
    if (sight.state !== "found") {
      tellNoPlatform(sight.state, params.namespace, context);
      return;
    }
    const { document, activation, events, hco } = sight;
    for (const { note } of events) log.warn(note);
    const records = renderCatalog(loaded, document, { activation, onlyAssets }, templateEngine());
    const report = await writeFiles(context, inspectionFiles({ loaded, document, records, hco }));
    const counts = countRecords(records);
    for (const name of ["included", "excluded", "filtered", "errors"] as const) results.set(name, String(counts[name]));
    const what = countsText(counts);
    results.set("outcome", counts.errors === 0 ? "ok" : "degraded");
    results.set("report", report);
    results.set("summary", what);
    summarize({ what, more: report });
  });
}
