import { afterEach, describe, expect, test } from "@jest/globals";
import type { FaultProxy } from "../../support/fault-proxy.ts";
import { startFaultProxy } from "../../support/fault-proxy.ts";
import {
  assetOf,
  BaselineBench,
  type BaselineRun,
  descheduler,
  eventsIn,
  storedState,
} from "./support/baseline-bench.ts";
import { metric } from "./support/metric-series.ts";

const minute = 60_000;
const asset = "descheduler-loadaware";
const target = "KubeDescheduler/openshift-kube-descheduler-operator/cluster";
const labels = { kind: "KubeDescheduler", name: "cluster" };
const marker = "platform.kubevirt.io/reconcile-paused";
/** Two corrections, and no more for long. */
const narrow = ["--throttle-capacity", "2", "--throttle-window", "1h"] as const;

async function drift(bench: BaselineBench, seconds = 300): Promise<void> {
  await bench.mergePatch(descheduler, { spec: { deschedulingIntervalSeconds: seconds } });
}

/** A platform at its baseline whose next run knows of no earlier one. */
async function openWithFreshState(): Promise<BaselineBench> {
  const bench = await BaselineBench.open();
  await bench.reconcile();
  await bench.forgetState();
  return bench;
}

/** Somebody changes the descheduler before each of five runs that may correct it twice. */
async function fight(bench: BaselineBench): Promise<readonly BaselineRun[]> {
  const runs: BaselineRun[] = [];
  for (let run = 0; run < 5; run += 1) {
    await drift(bench);
    runs.push(await bench.reconcile(...narrow));
  }
  return runs;
}

function thrashings(runs: readonly BaselineRun[]): readonly string[] {
  return runs.flatMap(eventsIn).filter((event) => event.startsWith("ThrashingDetected"));
}

async function thrashingEvents(bench: BaselineBench): Promise<readonly { readonly series?: unknown }[]> {
  const args = ["get", "events.events.k8s.io", "-n", "openshift-cnv", "-o", "json"];
  const { items } = JSON.parse(await bench.server.kubectl(args));
  return items.filter(({ reason }: { readonly reason: string }) => reason === "ThrashingDetected");
}

