import pLimit from "p-limit";
import { systemClock, systemRandom } from "../../steps/lib/clock/system-clock.ts";
import type { KubeClient } from "../../steps/lib/kube/types.ts";
import { applyBulk } from "../../steps/lib/phase/apply-bulk.ts";
import type { Change, PhaseContext } from "../../steps/lib/phase/types.ts";
import { startBareHubs } from "../support/hubs.ts";
import { clusterName, growFleet, managedClusters, openClient } from "./fleet.ts";
import { median } from "./paired.ts";
import { quietLog } from "./quiet-log.ts";
import { type Bench, ratioRow } from "./row.ts";

const clusters = 3500;
const concurrency = 16;
const rounds = 3;
const budget = 1.3;
const annotation = "import.open-cluster-management.io/disable-auto-import";
const { signal } = new AbortController();

const names = Array.from({ length: clusters }, (_, index) => clusterName(index));

/** Every round writes another value, so that each patch changes something. */
function patchOf(value: string): unknown {
  return { metadata: { annotations: { [annotation]: value } } };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

function bareLoop(client: KubeClient, value: string): Promise<unknown> {
  const limit = pLimit(concurrency);
  const patch = patchOf(value);
  return Promise.all(names.map((name) => limit(() => client.mergePatch(managedClusters, { name }, patch, { signal }))));
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
  summary: `${clusters} patches against a bare loop at the same concurrency; two minutes`,
  async run(log) {
    const { servers, stop } = await startBareHubs("2.16.1");
    try {
      const server = servers.server("primary");
      await growFleet(server, 0, clusters);
      log(`${clusters} clusters on the hub`);
      const client = await openClient(server);
      const floor: number[] = [];
      const ours: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        floor.push(await timed(() => bareLoop(client, `floor-${round}`)));
        ours.push(await timed(() => asTheProductDoes(client, `ours-${round}`)));
      }
      await client.close();
      return [ratioRow(`${clusters} patches at a concurrency of ${concurrency}`, median(ours), median(floor), budget)];
    } finally {
      await stop();
    }
  },
};
