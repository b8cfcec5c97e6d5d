import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { KubeClient } from "../../lib/kube/types.ts";
import { formatOutput } from "../../lib/step/output.ts";
import { hasArgoCd } from "../argocd/find-applications.ts";
import { findKubeconfig, kubeconfigLimit } from "../connect-hubs.ts";
import { hasFlux } from "../flux/find-flux.ts";
import { withFailure } from "../operation/with-outcome.ts";
import { resolveNamespaces } from "../parameters.ts";
import { writeJsonReport } from "../preflight/write-json-report.ts";
import { roleNames } from "../rbac/role-parts.ts";
import { accessReasons } from "../rbac-check/access-verdict.ts";
import { switchoverError, switchoverExit } from "../switchover-error.ts";
import { type ResolvedTuning, resolveTuning, tuningSetting } from "../tuning.ts";
import type { HubEndpoint } from "./account-kubeconfig.ts";
import { readEndpoint } from "./admin-hub.ts";
import { absentNamespaces, applySetup } from "./apply-setup.ts";
import { checkAccounts } from "./check-accounts.ts";
import type { SetupContext } from "./declaration.ts";
import { type IssuedKubeconfig, issueKubeconfigs } from "./issue-kubeconfigs.ts";
import { planSetup, type SetupPlan } from "./plan-setup.ts";
import { manifestList, planWarnings, type SetupDocument, setupDocument, setupTable } from "./setup-document.ts";
import { tokenSeconds } from "./token-duration.ts";

const setupFieldManager = "fairlead-switchover";
/** A server may grant a little less than asked: it counts whole seconds. */
const toleranceMs = 60_000;

/** The work of the step `setup`: look, plan, apply, issue, check. */
export async function runSetup(context: SetupContext): Promise<void> {
  await withFailure(context.results, async () => {
    await setUp(context);
  });
}

async function setUp(context: SetupContext): Promise<void> {
  const { params, setting, signal, clock } = context;
  refuseCombinations(context);
  const seconds = tokenSeconds(params["token-duration"]);
  const tuning = await resolveTuning(params.tuning, setting(tuningSetting));
  const { client, hub } = await connectHub(context);
  const plan = await planFor(context, client);
  const warnings = planWarnings(plan);
  for (const text of warnings) context.log.warn(text);
  if (params["dry-run"]) {
    await concludeDryRun(context, plan, warnings);
    return;
  }
  await applySetup(client, plan, signal);
  if (params["skip-kubeconfig-generation"]) {
    await publish(context, setupDocument({ hub, plan, kubeconfigs: [], checks: [], warnings }));
    return;
  }
  const folder = await outputFolder(context);
  const issuedAt = clock.now();
  const kubeconfigs = await issueKubeconfigs(plan, { ...context, client, hub, folder, seconds });
  const short = shortTokens(kubeconfigs, issuedAt + seconds * 1000);
  for (const text of short) context.log.warn(text);
  const checks = await checkAccounts(kubeconfigs, accountCheck(context, tuning));
  await publish(context, setupDocument({ hub, plan, kubeconfigs, checks, warnings: [...warnings, ...short] }));
}

/** @throws FairleadError SW-SET-01, SW-SET-03 before the hub is asked */
function refuseCombinations({ params, run, workspace }: SetupContext): void {
  if (params["include-decommission"] && params.role === "validator") {
    throw switchoverError(
      "SW-SET-01",
      {
        what: 'include-decommission does not go with role "validator"',
        why: "the validator changes nothing",
        fix: "leave include-decommission out, or give role operator or both",
      },
      "invalid",
    );
  }
  const writes = !params["skip-kubeconfig-generation"] && !params["dry-run"];
  if (writes && run.inTekton && workspace("output") === undefined) {
    throw switchoverError(
      "SW-SET-03",
      {
        what: "workspace output is not bound",
        why: "the kubeconfigs have no place to be written to",
        fix: "bind output, or set skip-kubeconfig-generation to true",
      },
      "invalid",
    );
  }
}

