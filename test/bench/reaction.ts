import { systemClock, systemRandom } from "../../steps/lib/clock/system-clock.ts";
import { connect } from "../../steps/lib/kube/connect.ts";
import { source } from "../../steps/lib/kube/live-collection.ts";
import type { KubeClient, KubeObject, Resource } from "../../steps/lib/kube/types.ts";
import { waitFor } from "../../steps/lib/kube/wait-for.ts";
import { waitOn } from "../../steps/lib/phase/types.ts";
import { startApiServers } from "../support/api-servers.ts";
import { percentile } from "./paired.ts";
import { quietLog } from "./quiet-log.ts";
import { type Bench, seconds } from "./row.ts";

const samples = 60;
const { signal } = new AbortController();

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

const configMaps: Resource<ConfigMap> = {
  group: "",
  version: "v1",
  plural: "configmaps",
  kind: "ConfigMap",
  scope: "namespaced",
};

/** Milliseconds from the moment the write is sent, which no effect can come before, until the wait goes on. */
async function react(waiting: KubeClient, writing: KubeClient, name: string): Promise<number> {
  const writes: { readonly atMs: number; readonly answered: Promise<unknown> }[] = [];
  const body: ConfigMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "default" } };
  const wait = waitOn({
    title: `waiting for ${name}`,
    sources: { maps: source(waiting, configMaps, { namespace: "default" }, ({ metadata }) => metadata.name) },
    decide: ({ maps }) =>
      maps.includes(name) ? { state: "done", note: "there" } : { state: "pending", note: "absent" },
    timeoutMs: 60_000,
  });
  const onNote = (): void => {
    if (writes.length > 0) return;
    writes.push({ atMs: performance.now(), answered: writing.create(configMaps, body, { signal }) });
  };
  const outcome = await waitFor(wait, { clock: systemClock, signal, log: quietLog, onNote });
  const ended = performance.now();
  const [write] = writes;
  await write?.answered;
  if (write === undefined || outcome.state !== "done") throw new Error(`the wait for ${name} ended ${outcome.state}`);
  return ended - write.atMs;
}

/** What a person gains from watches: the next step begins as soon as the last one is true. */
export const reaction: Bench = {
  name: "reaction",
  summary: "a condition becomes true on a real API server, the wait goes on; half a minute",
  async run() {
    const servers = await startApiServers(["primary"]);
    const open = (): Promise<KubeClient> =>
      connect(
        { name: "primary", kubeconfig: servers.server("primary").kubeconfig(), fieldManager: "fairlead-bench" },
        { log: quietLog, clock: systemClock, random: systemRandom },
      );
    try {
      const [waiting, writing] = [await open(), await open()];
      const reactions: number[] = [];
      for (let index = 0; index < samples; index += 1) reactions.push(await react(waiting, writing, `map-${index}`));
      await Promise.all([waiting.close(), writing.close()]);
      const p95 = percentile(reactions, 0.95);
      return [
        {
          what: `reaction of a wait, p95 of ${samples}`,
          floor: "–",
          measured: seconds(p95),
          value: p95 / 1000,
          budget: 1,
          unit: "s",
        },
      ];
    } finally {
      await servers.stop();
    }
  },
};
