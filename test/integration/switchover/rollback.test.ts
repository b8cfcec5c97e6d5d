import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { SimObject } from "../../sim/kube/sim-client.ts";
import type { HubSeed } from "../../support/hubs/hub-seed.ts";
import { isAvailable } from "../../support/hubs/is-available.ts";
import { type Ended, ended, patientTuning, SwitchoverBench, written } from "./support/switchover-bench.ts";

const minute = 60_000;
const disable = "import.open-cluster-management.io/disable-auto-import";
const scheduleName = "acm-hub-backup";
const passive = "restore-acm-passive-sync";
const acmSchedule = /^acm-.*-schedule$/;

const endOf = ({ exitCode, stderr }: Ended): string =>
  exitCode === 0 ? "exit 0" : `exit ${exitCode}: ${stderr.slice(-2500)}`;
const createdAt = ({ metadata }: SimObject): number => Date.parse(metadata.creationTimestamp ?? "");

/** Names of the clusters that carry the annotation which stops imports. */
async function quarantined(seed: HubSeed): Promise<readonly string[]> {
  const clusters = await seed.list("managedClusters");
  return clusters
    .filter(({ metadata }) => metadata.annotations?.[disable] !== undefined)
    .map(({ metadata }) => metadata.name);
}

async function veleroSchedules(seed: HubSeed): Promise<readonly SimObject[]> {
  return (await seed.list("veleroSchedules")).filter(({ metadata }) => acmSchedule.test(metadata.name));
}

function marker(backups: readonly SimObject[]): SimObject | undefined {
  return backups.find(({ metadata }) => metadata.name.startsWith("acm-restore-clusters-"));
}

async function found(seed: HubSeed, name: "backupSchedules" | "restores", object: string): Promise<SimObject> {
  const one = await seed.find(name, object);
  if (one === undefined) throw new Error(`there is no ${object}`);
  return one;
}