async function connectHub(context: SetupContext): Promise<{ readonly client: KubeClient; readonly hub: HubEndpoint }> {
  const { params, setting, workspace, run } = context;
  const file = await findKubeconfig({
    workspace: "admin-kubeconfig",
    folder: workspace("admin-kubeconfig"),
    contextParameter: "context",
    context: params.context,
    setting,
    inTekton: run.inTekton,
  });
  const hub = await readEndpoint(file, params.context, kubeconfigLimit(setting));
  const client = await context.connect({
    name: "hub",
    kubeconfig: file,
    context: hub.context,
    fieldManager: setupFieldManager,
  });
  context.onExit(() => client.close());
  return { client, hub };
}

async function planFor({ params, signal }: SetupContext, client: KubeClient): Promise<SetupPlan> {
  const namespaces = resolveNamespaces(params.namespaces);
  return planSetup({
    roles: params.role === "both" ? roleNames : [params.role],
    includeDecommission: params["include-decommission"],
    importTokens: params["import-tokens"],
    klusterlets: params.klusterlets,
    namespaces,
    absent: await absentNamespaces(client, namespaces, signal),
    argoCd: await hasArgoCd(client, signal),
    flux: await hasFlux(client, signal),
  });
}

async function outputFolder({ workspace }: SetupContext): Promise<string> {
  const folder = workspace("output") ?? resolve("kubeconfigs");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}

function accountCheck(context: SetupContext, tuning: ResolvedTuning): Parameters<typeof checkAccounts>[1] {
  const { params, connect, clock, signal } = context;
  return {
    connect,
    check: {
      includeDecommission: params["include-decommission"],
      skipImportTokens: !params["import-tokens"],
      namespaces: resolveNamespaces(params.namespaces),
    },
    patienceMs: tuning.secretVisible * 1000,
    // Never without a pause: each look asks the hub for every permission.
    pauseMs: Math.max(250, tuning.secretPoll * 1000),
    clock,
    signal,
  };
}

/** Servers may bound the life of tokens. */
function shortTokens(kubeconfigs: readonly IssuedKubeconfig[], wanted: number): readonly string[] {
  return kubeconfigs
    .filter(({ expiresAt }) => Date.parse(expiresAt) < wanted - toleranceMs)
    .map(({ account, expiresAt }) => `the hub issued a token of ${account} only until ${expiresAt}`);
}

async function concludeDryRun(context: SetupContext, plan: SetupPlan, warnings: readonly string[]): Promise<void> {
  const { params, print, results, summarize } = context;
  const what = `dry run: ${plan.objects.length} objects would be applied, nothing was changed`;
  const format = params.output === "table" ? "yaml" : params.output;
  print(await formatOutput(format, manifestList(plan.objects), () => ({ columns: [], rows: [] })));
  results.set("outcome", "dry-run");
  results.set("objects", String(plan.objects.length));
  results.set("warnings", String(warnings.length));
  results.set("summary", what);
  summarize({ what });
}

async function publish(context: SetupContext, document: SetupDocument): Promise<void> {
  const { params, print, results, summarize, setExitCode, workspace, random, run } = context;
  const what = document.summary;
  print(await formatOutput(params.output, document, () => setupTable(document)));
  results.set("outcome", document.passed ? "succeeded" : "failed");
  results.set("objects", String(document.applied.length));
  results.set("warnings", String(document.warnings.length));
  results.set("summary", what);
  const folder = workspace("output");
  if (folder !== undefined) {
    const options = { random, inTekton: run.inTekton };
    const path = await writeJsonReport(join(folder, "setup.json"), document, options);
    results.set("report", path);
    summarize({ what, more: path });
  }
  if (document.passed) {
    summarize({ what });
    return;
  }
  results.set("error-code", "SW-SET-04");
  setExitCode(switchoverExit.preflight);
  summarize({ id: "SW-SET-04", what, ...accessReasons(document.checks) });
}
