import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { freePort } from "../../support/api-servers/free-port.ts";
import { eventually } from "../../support/eventually.ts";
import { type FaultProxy, startFaultProxy } from "../../support/fault-proxy.ts";
import { BaselineBench, descheduler, hyperConverged, monitoringPlugin, swapConfig } from "./support/baseline-bench.ts";
import { installCrd, removeCrds } from "./support/crds.ts";
import { Watcher } from "./support/watcher.ts";

const minute = 60_000;
/** From the write of its author to the begin of the run that answers it. */
const soonMs = 5_000;
const uiPlugins = "uiplugins.observability.openshift.io";
const forkliftController = {
  resource: "forkliftcontrollers.forklift.konveyor.io",
  name: "forklift-controller",
  namespace: "openshift-mtv",
};
const lease = {
  resource: "leases.coordination.k8s.io",
  name: "virt-platform-autopilot-reconcile",
  namespace: "openshift-cnv",
};
const managedKey = "platform.kubevirt.io/managed-by";
const marker = "platform.kubevirt.io/reconcile-paused";

// One platform and one watcher, whom people meet in this order.
describe("a platform that is watched", () => {
  let bench: BaselineBench;
  let proxy: FaultProxy;
  let watcher: Watcher;
  let probes: string;

  beforeAll(async () => {
    bench = await BaselineBench.open();
    await removeCrds(bench, uiPlugins);
    const port = await freePort();
    probes = `http://127.0.0.1:${port}`;
    proxy = await startFaultProxy({ target: bench.server.url, targetAuthority: bench.server.caFile });
    watcher = new Watcher(await proxy.kubeconfig(bench.server.kubeconfig()), "--health-port", String(port));
    await watcher.says("reconciling all assets");
  }, 2 * minute);

  // What a test asks for is answered apart from what came before it.
  beforeEach(() => watcher.rests());

  afterAll(async () => {
    await watcher.stop();
    await proxy.stop();
    await bench.close();
  }, 2 * minute);

  async function interval(): Promise<unknown> {
    const { spec } = await bench.get(descheduler);
    return (spec as { readonly deschedulingIntervalSeconds?: unknown }).deschedulingIntervalSeconds;
  }

  /** Changes something, and expects a run over these assets to begin soon afterwards. */
  async function answered(change: () => Promise<void>, assets: string): Promise<void> {
    const from = watcher.lines.length;
    await change();
    const changedAt = performance.now();
    await watcher.says(`reconciling ${assets}`, from);
    expect(performance.now() - changedAt).toBeLessThan(soonMs);
  }

  const drift = async (seconds: number): Promise<void> =>
    await bench.mergePatch(descheduler, { spec: { deschedulingIntervalSeconds: seconds } });

  test(
    "is brought to its baseline when the watcher starts",
    async () => {
      await eventually(async () => expect(await interval()).toBe(60));
      await eventually(async () => expect(await bench.find(swapConfig)).toBeDefined());
    },
    2 * minute,
  );

  test(
    "tells its probes that it sees everything",
    async () => {
      for (const path of ["/healthz", "/readyz"]) expect((await fetch(`${probes}${path}`)).status).toBe(200);
      expect((await fetch(`${probes}/metrics`)).status).toBe(404);
      expect((await fetch(`${probes}/readyz`, { method: "POST" })).status).toBe(405);
    },
    2 * minute,
  );

  test(
    "has a drift corrected within seconds, and nothing else looked at",
    async () => {
      await answered(() => drift(300), "descheduler-loadaware");
      await eventually(async () => expect(await interval()).toBe(60));
    },
    2 * minute,
  );

  test(
    "gets back within seconds what was deleted, and the label of what lost it",
    async () => {
      await answered(() => bench.delete(swapConfig), "swap-enable");
      await watcher.rests();
      const unlabelled = { metadata: { labels: { [managedKey]: null } } };
      await answered(() => bench.mergePatch(descheduler, unlabelled), "descheduler-loadaware");
      await eventually(async () => expect(await bench.find(swapConfig)).toBeDefined());
      await eventually(async () => {
        expect((await bench.get(descheduler)).metadata["labels"]).toHaveProperty(
          [managedKey],
          "virt-platform-autopilot",
        );
      });
    },
    2 * minute,
  );

  test(
    "gets what its HyperConverged opts in to",
    async () => {
      await answered(() => bench.annotate(hyperConverged, { "enable-mtv": "true" }), "all assets");
      await eventually(async () => expect(await bench.find(forkliftController)).toBeDefined());
    },
    2 * minute,
  );

  test(
    "B-12-47 gets the assets of a kind that is installed only now, and each change of them from then on",
    async () => {
      await answered(() => installCrd(bench, uiPlugins), "monitoring-ui-plugin");
      await eventually(async () => expect(await bench.find(monitoringPlugin)).toBeDefined());
      await watcher.rests();
      await answered(() => bench.delete(monitoringPlugin), "monitoring-ui-plugin");
      await eventually(async () => expect(await bench.find(monitoringPlugin)).toBeDefined());
    },
    2 * minute,
  );

  test(
    "gets back what was deleted after its kind was installed, and before the watcher had its first look at it",
    async () => {
      const from = watcher.lines.length;
      await removeCrds(bench, uiPlugins);
      await watcher.says(`${uiPlugins} is not served any more`, from);
      const deleted = Promise.withResolvers<void>();
      proxy.add({
        when: { verb: "list", resource: "uiplugins" },
        times: 1,
        meanwhile: async () => {
          await eventually(async () => expect(await bench.find(monitoringPlugin)).toBeDefined());
          await bench.delete(monitoringPlugin);
          deleted.resolve();
        },
      });
      await installCrd(bench, uiPlugins);
      await deleted.promise;
      await eventually(async () => expect(await bench.find(monitoringPlugin)).toBeDefined());
    },
    2 * minute,
  );

  test(
    "is left alone when an operator writes the status of an object",
    async () => {
      const from = watcher.lines.length;
      await bench.patchStatus(hyperConverged, { observedGeneration: 7 });
      // What comes later is answered, so that what came before was seen.
      await answered(() => bench.delete(swapConfig), "swap-enable");
      expect(watcher.lines.slice(from).filter((line) => line.includes("reconciling all assets"))).toEqual([]);
      await eventually(async () => expect(await bench.find(swapConfig)).toBeDefined());
    },
    2 * minute,
  );

  test(
    "has a burst of changes answered by one run",
    async () => {
      const before = watcher.runs.length;
      const both = [swapConfig, monitoringPlugin].map(({ resource, name }) => `${resource}/${name}`);
      await answered(async () => {
        await bench.server.kubectl(["delete", ...both, "--wait=false"]);
      }, "swap-enable, monitoring-ui-plugin");
      expect(watcher.runs.length).toBe(before + 1);
      await eventually(async () => expect(await bench.find(swapConfig)).toBeDefined());
    },
    2 * minute,
  );

  test(
    "waits for the lock of another run, and forgets nothing meanwhile",
    async () => {
      const time = new Date().toISOString().replace("Z", "000Z");
      await bench.create({
        apiVersion: "coordination.k8s.io/v1",
        kind: "Lease",
        metadata: { name: lease.name, namespace: lease.namespace },
        spec: { holderIdentity: "another-run", leaseDurationSeconds: 900, acquireTime: time, renewTime: time },
      });
      const from = watcher.lines.length;
      await drift(301);
      await watcher.says("another-run is at work", from);
      expect(await interval()).toBe(301);
      await bench.delete(lease);
      await eventually(async () => expect(await interval()).toBe(60));
    },
    2 * minute,
  );

  test(
    "is not fought over: an edit war pauses the object, and its user resumes it within seconds",
    async () => {
      for (let round = 0; !(await isPaused()) && round < 10; round += 1) {
        await drift(400 + round);
        await eventually(async () => expect((await interval()) === 60 || (await isPaused())).toBe(true));
      }
      expect(await isPaused()).toBe(true);
      const left = await interval();
      expect(left).not.toBe(60);
      await answered(() => bench.annotate(descheduler, { "reconcile-paused": null }), "descheduler-loadaware");
      await eventually(async () => expect(await interval()).toBe(60));
    },
    2 * minute,
  );

  async function isPaused(): Promise<boolean> {
    const { annotations } = (await bench.get(descheduler)).metadata;
    return (annotations as Readonly<Record<string, string>> | undefined)?.[marker] === "true";
  }
});