describe("a rollback after the activation, before the new hub makes backups", () => {
  let bench: SwitchoverBench;
  let before: SimObject;
  let passiveBefore: SimObject;
  let fleetOnNewHub: readonly string[];
  let dry: Ended;
  let changedByDry: boolean;
  let partial: Ended;
  let afterPartial: unknown;
  let switchover: Ended;
  let rolledBack: Ended;

  beforeAll(async () => {
    bench = await SwitchoverBench.open({ clusters: 1, hive: 2 }, { ...patientTuning, clusterWait: 8 });
    const { seeds, simulators } = bench.pair;
    before = await found(seeds.primary, "backupSchedules", scheduleName);
    passiveBefore = await found(seeds.secondary, "restores", passive);
    // The others have moved when the run is told to stop in its wait for this one.
    simulators.secondary.inject({ kind: "cluster-never-connects", cluster: "h2" });
    await bench.runUntil("2 of 3 clusters connected; waiting for h2");
    fleetOnNewHub = (await seeds.secondary.list("managedClusters")).map(({ metadata }) => metadata.name);
    const snapshots = async () => [
      await seeds.primary.written(),
      await seeds.secondary.written(["restores", "backupSchedules"]),
      await bench.state(),
    ];
    const untouched = JSON.stringify(await snapshots());
    dry = await bench.rollback(["--dry-run", "true"]);
    changedByDry = JSON.stringify(await snapshots()) !== untouched;
    partial = await bench.rollback();
    afterPartial = await bench.state();
    switchover = await bench.run();
    rolledBack = await bench.rollback(["--rollback-allow-partial", "true"]);
  }, 5 * minute);

  afterAll(() => bench?.close());

  test("A-66 a dry run plans it and changes neither the hubs nor the state", async () => {
    expect(endOf(dry)).toBe("exit 0");
    expect(changedByDry).toBe(false);
    const plan = await readFile(join(bench.reportFolder, "plan.json"), "utf8");
    expect(plan).toContain(`delete Restore ${passive}`);
    expect(plan).toContain(`remove ${disable} from ManagedCluster c1`);
  });

  test("A-66 while an imported cluster is not back it exits 1, names it, and only a rollback may go on", () => {
    expect(partial.exitCode).toBe(1);
    expect(partial.stderr).toContain("ERROR SW-RB-07");
    expect(partial.stderr).toContain("c1 (");
    expect(afterPartial).toMatchObject({ current_phase: "failed", errors: [{ phase: "rollback", step: "rb_verify" }] });
    expect(switchover.exitCode).toBe(4);
    expect(switchover.stderr).toContain("ERROR SW-STATE-05");
  });

  test("A-66 where that is allowed it exits 0 and the phase is rolled_back", async () => {
    expect(endOf(rolledBack)).toBe("exit 0");
    expect(await bench.state()).toMatchObject({ current_phase: "rolled_back" });
  });

  test("A-66 the clusters of the new hub are kept from being imported there, and none is deleted", async () => {
    const { secondary } = bench.pair.seeds;
    expect(await quarantined(secondary)).toEqual(["c1", "h1", "h2"]);
    expect((await secondary.list("managedClusters")).map(({ metadata }) => metadata.name)).toEqual(fleetOnNewHub);
  });

  test("A-66 / K-13 the activation Restore is gone, and the passive one is made again with skip", async () => {
    const restores = await bench.pair.seeds.secondary.list("restores");
    expect(restores.map(({ metadata, spec }) => [metadata.name, spec?.["veleroManagedClustersBackupName"]])).toEqual([
      [passive, "skip"],
    ]);
    expect(restores[0]?.metadata.uid).not.toBe(passiveBefore.metadata.uid);
    await bench.pair.seeds.secondary.untilPhase("restores", passive, "Enabled");
  });

  test("A-66 no cluster of the old hub is kept from being imported, and what can come back by itself has", async () => {
    const { primary } = bench.pair.seeds;
    expect(await quarantined(primary)).toEqual([]);
    const there = (await primary.list("managedClusters")).filter(isAvailable).map(({ metadata }) => metadata.name);
    expect(there).toEqual(expect.arrayContaining(["h1", "h2"]));
  });

  test("A-66 / K-13 the old hub's schedule is another object, unpaused and enabled, made after its old Velero Schedules were gone", async () => {
    const { primary } = bench.pair.seeds;
    const schedule = await found(primary, "backupSchedules", scheduleName);
    expect(schedule).toMatchObject({ spec: { paused: false, veleroTtl: "168h" }, status: { phase: "Enabled" } });
    expect(schedule.metadata.uid).not.toBe(before.metadata.uid);
    const own = await veleroSchedules(primary);
    expect(own.map(({ metadata }) => metadata.ownerReferences?.[0]?.uid)).toEqual(Array(5).fill(schedule.metadata.uid));
  });

  test("A-66 its report is of a rollback and names the cluster that must be imported by hand", async () => {
    const report = JSON.parse(await readFile(join(bench.reportFolder, "report.json"), "utf8"));
    expect(report).toMatchObject({
      outcome: "rolled-back",
      summary: "the switchover was rolled back: 2 of 3 clusters are connected to the old hub",
    });
    expect(report.nextActions.join()).toContain("Import c1");
  });

  test("A-66 started again it does nothing and says so", async () => {
    const { seeds } = bench.pair;
    const before = await seeds.primary.written();
    const again = await bench.rollback();
    expect(endOf(again)).toBe("exit 0");
    expect(again.stderr).toContain("already rolled back");
    expect(await seeds.primary.written()).toEqual(before);
  });

  test("A-66 a switchover on that state is refused, and the message says that it was rolled back", async () => {
    const again = await bench.run();
    expect(again.exitCode).toBe(4);
    expect(again.stderr).toContain("ERROR SW-STATE-08");
  });
});

