import { join } from "node:path";
import { writeFileAtomically } from "../../lib/state/write-file-atomically.ts";
import type { SummaryLines } from "../../lib/step/types.ts";
import { baselineError } from "../baseline-error.ts";
import type { LoadedAssets } from "../catalog/load-assets.ts";
import { loadShippedAssets } from "../catalog/load-shipped-assets.ts";
import { checkRequestAge } from "../check-request.ts";
import { hcoCrd } from "../cluster/find-hco.ts";
import { baselineExit } from "../failure/exit-code.ts";
import { tellNoPlatform } from "../failure/tell-no-platform.ts";
import { withFailure } from "../failure/with-failure.ts";
import { renderCatalog } from "../report/render-catalog.ts";
import { countRecords, countsText } from "../report/render-counts.ts";
import { jsonOutput, statusOutput, yamlOutput } from "../report/render-output.ts";
import { onlyInstalled, type RenderRecord, renderExit, shownRecords } from "../report/render-record.ts";
import type { PlatformSight } from "../run/look-at-platform.ts";
import { templateEngine } from "../template/template-engine.ts";
import type { RenderContext } from "./declaration.ts";
import { look } from "./look.ts";

const mode = 0o664;

function checkAsset(name: string, { assets }: LoadedAssets): void {
  if (name === "" || assets.some((asset) => asset.name === name)) return;
  throw baselineError(
    "BASE-PAR-05",
    {
      what: `there is no asset ${name}`,
      why: "the catalog has none of that name",
      fix: "give a name of those that --output status --show-excluded lists",
    },
    baselineExit.invalidInput,
  );
}

function recordsOf(
  { params }: RenderContext,
  sight: Extract<PlatformSight, { state: "found" }>,
  loaded: LoadedAssets,
): readonly RenderRecord[] {
  const { document, activation } = sight;
  const asked = { activation, onlyAssets: [] };
  const all = renderCatalog(loaded, document, asked, templateEngine());
  const wanted = all.filter(({ asset }) => params.asset === "" || asset === params.asset);
  const { crds } = document;
  const isInstalled = (crd: string): boolean =>
    crd === hcoCrd || (Object.hasOwn(crds, crd) && crds[crd] === "installed");
  return params["only-installed"] ? onlyInstalled(wanted, isInstalled) : wanted;
}

function withoutObject({ object: _object, ...record }: RenderRecord): RenderRecord {
  return record;
}

/** The answer on standard output, and the whole of it in the output workspace. */
async function write(context: RenderContext, records: readonly RenderRecord[]): Promise<string | undefined> {
  const { params, print, workspace, random } = context;
  const listed = shownRecords(records, params["show-excluded"]);
  const shown = params["metadata-only"] ? listed.map(withoutObject) : listed;
  const texts = { yaml: yamlOutput(shown), json: jsonOutput(shown), status: statusOutput(shown, records) };
  print(texts[params.output]);
  const folder = workspace("output");
  if (folder === undefined) return undefined;
  const report = join(folder, "rendered.json");
  await writeFileAtomically(join(folder, "rendered.yaml"), texts.yaml, { mode, random });
  await writeFileAtomically(report, texts.json, { mode, random });
  return report;
}

function summarizeRecords(
  context: RenderContext,
  records: readonly RenderRecord[],
  where: Pick<SummaryLines, "more">,
): void {
  const { params, results, summarize, setExitCode } = context;
  const counts = countRecords(records);
  for (const name of ["included", "excluded", "filtered", "errors"] as const) results.set(name, String(counts[name]));
  const what = countsText(counts);
  results.set("summary", what);
  const code = renderExit(records, params.strict);
  results.set("outcome", counts.errors === 0 ? "ok" : code === 0 ? "degraded" : "failed");
  if (code === 0) {
    summarize({ what, ...where });
    return;
  }
  const first = records.find(({ status }) => status === "ERROR");
  results.set("error-code", "BASE-RND-01");
  setExitCode(code);
  summarize({
    id: "BASE-RND-01",
    what,
    ...where,
    why: first === undefined ? "" : `${first.asset}: ${first.reason?.details ?? ""}`,
    fix: "correct what the assets say of it; each is told where it is listed",
  });
}

/** The work of the step `render`. */
export async function runRender(context: RenderContext): Promise<void> {
  const { params, results, log } = context;
  await withFailure(results, async () => {
    checkRequestAge(context);
    const loaded = await loadShippedAssets();
    checkAsset(params.asset, loaded);
    const sight = await look(context, loaded);
    if (sight.state !== "found") {
      tellNoPlatform(sight.state, params.namespace, context);
      return;
    }
    if (sight.activation.state === "off") {
      log.warn("the HyperConverged does not opt in, so nothing is wanted; require-opt-in=false renders as if it did");
    }
    for (const { note } of sight.events) log.warn(note);
    const { effective, note } = sight.hco;
    if (effective === undefined && note !== undefined) log.warn(`the HyperConverged is taken as it is: ${note}`);
    const records = recordsOf(context, sight, loaded);
    const report = await write(context, records);
    if (report !== undefined) results.set("report", report);
    summarizeRecords(context, records, report === undefined ? {} : { more: report });
  });
}
