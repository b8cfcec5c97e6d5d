import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { ended, written } from "../switchover/support/switchover-bench.ts";
import { BaselineBench, hyperConverged, type Named, swapConfig } from "./support/baseline-bench.ts";

const minute = 60_000;
const lease: Named = {
  resource: "leases.coordination.k8s.io",
  name: "virt-platform-autopilot-reconcile",
  namespace: "openshift-cnv",
};

function microTime(time: number): string {
  return new Date(time).toISOString().replace("Z", "000Z");
}

describe("two runs", () => {
  let bench: BaselineBench;
  afterEach(() => bench.close());

  /** The lock of a run that renewed it last this long ago. */
  async function holdLease(ageMs: number): Promise<void> {
    const time = microTime(Date.now() - ageMs);
    await bench.create({
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { name: lease.name, namespace: "openshift-cnv" },
      spec: { holderIdentity: "another-run", leaseDurationSeconds: 900, acquireTime: time, renewTime: time },
    });
  }

  test(
    "B-12-81 do not work at once: the second one ends with exit 6 and tells nothing a second time",
    async () => {
      bench = await BaselineBench.open();
      const first = await bench.start("reconcile", join(bench.folder, "first"));
      const end = ended(first);
      await written(first, "hco-golden-config: applied");
      first.kill("SIGSTOP");
      try {
        const second = await bench.reconcile();
        expect(second.exitCode).toBe(6);
        expect(second.summary).toMatchObject({ outcome: "locked", assets: [], events: [] });
        expect(second.metrics).toBe("");
      } finally {
        first.kill("SIGCONT");
      }
      expect((await end).exitCode).toBe(0);
      expect(await bench.find(lease)).toBeUndefined();
      const args = ["get", "events.events.k8s.io", "-n", "openshift-cnv", "-o", "json"];
      const { items } = JSON.parse(await bench.server.kubectl(args));
      expect(items.filter(({ reason }: { readonly reason: string }) => reason === "AssetApplied")).toHaveLength(10);
      expect(items.filter(({ series }: { readonly series?: unknown }) => series !== undefined)).toEqual([]);
    },
    2 * minute,
  );

  test(
    "B-12-81 follow each other where the first one has died: its lock is taken over when it is stale",
    async () => {
      bench = await BaselineBench.open();
      await holdLease(16 * minute);
      const run = await bench.reconcile();
      expect(run.exitCode).toBe(0);
      expect(run.stderr).toContain("took over");
      expect(await bench.find(swapConfig)).toBeDefined();
      expect(await bench.find(lease)).toBeUndefined();
    },
    2 * minute,
  );

  test(
    "B-12-81 change nothing where the lock of another is alive, and leave it to its holder",
    async () => {
      bench = await BaselineBench.open();
      await holdLease(14 * minute);
      const before = await bench.get(lease);
      const run = await bench.reconcile();
      expect(run.exitCode).toBe(6);
      expect(await bench.find(swapConfig)).toBeUndefined();
      expect(await bench.get(lease)).toEqual(before);
    },
    2 * minute,
  );

  test(
    "B-12-81 may wait for each other: the second one begins when the first has ended",
    async () => {
      bench = await BaselineBench.open();
      await holdLease(0);
      const run = await bench.start("reconcile", join(bench.folder, "patient"), ["--lock-wait", "5m"]);
      const end = ended(run);
      await written(run, "another-run is at work");
      await bench.delete(lease);
      expect((await end).exitCode).toBe(0);
      expect(await bench.find(swapConfig)).toBeDefined();
    },
    2 * minute,
  );

  test(
    "D30 write nothing where its user turned the baseline off while the second one waited",
    async () => {
      bench = await BaselineBench.open();
      await holdLease(0);
      const old = { name: "kubevirt-plugin", labels: { "platform.kubevirt.io/managed-by": "virt-platform-autopilot" } };
      const spec = { type: "TroubleshootingPanel" };
      await bench.create({ apiVersion: "observability.openshift.io/v1alpha1", kind: "UIPlugin", metadata: old, spec });
      const run = await bench.start("reconcile", join(bench.folder, "patient"), ["--lock-wait", "5m"]);
      const end = ended(run);
      await written(run, "another-run is at work");
      await bench.annotate(hyperConverged, { autopilot: "false" });
      const before = await bench.get(hyperConverged);
      await bench.delete(lease);
      expect((await end).exitCode).toBe(0);
      expect(await bench.get(hyperConverged)).toEqual(before);
      expect(await bench.find({ resource: "uiplugins.observability.openshift.io", name: old.name })).toBeDefined();
      expect(await bench.find(swapConfig)).toBeUndefined();
    },
    2 * minute,
  );
});
