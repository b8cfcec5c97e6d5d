import { join } from "node:path";
import { formatOutput } from "../../lib/step/output.ts";
import { connectHub, givenHubNames, type HubAccess, hubAccess } from "../connect-hubs.ts";
import { withFailure } from "../operation/with-outcome.ts";
import { resolveNamespaces } from "../parameters.ts";
import { findingsTable } from "../preflight/findings-table.ts";
import { tellResults } from "../preflight/tell-results.ts";
import { firstFailures, sentence, type Verdict, verdictOf } from "../preflight/verdict.ts";
import { writeJsonReport } from "../preflight/write-json-report.ts";
import { switchoverExit } from "../switchover-error.ts";
import { resolveTuning, tuningSetting } from "../tuning.ts";
import type { PostflightContext } from "./declaration.ts";
import { type ObserveInput, observe } from "./observe.ts";
import { type PostflightDocument, postflightDocument } from "./postflight-document.ts";
import { evaluatePostflight } from "./registry.ts";

/** The work of the step `postflight`: observe, judge, report. */
export async function runPostflight(context: PostflightContext): Promise<void> {
  await withFailure(context.results, async () => {
    await checkHubs(context);
  });
}

async function checkHubs(context: PostflightContext): Promise<void> {
  const { params, clock, signal, setting } = context;
  const tuning = await resolveTuning(params.tuning, setting(tuningSetting));
  const clients = await connectHubs(context);
  const namespaces = resolveNamespaces(params.namespaces);
  const observation = await observe({ clients, namespaces, clock, signal });
  const results = evaluatePostflight(observation, {
    skipObservabilityChecks: params["skip-observability-checks"],
    backupMaxAge: tuning.backupMaxAge,
  });
  tellResults(context.log, results);
  const verdict = verdictOf(results);
  const document = postflightDocument(observation, results, verdict, context.run.name);
  context.print(await formatOutput(params.output, document, () => findingsTable(results)));
  await publish(context, verdict, document);
}

/** The old hub only where something leads to it; where nothing leads to any, the current context as the new hub. */
async function connectHubs(context: PostflightContext): Promise<ObserveInput["clients"]> {
  const named = hubAccess(context);
  const given = givenHubNames(named);
  const access: HubAccess = given.length === 0 ? { ...named, unnamed: "current-context" } : named;
  const hasOldHub = given.includes("primary");
  const { client: secondary } = await connectHub(access, "secondary");
  context.onExit(() => secondary.close());
  const primary = hasOldHub ? (await connectHub(access, "primary")).client : undefined;
  context.onExit(async () => primary?.close());
  return { secondary, primary };
}

async function publish(context: PostflightContext, verdict: Verdict, document: PostflightDocument): Promise<void> {
  const { results, summarize, setExitCode, workspace, random, run } = context;
  const what = sentence(verdict, "postflight");
  results.set("postflight-passed", String(verdict.passed));
  results.set("critical-failures", String(verdict.critical.length));
  results.set("warnings", String(verdict.warnings.length));
  results.set("summary", what);
  results.set("outcome", verdict.passed ? "succeeded" : "failed");
  const folder = workspace("output");
  if (folder !== undefined) {
    const options = { random, inTekton: run.inTekton };
    const path = await writeJsonReport(join(folder, "postflight.json"), document, options);
    results.set("report", path);
    summarize({ what, more: path });
  }
  if (verdict.passed) {
    summarize({ what });
    return;
  }
  results.set("error-code", "SW-PST-01");
  setExitCode(switchoverExit.preflight);
  summarize({ id: "SW-PST-01", what, ...firstFailures(verdict) });
}
