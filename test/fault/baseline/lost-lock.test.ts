import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { descheduler, type Named, storedState, swapConfig } from "../../integration/baseline/support/baseline-bench.ts";
import { liveInterval } from "../../integration/baseline/support/descheduler.ts";
import { ProxiedBaseline } from "./support/proxied-baseline.ts";
import { editState } from "./support/scene.ts";
import { applyOf, carriedOut } from "./support/writes.ts";

const minute = 60_000;
const lease: Named = {
  resource: "leases.coordination.k8s.io",
  name: "virt-platform-autopilot-reconcile",
  namespace: "openshift-cnv",
};
const correction = applyOf("kubedeschedulers");
const storing = { verb: "update", resource: "configmaps", name: storedState.name } as const;

describe("a run that loses its lock while it corrects", () => {
  let platform: ProxiedBaseline;
  beforeAll(async () => {
    platform = await ProxiedBaseline.open("swap-enable,descheduler-loadaware");
    await platform.run();
    const { bench } = platform;
    await bench.mergePatch(descheduler, { spec: { deschedulingIntervalSeconds: 300 } });
    await bench.mergePatch(swapConfig, {
      spec: { kernelArguments: ["quiet"], config: { ignition: { version: "3.2.0" } } },
    });
    await platform.keepScene();
  }, 2 * minute);
  afterAll(() => platform?.close());
  beforeEach(() => platform.begin());

  test(
    "B-12-81 writes nothing more, neither objects nor state nor Events, and leaves the lock to the other one",
    async () => {
      const { bench, proxy } = platform;
      let atLoss: unknown;
      proxy.add({
        when: correction,
        times: 1,
        meanwhile: async (gone) => {
          atLoss = await versions();
          await bench.mergePatch(lease, { spec: { holderIdentity: "another-run" } });
          // The holder finds it out when it renews.
          await gone;
        },
      });
      const run = await platform.run();
      expect(run.exitCode).toBe(1);
      expect(run.stderr).toContain("STATE-12");
      expect(await versions()).toEqual(atLoss);
      expect(await liveInterval(bench)).toBe(300);
      expect(await bench.get(lease)).toMatchObject({ spec: { holderIdentity: "another-run" } });
      expect(await eventsSince()).toEqual([]);
    },
    2 * minute,
  );

  test(
    "B-12-81 finds it out before the next correction where it slept meanwhile: the state is another one by then",
    async () => {
      const { bench, proxy } = platform;
      proxy.add({
        when: storing,
        times: 1,
        meanwhile: () => editState(bench, (state) => ({ ...state, missingCrds: ["made.by.another.run"] })),
      });
      const run = await platform.run();
      expect(run.exitCode).toBe(1);
      expect(run.stderr).toContain("BASE-RUN-03");
      expect(carriedOut(await bench.server.auditEvents())).toEqual([]);
      expect((await bench.storedState()).missingCrds).toEqual(["made.by.another.run"]);
      expect(await eventsSince()).toEqual([]);
      expect((await platform.run()).exitCode).toBe(0);
      expect(await liveInterval(bench)).toBe(60);
    },
    2 * minute,
  );

  test(
    "B-12-81 that took the lock of another over keeps that one out, whatever it wakes up for",
    async () => {
      const { bench } = platform;
      await platform.run({ kill: { write: "patch kubedeschedulers cluster", number: 1, when: "before" } });
      await platform.ageLease(200);
      const [before, state] = [await bench.get(storedState), await bench.storedState()];
      const writes = platform.writes().length;
      const write = `update configmaps ${storedState.name}`;
      await platform.run({ name: "run-8", kill: { write, number: 1, when: "after" } });
      expect(platform.writes().slice(writes)).toEqual([`update leases ${lease.name}`, write]);
      // The same state, and another version of it, which the one that slept does not have.
      const after = await bench.get(storedState);
      expect(await bench.storedState()).toEqual(state);
      expect(after.metadata["resourceVersion"]).not.toBe(before.metadata["resourceVersion"]);
      await platform.ageLease(200);
      expect((await platform.run({ name: "run-9" })).exitCode).toBe(0);
      expect(await liveInterval(bench)).toBe(60);
    },
    2 * minute,
  );

  test(
    "goes on where somebody deleted its state in the middle, and makes it anew",
    async () => {
      const { bench, proxy } = platform;
      proxy.add({ when: storing, times: 1, meanwhile: () => bench.forgetState() });
      const run = await platform.run();
      expect(run.exitCode).toBe(0);
      expect(await liveInterval(bench)).toBe(60);
      expect(Object.keys((await bench.storedState()).wars)).toContain(
        "KubeDescheduler/openshift-kube-descheduler-operator/cluster",
      );
    },
    2 * minute,
  );

  async function versions(): Promise<readonly unknown[]> {
    const objects = await Promise.all([storedState, descheduler].map((one) => platform.bench.get(one)));
    return objects.map(({ metadata }) => metadata["resourceVersion"]);
  }

  async function eventsSince(): Promise<readonly string[]> {
    const events = await platform.bench.server.auditEvents();
    return events
      .filter(({ objectRef, verb }) => objectRef?.resource === "events" && verb !== "get" && verb !== "list")
      .map(({ verb, objectRef }) => `${verb} ${objectRef?.name}`);
  }
});