describe.each([
  { version: "2.14.1", kept: false },
  { version: "2.15.0", kept: true },
])("a rollback after the preparation alone, old hub with ACM $version", ({ version, kept }) => {
  let bench: SwitchoverBench;
  let before: SimObject;
  let velero: readonly (string | undefined)[];
  let newHub: unknown;
  let rolledBack: Ended;

  beforeAll(async () => {
    bench = await SwitchoverBench.open({ clusters: 2, version }, patientTuning);
    const { seeds } = bench.pair;
    before = await found(seeds.primary, "backupSchedules", scheduleName);
    velero = (await veleroSchedules(seeds.primary)).map(({ metadata }) => metadata.uid);
    expect(endOf(await bench.step("primary-prep"))).toBe("exit 0");
    newHub = await seeds.secondary.written();
    rolledBack = await bench.rollback();
  }, 5 * minute);

  afterAll(() => bench?.close());

  test("A-67 it exits 0, the phase is rolled_back, and every cluster is connected", async () => {
    expect(endOf(rolledBack)).toBe("exit 0");
    expect(rolledBack.stderr).toContain("rolled back: 2 of 2 clusters");
    expect(await bench.state()).toMatchObject({ current_phase: "rolled_back" });
  });

  test("A-67 the old hub's schedule is the same object, unpaused and enabled", async () => {
    const schedule = await found(bench.pair.seeds.primary, "backupSchedules", scheduleName);
    expect(schedule).toMatchObject({ spec: { paused: false }, status: { phase: "Enabled" } });
    expect(schedule.metadata.uid).toBe(before.metadata.uid);
  });

  test(`A-67 its Velero Schedules are ${kept ? "the same" : "fresh ones"} and run`, async () => {
    const now = await veleroSchedules(bench.pair.seeds.primary);
    expect(now.map(({ spec }) => spec?.["paused"] === true)).toEqual(Array(5).fill(false));
    expect(now.filter(({ metadata }) => velero.includes(metadata.uid))).toHaveLength(kept ? 5 : 0);
  });

  test("A-67 the annotations are gone from the old hub, and the new hub is as it was", async () => {
    expect(await quarantined(bench.pair.seeds.primary)).toEqual([]);
    expect(await bench.pair.seeds.secondary.written()).toEqual(newHub);
  });
});

describe("a rollback once the new hub makes backups", () => {
  let bench: SwitchoverBench;
  let refused: Ended;
  let unchanged: boolean;
  let forced: Ended;

  beforeAll(async () => {
    bench = await SwitchoverBench.open({ clusters: 0, hive: 1 }, patientTuning);
    await bench.runUntil('"step":"verify_backup_schedule_enabled"');
    const snapshots = async () => [
      await bench.pair.seeds.primary.written(),
      await bench.pair.seeds.secondary.written(),
    ];
    const before = await snapshots();
    refused = await bench.rollback();
    unchanged = JSON.stringify(await snapshots()) === JSON.stringify(before);
    forced = await bench.rollback(["--force", "true"]);
  }, 5 * minute);

  afterAll(() => bench?.close());

  test("A-68 it exits 4, advises the reverse switchover and changes nothing", () => {
    expect(refused.exitCode).toBe(4);
    expect(refused.stderr).toContain("ERROR SW-RB-03");
    expect(refused.stderr).toContain("reverse switchover");
    expect(unchanged).toBe(true);
  });

  test("A-68 force permits it: the new hub's schedule is paused, the old hub's is enabled", async () => {
    expect(endOf(forced)).toBe("exit 0");
    const { primary, secondary } = bench.pair.seeds;
    expect(await found(secondary, "backupSchedules", scheduleName)).toMatchObject({ status: { phase: "Paused" } });
    expect(await found(primary, "backupSchedules", scheduleName)).toMatchObject({ status: { phase: "Enabled" } });
    expect(await bench.state()).toMatchObject({ current_phase: "rolled_back" });
  });
});

