import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { claimSpokes } from "../../sim/spokes.ts";
import { eventually } from "../../support/eventually.ts";
import { isAvailable } from "../../support/hubs/is-available.ts";
import { backupNamespace } from "../../support/hubs.ts";
import { type Ended, ended, patientTuning, SwitchoverBench, written } from "./support/switchover-bench.ts";

const minute = 60_000;
const disable = "import.open-cluster-management.io/disable-auto-import";
const endOf = ({ exitCode, stderr }: Ended) => ({ exitCode, tail: stderr.slice(-1500) });

const observability = "open-cluster-management-observability";

function observabilityPod(name: string): string {
  const labels = { "observability.open-cluster-management.io/name": "observability" };
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: observability, labels },
    spec: { containers: [{ name: "main", image: "none" }] },
  });
}

function podStatus(name: string, status: Readonly<Record<string, unknown>>): readonly string[] {
  const patch = JSON.stringify({ status });
  return ["-n", observability, "patch", `pod/${name}`, "--subresource=status", "--type=merge", "-p", patch];
}

describe("the fleet after its activation", () => {
  let bench: SwitchoverBench;

  afterEach(() => bench.close());

  test(
    "A-43 / K-11 a cluster that was offline before may stay so: it is a warning",
    async () => {
      bench = await SwitchoverBench.open({}, patientTuning);
      const { seeds, folder } = bench.pair;
      await claimSpokes(join(folder, "bucket"), ["c2"], "switched-off");
      await eventually(async () => {
        const cluster = await seeds.primary.find("managedClusters", "c2");
        expect(cluster !== undefined && isAvailable(cluster)).toBe(false);
      });
      bench.pair.simulators.secondary.inject({ kind: "cluster-never-connects", cluster: "c2" });

      const ran = await bench.run();

      expect(endOf(ran)).toMatchObject({ exitCode: 0 });
      expect(ran.stderr).toContain("offline before and after: c2");
      const arrived = await seeds.secondary.find("managedClusters", "c1");
      expect(arrived !== undefined && isAvailable(arrived)).toBe(true);
    },
    2 * minute,
  );

  test(
    "A-45 / K-12 an annotation that came with the backup is removed before the clusters are waited for",
    async () => {
      bench = await SwitchoverBench.open({}, patientTuning);
      const { seeds } = bench.pair;
      const cluster = await seeds.primary.find("managedClusters", "c1");
      if (cluster === undefined) throw new Error("the fixture has no cluster");
      await seeds.primary.patch("managedClusters", cluster, { metadata: { annotations: { [disable]: "" } } });
      await eventually(async () => {
        const seen = await seeds.primary.find("managedClusters", "c1");
        expect(seen?.metadata.annotations?.[disable]).toBe("");
      });
      const backup = await seeds.primary.backup("acm-managed-clusters-schedule");
      await eventually(async () => {
        expect(await seeds.secondary.find("veleroBackups", backup)).toBeDefined();
      });
      await bench.tasksUntil("post-activate");
      const before = await seeds.secondary.find("managedClusters", "c1");
      expect(before?.metadata.annotations?.[disable]).toBe("");

      expect(endOf(await bench.task("post-activate"))).toMatchObject({ exitCode: 0 });

      const after = await seeds.secondary.find("managedClusters", "c1");
      expect(after?.metadata.annotations?.[disable]).toBeUndefined();
      expect(after !== undefined && isAvailable(after)).toBe(true);
    },
    2 * minute,
  );

  test.each([
    { maxUnavailable: "50%", exitCode: 0, said: "not connected, which max-unavailable permits: c1 (" },
    { maxUnavailable: "49%", exitCode: 5, said: "ERROR SW-POST-01" },
    { maxUnavailable: "0", exitCode: 5, said: "import tokens on the new hub: valid for all of them" },
  ])(
    "one of two clusters that never connects ends with $exitCode where max-unavailable is $maxUnavailable",
    async ({ maxUnavailable, exitCode, said }) => {
      bench = await SwitchoverBench.open({ clusters: 2 }, { ...patientTuning, clusterWait: 4, clusterPoll: 1 });
      bench.pair.simulators.secondary.inject({ kind: "cluster-never-connects", cluster: "c1" });
      await bench.tasksUntil("post-activate");
      const ran = await bench.task("post-activate", ["--max-unavailable", maxUnavailable]);
      expect(endOf(ran)).toMatchObject({ exitCode });
      expect(ran.stderr).toContain(said);
    },
    2 * minute,
  );

  test(
    "A-79 an activation Restore that somebody deletes ends the wait at once, with exit 1",
    async () => {
      bench = await SwitchoverBench.open({}, patientTuning);
      const { simulators, secondary } = bench.pair;
      simulators.secondary.inject({ kind: "restore-stuck", prefix: "acm-managed-clusters" });
      const child = bench.start();
      const end = ended(child);
      await written(child, '"step":"wait_restore_completion","msg":"waiting: ');
      const name = "restores.cluster.open-cluster-management.io/restore-acm-passive-sync";
      await secondary.kubectl(["-n", backupNamespace, "delete", name, "--wait=false"]);
      const ran = await end;
      expect(endOf(ran)).toMatchObject({ exitCode: 1 });
      expect(ran.stderr).toContain("disappeared during the activation");
    },
    2 * minute,
  );

  test(
    "A-79 / K-16 an observability pod that is deleted and does not come up again is a warning, no more",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 1 }, patientTuning);
      const { secondary } = bench.pair;
      await secondary.kubectl(["create", "namespace", observability]);
      const create = (name: string) => secondary.kubectl(["create", "-f", "-"], observabilityPod(name));
      for (const name of ["store-1", "store-2"]) {
        await create(name);
        await secondary.kubectl(podStatus(name, { phase: "Running", conditions: [{ type: "Ready", status: "True" }] }));
      }
      await bench.tasksUntil("post-activate");
      await secondary.kubectl(["-n", observability, "delete", "pod", "store-2", "--force", "--grace-period=0"]);
      await create("store-3");
      const state = { waiting: { reason: "CrashLoopBackOff" } };
      const main = { name: "main", state, ready: false, restartCount: 3, image: "none", imageID: "none" };
      await secondary.kubectl(podStatus("store-3", { phase: "Running", containerStatuses: [main] }));

      const ran = await bench.task("post-activate");

      expect(endOf(ran)).toMatchObject({ exitCode: 0 });
      expect(ran.stderr).toContain("do not work: store-3 (container main: CrashLoopBackOff)");
      expect(ran.stderr).toContain("1 of 2 observability pods of the new hub are Ready");
    },
    2 * minute,
  );

  test(
    "A-82 / K-11 a fleet without any cluster is connected at once",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 0 }, patientTuning);
      await bench.pair.primary.kubectl(["delete", "managedcluster", "local-cluster"]);
      await bench.pair.secondary.kubectl(["delete", "managedcluster", "local-cluster"]);
      await bench.tasksUntil("post-activate");
      const ran = await bench.task("post-activate");
      expect(endOf(ran)).toMatchObject({ exitCode: 0 });
      expect(ran.stderr).toContain("0 of 0 clusters connected");
    },
    2 * minute,
  );
});
