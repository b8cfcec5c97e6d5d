import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { TestApiServer } from "../../support/api-servers.ts";
import { isAvailable } from "../../support/hubs/is-available.ts";
import { backupNamespace } from "../../support/hubs.ts";
import { type Ended, patientTuning, SwitchoverBench } from "./support/switchover-bench.ts";

// One switchover, looked at from all sides; it is the dearest fixture of all.
describe("a passive switchover of a healthy pair, old hub becoming secondary", () => {
  let bench: SwitchoverBench;
  let before: readonly string[];
  let dry: Ended;
  let afterDry: readonly string[];
  let stateAfterDry: unknown;
  let real: Ended;

  beforeAll(async () => {
    bench = await SwitchoverBench.open({ clusters: 2, hive: 1 }, patientTuning);
    const both = async (): Promise<readonly string[]> =>
      (await Promise.all([bench.pair.seeds.primary.snapshot(), bench.pair.seeds.secondary.snapshot()])).flat();
    before = await both();
    dry = await bench.run(["--dry-run", "true"]);
    afterDry = await both();
    stateAfterDry = await bench.state();
    real = await bench.run();
  }, 300_000);

  afterAll(() => bench.close());

  test("A-59 a dry run exits 0 and plans the pause, the annotations, the activation, the schedule and the passive Restore", () => {
    expect(dry.exitCode).toBe(0);
    for (const planned of [
      "merge-patch backupschedules.cluster.open-cluster-management.io open-cluster-management-backup/acm-hub-backup: pause",
      "annotate ManagedCluster c1",
      "annotate ManagedCluster h1",
      "activate the managed clusters",
    ]) {
      expect(dry.stdout).toContain(planned);
    }
  });

  test("A-59 a dry run changes nothing on either hub", () => {
    expect(afterDry).toEqual(before);
  });

  test("A-59 / K-01 a dry run leaves no state, so that the real run after it begins at the beginning", () => {
    expect(stateAfterDry).toBeUndefined();
    expect(real.stderr).not.toMatch(/resuming|already completed/);
  });

  test("A-30 / K-01 the run exits 0 and its state is completed", async () => {
    expect({ exitCode: real.exitCode, tail: real.stderr.split("\n").slice(-6) }).toMatchObject({ exitCode: 0 });
    expect(await bench.state()).toMatchObject({ current_phase: "completed", version: "2.0" });
  });

  test("A-30 every cluster is available on the new hub", async () => {
    const clusters = await bench.pair.seeds.secondary.list("managedClusters");
    const available = clusters.filter(isAvailable).map((cluster) => cluster.metadata.name);
    expect(available).toEqual(expect.arrayContaining(["c1", "c2", "h1"]));
  });

  test("A-24 the old hub's schedule is paused and its clusters, but not its own, are kept from being imported", async () => {
    const schedule = await bench.pair.seeds.primary.find("backupSchedules", "acm-hub-backup");
    expect(schedule).toMatchObject({ spec: { paused: true }, status: { phase: "Paused" } });
    const annotated = (await bench.pair.seeds.primary.list("managedClusters"))
      .filter(
        (cluster) =>
          cluster.metadata.annotations?.["import.open-cluster-management.io/disable-auto-import"] !== undefined,
      )
      .map((cluster) => cluster.metadata.name);
    expect(annotated).toEqual(["c1", "c2", "h1"]);
  });

  test("A-46 the new hub's schedule is a copy without owners, finalizers or a pause", async () => {
    const schedule = await bench.pair.seeds.secondary.find("backupSchedules", "acm-hub-backup");
    expect(schedule?.metadata.ownerReferences).toBeUndefined();
    expect(schedule?.metadata.finalizers).toBeUndefined();
    expect(schedule).toMatchObject({
      spec: { paused: false, useManagedServiceAccount: true, veleroTtl: "168h" },
      status: { phase: "Enabled" },
    });
  });

  test("A-30 the old hub follows the new one by a passive Restore with an interval of ten minutes", async () => {
    const restore = await bench.pair.seeds.primary.find("restores", "restore-acm-passive-sync");
    expect(restore?.spec).toMatchObject({
      restoreSyncInterval: "10m",
      veleroManagedClustersBackupName: "skip",
      veleroCredentialsBackupName: "latest",
      veleroResourcesBackupName: "latest",
    });
  });

  test("A-30 the passive Restore of the new hub is archived and gone", async () => {
    expect(await bench.pair.seeds.secondary.list("restores")).toEqual([]);
    expect(await bench.state()).toMatchObject({
      config: { archived_restores: [{ name: "restore-acm-passive-sync" }] },
    });
  });

  test("each hub tells of it in Events beside what was changed, and of the dry run in none", async () => {
    const told = async (server: TestApiServer): Promise<readonly string[]> => {
      const { items } = JSON.parse(
        await server.kubectl(["get", "events.events.k8s.io", "-n", backupNamespace, "-o", "json"]),
      );
      return items
        .map((event: { reason: string; regarding: { kind: string; name: string } }) =>
          [event.reason, event.regarding.kind, event.regarding.name].join(" "),
        )
        .toSorted();
    };
    expect(await told(bench.pair.primary)).toEqual([
      "BackupsPaused BackupSchedule acm-hub-backup",
      "PassiveSyncStarted Restore restore-acm-passive-sync",
    ]);
    expect(await told(bench.pair.secondary)).toEqual([
      "BackupsEnabled BackupSchedule acm-hub-backup",
      "FleetActivated Restore restore-acm-passive-sync",
    ]);
  });

  test("the report says what moved, in JSON, Markdown and one HTML file", async () => {
    const id = (await bench.state())?.["operation_id"];
    const folder = join(bench.stateFolder, "reports", String(id));
    const report = JSON.parse(await readFile(join(folder, "report.json"), "utf8"));
    expect(report).toMatchObject({
      outcome: "succeeded",
      summary: "the fleet moved: 3 of 3 clusters are connected to the new hub",
    });
    expect(await readFile(join(folder, "report.md"), "utf8")).toContain("the fleet moved");
    expect(await readFile(join(folder, "report.html"), "utf8")).toMatch(/^<!doctype html>/);
    expect(await readFile(join(folder, "metrics.prom"), "utf8")).toContain(
      'fairlead_operation_outcome{operation="switchover",outcome="succeeded"} 1',
    );
  });

  test("W-10 the metrics tell the durations of the phases, the clusters that are connected and the age of both backups", async () => {
    const id = (await bench.state())?.["operation_id"];
    const metrics = await readFile(join(bench.stateFolder, "reports", String(id), "metrics.prom"), "utf8");
    expect(metrics).toContain('fairlead_clusters{operation="switchover",state="connected"} 3');
    expect(metrics).toContain('fairlead_clusters{operation="switchover",state="missing"} 0');
    for (const phase of ["primary_preparation", "activation", "post_activation_verification", "finalization"]) {
      expect(metrics).toMatch(
        new RegExp(`^fairlead_phase_duration_seconds\\{operation="switchover",phase="${phase}"\\} [\\d.]+$`, "m"),
      );
    }
    for (const backup of ["restored", "first_of_new_hub"]) {
      const age = new RegExp(
        `^fairlead_backup_age_seconds\\{operation="switchover",backup="${backup}"\\} ([\\d.]+)$`,
        "m",
      );
      expect(Number(age.exec(metrics)?.[1] ?? Number.NaN)).toBeGreaterThanOrEqual(0);
    }
  });

  test("A-54 started again within six hours it writes nothing and says so", async () => {
    const snapshot = await bench.pair.seeds.secondary.snapshot(["managedClusters", "backupSchedules", "restores"]);
    const again = await bench.run();
    expect(again.exitCode).toBe(0);
    expect(again.stderr).toContain("already completed");
    expect(await bench.pair.seeds.secondary.snapshot(["managedClusters", "backupSchedules", "restores"])).toEqual(
      snapshot,
    );
  });

  test("A-54 a completed state that is older is refused, and force is named as the way", async () => {
    const before7h = new Date(Date.now() - 7 * 3_600_000).toISOString();
    await bench.writeState((state) => ({ ...state, last_updated: before7h }));
    const again = await bench.run();
    expect(again.exitCode).toBe(4);
    expect(again.stderr).toContain("ERROR SW-STATE-04");
    expect(again.stderr).toContain("force to start this one over");
  });
});
