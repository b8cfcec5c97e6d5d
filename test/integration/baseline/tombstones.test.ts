import { afterEach, describe, expect, test } from "@jest/globals";
import { assetsWith, BaselineBench, type BaselineRun, eventsIn, type Named } from "./support/baseline-bench.ts";
import { metric } from "./support/metric-series.ts";

const minute = 60_000;
const managedBy = "platform.kubevirt.io/managed-by";
const ours = { [managedBy]: "virt-platform-autopilot" };
const old: Named = { resource: "uiplugins.observability.openshift.io", name: "kubevirt-plugin" };
const target = "UIPlugin/kubevirt-plugin";

interface Metadata {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
}

/** An object that an earlier release made. */
async function openWithOld(metadata: Metadata): Promise<BaselineBench> {
  const bench = await BaselineBench.open();
  await bench.create({
    apiVersion: "observability.openshift.io/v1alpha1",
    kind: "UIPlugin",
    metadata: { ...metadata, name: old.name },
    spec: { type: "TroubleshootingPanel" },
  });
  return bench;
}

function status(run: BaselineRun): number | undefined {
  return metric(run, "tombstone_status", { kind: "UIPlugin", name: old.name });
}

function told(run: BaselineRun): readonly string[] {
  return eventsIn(run).filter((event) => event.startsWith("Tombstone"));
}

describe("an object of an earlier release", () => {
  let bench: BaselineBench;
  afterEach(() => bench.close());

  async function deletions(): Promise<number> {
    const events = await bench.server.auditEvents();
    return events.filter(({ verb, objectRef }) => verb === "delete" && objectRef?.name === old.name).length;
  }

  test(
    "B-12-61 is deleted where it carries the managed label",
    async () => {
      bench = await openWithOld({ labels: ours });
      const run = await bench.reconcile();
      expect(run.exitCode).toBe(0);
      expect(run.summary.outcome).toBe("changed");
      expect(await bench.find(old)).toBeUndefined();
      expect(told(run)).toEqual([`TombstoneDeleted ${target}`]);
      expect(status(run)).toBe(0);
      const later = await bench.reconcile();
      expect(told(later)).toEqual([]);
      expect(later.summary.outcome).toBe("ok");
    },
    2 * minute,
  );

  test.each<[string, Metadata]>([
    ["it lacks the label", {}],
    ["its label has another value", { labels: { [managedBy]: "bob" } }],
    ["its user has it unmanaged (D28)", { labels: ours, annotations: { "platform.kubevirt.io/mode": "unmanaged" } }],
  ])(
    "B-12-62 is kept where %s",
    async (_why, metadata) => {
      bench = await openWithOld(metadata);
      const before = await bench.get(old);
      const run = await bench.reconcile();
      expect(run.exitCode).toBe(0);
      expect(run.summary.outcome).toBe("degraded");
      expect(await bench.get(old)).toEqual(before);
      expect(told(run)).toEqual([`TombstoneSkipped ${target}`]);
      expect(status(run)).toBe(-2);
    },
    2 * minute,
  );

  test(
    "B-12-63 is deleted once and shown as long as a finalizer keeps it (D29)",
    async () => {
      bench = await openWithOld({ labels: ours, finalizers: ["example.com/keep"] });
      const first = await bench.reconcile();
      expect(first.exitCode).toBe(0);
      expect((await bench.get(old)).metadata["deletionTimestamp"]).toEqual(expect.any(String));
      expect(status(first)).toBe(1);
      const second = await bench.reconcile();
      expect(await deletions()).toBe(1);
      expect(status(second)).toBe(1);
      expect([...told(first), ...told(second)]).toEqual([]);
      await bench.mergePatch(old, { metadata: { finalizers: [] } });
      expect(await bench.find(old)).toBeUndefined();
      const third = await bench.reconcile();
      expect(status(third)).toBe(0);
      expect(told(third)).toEqual([]);
    },
    2 * minute,
  );

  test(
    "B-12-64 that this account may not delete is told, and holds up nothing",
    async () => {
      bench = await openWithOld({ labels: ours });
      const anything = ["get", "list", "create", "update", "patch"].flatMap((verb) => ["--verb", verb]);
      await bench.server.kubectl(["create", "clusterrole", "all-but-deleting", ...anything, "--resource", "*.*"]);
      const leases = ["--verb", "delete", "--resource", "leases.coordination.k8s.io"];
      await bench.server.kubectl(["create", "clusterrole", "releasing", ...leases]);
      for (const role of ["all-but-deleting", "releasing"]) {
        await bench.server.kubectl(["create", "clusterrolebinding", role, "--clusterrole", role, "--user", "operator"]);
      }
      const run = await bench.reconcileBy(bench.server.kubeconfig("operator"));
      expect(run.exitCode).toBe(0);
      expect(run.summary.outcome).toBe("degraded");
      expect(told(run)).toEqual([`TombstoneFailed ${target}`]);
      expect(status(run)).toBe(-1);
      expect(assetsWith(run, "applied")).toHaveLength(10);
      expect(await bench.find(old)).toBeDefined();
    },
    2 * minute,
  );
});
