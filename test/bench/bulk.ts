import { readFileSync } from "node:fs";
import pLimit from "p-limit";
import { systemClock, systemRandom } from "../../steps/lib/clock/system-clock.ts";
import type { KubeClient } from "../../steps/lib/kube/types.ts";
import { applyBulk } from "../../steps/lib/phase/apply-bulk.ts";
import type { Change, PhaseContext } from "../../steps/lib/phase/types.ts";
import { annotationConcurrency as concurrency } from "../../steps/switchover/phases/annotate-clusters.ts";
import { startBareHubs } from "../support/hubs.ts";
import { bareRequests, type Send } from "./bare-requests.ts";
import { clusterNames, growFleet, managedClusters, openClient } from "./fleet.ts";
import { compare, takeTurns, timeWork } from "./paired.ts";
import { quietLog } from "./quiet-log.ts";
import { type Bench, ratioRow, seconds } from "./row.ts";

const clusters = 3500;
const rounds = 6;
const budget = 1.3;
const annotation = "import.open-cluster-management.io/disable-auto-import";
const { signal } = new AbortController();

const names = clusterNames(0, clusters);

/** Every round writes another value, so that each patch changes something. */
function patchOf(value: string): unknown {
  return { metadata: { annotations: { [annotation]: value } } };
}

function bareLoop(send: Send, value: string): Promise<unknown> {
  const limit = pLimit(concurrency);
  const body = JSON.stringify(patchOf(value));
  const folder = `/apis/${managedClusters.group}/${managedClusters.version}/${managedClusters.plural}`;
  return Promise.all(names.map((name) => limit(() => send({ method: "PATCH", path: `${folder}/${name}`, body }))));
}

function asTheProductDoes(client: KubeClient, value: string): Promise<unknown> {
  const changes = names.map((name): Change => {
    const summary = `annotate ManagedCluster ${name}`;
    return {
      target: "primary",
      resource: managedClusters,
      ref: { name },
      summary,
      verb: "merge-patch",
      patch: patchOf(value),
    };
  });
  const context: PhaseContext<unknown> = {
    clients: { primary: client },
    memory: () => undefined,
    log: quietLog,
    clock: systemClock,
    random: systemRandom,
    signal,
    dryRun: { enabled: false },
  };
  return applyBulk({ kind: "bulk", title: "annotate", changes, concurrency }, context, () => undefined);
}

/** What the guards around each of thousands of writes cost. */
export const bulk: Bench = {
  name: "bulk",
  summary: `${clusters} patches against a bare loop at the same concurrency; two to six minutes`,
  async run(log) {
    const { servers, stop } = await startBareHubs("2.16.1");
    try {
      const server = servers.server("primary");
      await growFleet(server, names);
      log(`${clusters} clusters on the hub`);
      const client = await openClient(server);
      const authority = readFileSync(server.caFile, "utf8");
      const send = bareRequests({ url: server.url, authority, token: server.token() });
      const times = await takeTurns(
        {
          floor: (round) => timeWork(() => bareLoop(send, `floor-${round}`)),
          ours: (round) => timeWork(() => asTheProductDoes(client, `ours-${round}`)),
        },
        rounds,
      );
      log(
        `each turn, floor and ours: ${times.floor.map((ms, turn) => `${seconds(ms)} ${seconds(times.ours[turn] ?? 0)}`).join(", ")}`,
      );
      await client.close();
      const what = `${clusters} patches at a concurrency of ${concurrency}`;
      return [ratioRow(what, compare(times.ours, times.floor), budget)];
    } finally {
      await stop();
    }
  },
};
