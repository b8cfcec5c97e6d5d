import { readFileSync } from "node:fs";
import { catalogSchema } from "../../steps/baseline/catalog/catalog.schema.ts";
import { type LoadedAssets, loadAssets } from "../../steps/baseline/catalog/load-assets.ts";
import { shippedAssets } from "../../steps/baseline/catalog/shipped-assets.ts";
import { Cluster } from "../../steps/baseline/cluster/cluster.ts";
import { countResults } from "../../steps/baseline/run/count-results.ts";
import { Reconciliation } from "../../steps/baseline/run/reconcile.ts";
import type { RunRecord } from "../../steps/baseline/run/run-record.ts";
import type { RunRequest } from "../../steps/baseline/run/run-request.ts";
import { RunState } from "../../steps/baseline/run/run-state.ts";
import { emptyState } from "../../steps/baseline/state/baseline-state.ts";
import { templateEngine } from "../../steps/baseline/template/template-engine.ts";
import { systemClock } from "../../steps/lib/clock/system-clock.ts";
import { objectPath } from "../../steps/lib/kube/resource-path.ts";
import type { KubeClient } from "../../steps/lib/kube/types.ts";
import { withOverrides } from "../../steps/lib/kube/with-overrides.ts";
import { compileValidator } from "../../steps/lib/schema/compile-validator.ts";
import { startApiServers } from "../support/api-servers.ts";
import { type BareRequest, bareRequests } from "./bare-requests.ts";
import { createPlatform, exporterImage, platformNamespace } from "./baseline-platform.ts";
import { firstRun, wholeRuns } from "./baseline-process.ts";
import { timeRendering } from "./baseline-rendering.ts";
import { openClient } from "./fleet.ts";
import { compare, takeTurns, timeWork } from "./paired.ts";
import { quietLog } from "./quiet-log.ts";
import { type Bench, ratioRow } from "./row.ts";

const rounds = 7;
const ratioBudget = 1.3;
const callsBudget = 3;
const { signal } = new AbortController();
const request: RunRequest = {
  namespace: platformNamespace,
  isDryRun: false,
  scope: "whole",
  onlyAssets: [],
  requireOptIn: true,
  limits: { capacity: 10, windowMs: 60_000, repeatThreshold: 5, repeatWindowMs: 1_800_000 },
  exclusionOnError: "ignore",
  profile: "accurate",
  images: { "kubevirt-metrics-exporter": exporterImage },
};

async function reconcile(client: KubeClient, loaded: LoadedAssets): Promise<RunRecord> {
  const run = new Reconciliation(request, {
    runId: "bench",
    cluster: new Cluster(client, signal),
    clock: systemClock,
    log: quietLog,
    loaded,
    engine: templateEngine(),
    begin: async () => new RunState(emptyState),
  });
  return run.record(await run.run());
}

/** The looks at objects and the dry runs of a run without drift, as a bare loop sends them. */
function recording(client: KubeClient, calls: BareRequest[]): KubeClient {
  return withOverrides(client, {
    find: (resource, ref, options) => {
      calls.push({ method: "GET", path: objectPath(resource, ref) });
      return client.find(resource, ref, options);
    },
    apply: (resource, body, options) => {
      const path = `${objectPath(resource, body.metadata)}?fieldManager=bare&force=true&dryRun=All`;
      calls.push({ method: "PATCH", path, body: JSON.stringify(body), contentType: "application/apply-patch+yaml" });
      return client.apply(resource, body, options);
    },
  });
}

function expectQuiet(record: RunRecord): number {
  const { applied, failed, unchanged, selected } = countResults(record);
  const failures = record.assets.flatMap((one) => (one.result === "failed" ? [`${one.asset}: ${one.error}`] : []));
  if (applied > 0 || failed > 0) throw new Error(`${applied} applied, ${failures.join("; ")}`);
  if (unchanged < 60) throw new Error(`only ${unchanged} assets are in place`);
  return selected;
}

/** What keeping a platform costs that is at its baseline. */
export const baseline: Bench = {
  name: "baseline",
  summary: "calls, time and memory of a run without drift, and what rendering costs; two minutes",
  async run(log) {
    const loaded = loadAssets(await shippedAssets(), await compileValidator(catalogSchema));
    const servers = await startApiServers(["cluster"]);
    try {
      const server = servers.server("cluster");
      await createPlatform(server, loaded);
      const client = await openClient(server);
      const firstPeak = await firstRun(server);
      await reconcile(client, loaded);
      const calls: BareRequest[] = [];
      const before = client.requestCount();
      const selected = expectQuiet(await reconcile(recording(client, calls), loaded));
      const requests = client.requestCount() - before;
      log(`${selected} assets are at the baseline`);
      const authority = readFileSync(server.caFile, "utf8");
      const send = bareRequests({ url: server.url, authority, token: server.token() });
      const times = await takeTurns(
        {
          floor: () =>
            timeWork(async () => {
              for (const call of calls) await send(call).catch(() => undefined);
            }),
          ours: () => timeWork(() => reconcile(client, loaded)),
        },
        rounds,
      );
      const rows = [
        ratioRow(`a run without drift over ${selected} assets`, compare(times.ours, times.floor), ratioBudget),
        {
          what: "  its API calls for each asset",
          floor: `${calls.length} looks and dry runs`,
          measured: `${requests} requests`,
          value: requests / selected,
          budget: callsBudget,
          unit: "requests" as const,
        },
      ];
      await client.close();
      return [...rows, ...(await wholeRuns(server, firstPeak)), ...timeRendering(loaded)];
    } finally {
      await servers.stop();
    }
  },
};
