import { join } from "node:path";
import type { KubeClient } from "../../lib/kube/types.ts";
import { formatOutput } from "../../lib/step/output.ts";
import type { HubName } from "../acm/hub-identity.ts";
import { connectHub, givenHubNames, hubAccess } from "../connect-hubs.ts";
import { withFailure } from "../operation/with-outcome.ts";
import { resolveNamespaces } from "../parameters.ts";
import { writeJsonReport } from "../preflight/write-json-report.ts";
import { switchoverError, switchoverExit } from "../switchover-error.ts";
import { accessReasons, accessSentence, accessTable, allGranted, type CheckedCluster } from "./access-verdict.ts";
import { type AccessCheck, checkAccess } from "./check-access.ts";
import type { RbacCheckContext } from "./declaration.ts";

type Params = RbacCheckContext["params"];

/** The work of the step `rbac-check`. */
export async function runRbacCheck(context: RbacCheckContext): Promise<void> {
  await withFailure(context.results, async () => {
    refuseCombinations(context.params);
    await publish(context, await checkClusters(context));
  });
}

/** @throws FairleadError SW-RBC-02 before any cluster is asked */
function refuseCombinations(params: Params): void {
  if (!params["include-decommission"]) {
    return;
  }
  const refuse = (other: string, why: string): never => {
    throw switchoverError(
      "SW-RBC-02",
      {
        what: `include-decommission does not go with ${other}`,
        why,
        fix: `leave include-decommission out, or give another value than ${other}`,
      },
      "invalid",
    );
  };
  if (params.role === "validator") {
    refuse('role "validator"', "the validator changes nothing");
  }
  if (params["managed-cluster"]) {
    refuse("managed-cluster", "only a hub is decommissioned");
  }
}

async function checkClusters(context: RbacCheckContext): Promise<readonly CheckedCluster[]> {
  const { params, signal } = context;
  const check: AccessCheck = {
    role: params.role,
    includeDecommission: false,
    skipObservability: params["skip-observability"],
    skipImportTokens: false,
    managedCluster: params["managed-cluster"],
    namespaces: resolveNamespaces(params.namespaces),
  };
  const clients = await connectClusters(context);
  return await Promise.all(
    clients.map(({ name, client }) => {
      // Only the old hub is ever removed.
      const includeDecommission = name === "primary" && params["include-decommission"];
      return checkAccess({ name, client }, { ...check, includeDecommission }, signal);
    }),
  );
}

/** The clusters that a workspace or context leads to; without any, the current context as the old hub. */
async function connectClusters(
  context: RbacCheckContext,
): Promise<readonly { readonly name: HubName; readonly client: KubeClient }[]> {
  const access = { ...hubAccess(context), unnamed: "current-context" } as const;
  const given = givenHubNames(access);
  const names: readonly HubName[] = given.length === 0 ? ["primary"] : given;
  return await Promise.all(
    names.map(async (name) => {
      const { client } = await connectHub(access, name);
      context.onExit(() => client.close());
      return { name, client };
    }),
  );
}

async function publish(context: RbacCheckContext, clusters: readonly CheckedCluster[]): Promise<void> {
  const { params, results, print, summarize, setExitCode, workspace, random, run } = context;
  const passed = allGranted(clusters);
  const what = accessSentence(clusters, params.role);
  const document = { schemaVersion: "1.0", role: params.role, passed, summary: what, clusters };
  const missing = clusters.flatMap((one) => one.missing.flatMap(({ permissions }) => permissions));
  results.set("outcome", passed ? "succeeded" : "failed");
  results.set("missing", String(missing.length));
  results.set("summary", what);
  print(await formatOutput(params.output, document, () => accessTable(clusters)));
  const folder = workspace("output");
  if (folder !== undefined) {
    const options = { random, inTekton: run.inTekton };
    const path = await writeJsonReport(join(folder, "rbac-check.json"), document, options);
    results.set("report", path);
    summarize({ what, more: path });
  }
  if (passed) {
    summarize({ what });
    return;
  }
  results.set("error-code", "SW-RBC-01");
  setExitCode(switchoverExit.preflight);
  summarize({ id: "SW-RBC-01", what, ...accessReasons(clusters) });
}