describe("an object that somebody else keeps changing", () => {
  let bench: BaselineBench;
  let proxy: FaultProxy | undefined;
  afterEach(async () => {
    await proxy?.stop();
    proxy = undefined;
    await bench.close();
  });

  test(
    "B-12-36 is corrected while it has tokens, then throttled twice, then paused and told once",
    async () => {
      bench = await openWithFreshState();
      const runs = await fight(bench);
      expect(runs.map((run) => assetOf(run, asset).result)).toEqual([
        "applied",
        "applied",
        "failed",
        "failed",
        "failed",
      ]);
      expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 3, 3, 3]);
      expect(runs.map((run) => eventsIn(run).includes(`Throttled ${target}`))).toEqual([
        false,
        false,
        true,
        true,
        false,
      ]);
      expect(thrashings(runs)).toEqual([`ThrashingDetected ${target}`]);
      const [, , throttled, , last] = runs;
      expect(throttled && metric(throttled, "compliance_status", labels)).toBe(0);
      expect(last && metric(last, "thrashing_total", labels)).toBe(1);
      expect(await bench.get(descheduler)).toMatchObject({
        metadata: { annotations: { [marker]: "true" } },
        spec: { deschedulingIntervalSeconds: 300 },
      });
    },
    2 * minute,
  );

  test(
    "B-12-37 is left alone once it is paused, and nobody is told again",
    async () => {
      bench = await openWithFreshState();
      await fight(bench);
      for (const seconds of [301, 302, 303]) {
        await drift(bench, seconds);
        const before = await bench.get(descheduler);
        const run = await bench.reconcile(...narrow);
        expect(run.exitCode).toBe(0);
        expect(assetOf(run, asset).result).toBe("paused");
        expect(run.summary.counts).toMatchObject({ paused: 1, applied: 0, failed: 0 });
        expect(eventsIn(run).filter((event) => event.endsWith(target))).toEqual([]);
        expect(metric(run, "thrashing_total", labels)).toBe(1);
        expect(metric(run, "paused_resources", labels)).toBe(1);
        expect(metric(run, "compliance_status", labels)).toBeUndefined();
        expect(await bench.get(descheduler)).toEqual(before);
      }
      const told = await thrashingEvents(bench);
      expect(told).toHaveLength(1);
      expect(told[0]?.series).toBeUndefined();
    },
    2 * minute,
  );

  test(
    "B-12-38 is corrected at once with all its tokens when its user takes the marker away",
    async () => {
      bench = await openWithFreshState();
      await fight(bench);
      await bench.annotate(descheduler, { "reconcile-paused": null });
      const first = await bench.reconcile(...narrow);
      expect(assetOf(first, asset)).toMatchObject({
        result: "applied",
        driftPaths: ["/spec/deschedulingIntervalSeconds"],
      });
      expect(metric(first, "paused_resources", labels)).toBe(0);
      await drift(bench);
      expect(assetOf(await bench.reconcile(...narrow), asset).result).toBe("applied");
      await drift(bench);
      const third = await bench.reconcile(...narrow);
      expect(eventsIn(third)).toContain(`Throttled ${target}`);
      expect((await bench.get(descheduler)).metadata["annotations"] ?? {}).not.toHaveProperty([marker]);
    },
    2 * minute,
  );

  test(
    "B-12-39 is paused at the sixth correction of one field within half an hour (D24, B6)",
    async () => {
      bench = await openWithFreshState();
      const runs: BaselineRun[] = [];
      for (let run = 0; run < 6; run += 1) {
        await drift(bench);
        runs.push(await bench.reconcile());
      }
      expect(runs.map((run) => assetOf(run, asset).result)).toEqual([...Array(5).fill("applied"), "failed"]);
      expect(runs.at(-1)?.exitCode).toBe(3);
      expect(thrashings(runs)).toEqual([`ThrashingDetected ${target}`]);
      expect(await bench.get(descheduler)).toMatchObject({
        metadata: { annotations: { [marker]: "true" } },
        spec: { deschedulingIntervalSeconds: 300 },
      });
    },
    2 * minute,
  );

  test(
    "B-12-40 is never paused while each correction is of another field",
    async () => {
      bench = await openWithFreshState();
      const edits = [
        { spec: { deschedulingIntervalSeconds: 300 } },
        { spec: { mode: "Predictive" } },
        { spec: { managementState: "Removed" } },
        { spec: { profiles: ["LongLifecycle"] } },
        { spec: { evictionLimits: { total: 9 } } },
        { spec: { evictionLimits: { node: 9 } } },
        { metadata: { labels: { "platform.kubevirt.io/managed-by": "bob" } } },
      ];
      for (const edit of edits) {
        await bench.mergePatch(descheduler, edit);
        const run = await bench.reconcile();
        expect({ edit, result: assetOf(run, asset).result, exitCode: run.exitCode }).toEqual({
          edit,
          result: "applied",
          exitCode: 0,
        });
      }
    },
    2 * minute,
  );

  test(
    "B-12-42 stays paused by its marker when the stored state is lost, which is told",
    async () => {
      bench = await BaselineBench.open();
      expect(eventsIn(await bench.reconcile())).not.toContain("StateReset state");
      await bench.forgetState();
      await fight(bench);
      await bench.delete(storedState);
      const run = await bench.reconcile(...narrow);
      expect(run.exitCode).toBe(0);
      expect(eventsIn(run)).toContain("StateReset state");
      expect(assetOf(run, asset).result).toBe("paused");
      expect(await bench.get(descheduler)).toMatchObject({ spec: { deschedulingIntervalSeconds: 300 } });
    },
    2 * minute,
  );

  test(
    "B-12-43 is paused by the next run where the marker could not be written, and nobody takes that for a resume (D26)",
    async () => {
      bench = await openWithFreshState();
      const soon = ["--repeat-threshold", "1"];
      await drift(bench);
      await bench.reconcile(...soon);
      await drift(bench);
      proxy = await startFaultProxy({ target: bench.server.url, targetAuthority: bench.server.caFile });
      proxy.add({
        when: ({ verb, path }) => verb === "patch" && path.includes("fieldManager=virt-platform-autopilot-control"),
        times: 1,
        fault: { kind: "answer", status: 403, message: "not now" },
      });
      const kubeconfig = await proxy.kubeconfig(bench.server.kubeconfig());
      const refused = await bench.reconcileBy(kubeconfig, ...soon);
      expect(refused.exitCode).toBe(3);
      expect(assetOf(refused, asset).error).toContain("the pause could not be marked");
      expect((await bench.get(descheduler)).metadata["annotations"] ?? {}).not.toHaveProperty([marker]);
      const again = await bench.reconcileBy(kubeconfig, ...soon);
      expect(again.exitCode).toBe(3);
      expect(thrashings([refused, again])).toHaveLength(1);
      expect(metric(again, "thrashing_total", labels)).toBe(1);
      expect(await bench.get(descheduler)).toMatchObject({
        metadata: { annotations: { [marker]: "true" } },
        spec: { deschedulingIntervalSeconds: 300 },
      });
      expect(assetOf(await bench.reconcile(...soon), asset).result).toBe("paused");
    },
    2 * minute,
  );
});