describe.each([
  { when: "after a while", appears: true },
  { when: "never", appears: false },
])("the new hub's acm-restore-clusters backup appears on an old hub with ACM 2.15 $when", ({ appears }) => {
  let bench: SwitchoverBench;
  let rolledBack: Ended;

  beforeAll(async () => {
    const tuning = { ...patientTuning, restoreClustersSyncWait: appears ? 120 : 4 };
    bench = await SwitchoverBench.open({ clusters: 0, hive: 2, version: "2.15.0" }, tuning);
    const { simulators } = bench.pair;
    simulators.primary.inject({ kind: "sync-withheld", prefix: "acm-restore-clusters-" });
    // It holds the run, which would go on to the new hub's schedule before it is told to stop.
    simulators.secondary.inject({ kind: "cluster-never-connects", cluster: "h2" });
    await bench.runUntil("1 of 2 clusters connected; waiting for h2");
    const child = await bench.startStep("rollback");
    const end = ended(child);
    if (appears) {
      await written(child, "is not visible on the old hub yet");
      simulators.primary.clear("sync-withheld");
    }
    rolledBack = await end;
  }, 5 * minute);

  afterAll(() => bench?.close());

  test("A-92 it exits 0 with a schedule that has not collided", async () => {
    expect(endOf(rolledBack)).toBe("exit 0");
    expect(await found(bench.pair.seeds.primary, "backupSchedules", scheduleName)).toMatchObject({
      spec: { paused: false },
      status: { phase: "Enabled" },
    });
  });

  if (appears) {
    test("A-92 the schedule was made after that backup had become visible", async () => {
      const { primary } = bench.pair.seeds;
      const seen = marker(await primary.list("veleroBackups"));
      const schedule = await found(primary, "backupSchedules", scheduleName);
      expect(createdAt(schedule)).toBeGreaterThanOrEqual(seen === undefined ? Number.NaN : createdAt(seen));
      expect(rolledBack.stderr).not.toContain("BackupCollision");
    });
  } else {
    test("A-92 a warning says that it never became visible", async () => {
      expect(marker(await bench.pair.seeds.primary.list("veleroBackups"))).toBeUndefined();
      expect(await bench.state()).toMatchObject({
        warnings: expect.arrayContaining([expect.stringContaining("is not visible on the old hub yet")]),
      });
    });
  }
});

describe.each([
  { version: "2.14.1", fault: "velero-down" },
  { version: "2.16.1", fault: "operator-down" },
] as const)("a rollback while the new hub (ACM $version) is $fault", ({ version, fault }) => {
  let bench: SwitchoverBench;
  let first: Ended;
  let oldHub: SimObject;
  let second: Ended;

  beforeAll(async () => {
    bench = await SwitchoverBench.open(
      { clusters: 0, hive: 1, version },
      { ...patientTuning, restoreDeleteWait: 3, restoreClustersSyncWait: 3 },
    );
    const { seeds, simulators } = bench.pair;
    simulators.secondary.inject({ kind: "restore-stuck", prefix: "acm-managed-clusters" });
    await bench.runUntil('"step":"wait_restore_completion","msg":"waiting: phase Running');
    simulators.secondary.inject({ kind: fault });
    if (fault === "operator-down") await seeds.secondary.untilRestoresUnanswered();
    first = await bench.rollback();
    oldHub = await found(seeds.primary, "backupSchedules", scheduleName);
    simulators.secondary.clear();
    second = await bench.with({ ...patientTuning, restoreClustersSyncWait: 3 }).rollback();
  }, 5 * minute);

  afterAll(() => bench?.close());

  test("A-66 it goes on with the old hub, exits 1 and says what may still happen and what ends it", async () => {
    expect(first.exitCode).toBe(1);
    expect(first.stderr).toContain("ERROR SW-RB-06");
    expect(first.stderr).toContain("may still activate the clusters, or has done so");
    expect(first.stderr).toContain("start the rollback again");
    expect(oldHub).toMatchObject({ spec: { paused: false }, status: { phase: "Enabled" } });
  });

  test("A-66 started again once it runs it exits 0, with the passive Restore made again", async () => {
    expect(endOf(second)).toBe("exit 0");
    expect(await bench.state()).toMatchObject({ current_phase: "rolled_back" });
    const restores = await bench.pair.seeds.secondary.list("restores");
    expect(restores.map(({ metadata, spec }) => [metadata.name, spec?.["veleroManagedClustersBackupName"]])).toEqual([
      [passive, "skip"],
    ]);
  });
});
