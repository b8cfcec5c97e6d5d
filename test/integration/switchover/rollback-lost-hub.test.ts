import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type FaultProxy, startFaultProxy } from "../../support/fault-proxy.ts";
import type { HubSeed } from "../../support/hubs/hub-seed.ts";
import { endOf } from "./support/activations.ts";
import { type Ended, patientTuning, SwitchoverBench } from "./support/switchover-bench.ts";

const minute = 60_000;
const disable = "import.open-cluster-management.io/disable-auto-import";
const passive = "restore-acm-passive-sync";
const scheduleName = "acm-hub-backup";
/** What a rollback writes on the old hub. */
const kinds = ["backupSchedules", "managedClusters"] as const;

async function annotated(seed: HubSeed): Promise<readonly string[]> {
  const clusters = await seed.list("managedClusters");
  return clusters
    .filter(({ metadata }) => metadata.annotations?.[disable] !== undefined)
    .map(({ metadata }) => metadata.name);
}

describe("a rollback after the activation whose new hub is lost", () => {
  let bench: SwitchoverBench;
  let proxy: FaultProxy;
  let newHubId: string;
  let unconfirmed: Ended;
  let untold: Ended;
  let changedByUntold: boolean;
  let first: Ended;
  let lastTask: Ended;
  let afterFirst: unknown;
  let oldHubAfterFirst: { readonly schedule: unknown; readonly annotated: readonly string[] };
  let newHubAfterFirst: readonly string[];
  let answering: Ended;
  let second: Ended;

  beforeAll(async () => {
    bench = await SwitchoverBench.open({ clusters: 0, hive: 1 }, { ...patientTuning, clusterWait: 60 });
    const { pair } = bench;
    newHubId = pair.ids.secondary;
    proxy = await startFaultProxy({ target: pair.secondary.url, targetAuthority: pair.secondary.caFile });
    const files = { secondary: await proxy.kubeconfig(pair.secondary.kubeconfig()) };
    pair.simulators.secondary.inject({ kind: "cluster-never-connects", cluster: "h1" });
    await bench.runUntil("0 of 1 clusters connected; waiting for h1", [], files);
    await proxy.goDown();
    const lost = ["--secondary-unreachable", "true", "--confirm-new-hub", newHubId];
    unconfirmed = await bench.rollback(["--secondary-unreachable", "true"], files);
    const snapshots = async () => JSON.stringify([await pair.seeds.primary.snapshot(kinds), await bench.state()]);
    const before = await snapshots();
    untold = await bench.rollback([], files);
    changedByUntold = (await snapshots()) !== before;
    first = await bench.rollback(lost, files);
    lastTask = await bench.step("report-and-unlock", ["--tasks-status", "Failed"], files);
    afterFirst = await bench.state();
    const { primary, secondary } = pair.seeds;
    oldHubAfterFirst = {
      schedule: await primary.find("backupSchedules", scheduleName),
      annotated: await annotated(primary),
    };
    newHubAfterFirst = await annotated(secondary);
    await proxy.comeUp();
    answering = await bench.rollback(lost, files);
    second = await bench.rollback([], files);
  }, 6 * minute);

  afterAll(async () => {
    await proxy?.stop();
    await bench?.close();
  });

  test("A-66 without a word about it the rollback fails, changes nothing and names the way without that hub", () => {
    expect(untold.exitCode).toBe(1);
    expect(changedByUntold).toBe(false);
    expect(untold.stderr).toContain("secondary-unreachable takes back what can be without it");
  });

  test("A-66 without the id of the lost hub it is refused before anything is asked", () => {
    expect(unconfirmed.exitCode).toBe(2);
    expect(unconfirmed.stderr).toContain("ERROR SW-RB-10");
  });

  test("A-66 the old hub gets its backups and imports back, with a schedule made anew", () => {
    expect(oldHubAfterFirst.schedule).toMatchObject({ spec: { paused: false }, status: { phase: "Enabled" } });
    expect(oldHubAfterFirst.annotated).toEqual([]);
    expect(first.stderr).toContain("the new hub may have written an acm-restore-clusters backup");
  });

  test("A-66 it exits 1 and says what is left on the new hub; only a rollback may go on", () => {
    expect(first.exitCode).toBe(1);
    expect(first.stderr).toContain("ERROR SW-RB-08");
    expect(first.stderr).toContain("it may still activate its Restore");
    expect(afterFirst).toMatchObject({ current_phase: "failed", errors: [{ phase: "rollback", code: "SW-RB-08" }] });
    expect(newHubAfterFirst).toEqual([]);
  });

  test("A-66 the last Task of its run reports, and frees the old hub without the lost one", () => {
    expect(endOf(lastTask, 0)).toBe("exit 0");
    expect(lastTask.stderr).not.toContain("could not be freed");
  });

  test("A-66 a hub that answers is not left out: exit 4", () => {
    expect(answering.exitCode).toBe(4);
    expect(answering.stderr).toContain("ERROR SW-RB-09");
  });

  test("A-66 once it answers another rollback undoes the rest and ends rolled_back", async () => {
    expect(endOf(second, 0)).toBe("exit 0");
    const { secondary } = bench.pair.seeds;
    expect(await annotated(secondary)).toEqual(["h1"]);
    const restores = await secondary.list("restores");
    expect(restores.map(({ metadata, spec }) => [metadata.name, spec?.["veleroManagedClustersBackupName"]])).toEqual([
      [passive, "skip"],
    ]);
    expect(await bench.state()).toMatchObject({ current_phase: "rolled_back" });
  });
});

describe("a rollback whose new hub never comes back", () => {
  let bench: SwitchoverBench;
  let proxy: FaultProxy;
  let dry: Ended;
  let ended: Ended;

  beforeAll(async () => {
    bench = await SwitchoverBench.open({ clusters: 0, hive: 1, version: "2.15.0" }, patientTuning);
    const { pair } = bench;
    proxy = await startFaultProxy({ target: pair.secondary.url, targetAuthority: pair.secondary.caFile });
    const files = { secondary: await proxy.kubeconfig(pair.secondary.kubeconfig()) };
    pair.simulators.secondary.inject({ kind: "cluster-never-connects", cluster: "h1" });
    await bench.runUntil("0 of 1 clusters connected; waiting for h1", [], files);
    await proxy.goDown();
    const lost = ["--secondary-unreachable", "true", "--confirm-new-hub", pair.ids.secondary];
    dry = await bench.rollback([...lost, "--dry-run", "true"], files);
    ended = await bench.rollback([...lost, "--rollback-allow-partial", "true"], files);
  }, 5 * minute);

  afterAll(async () => {
    await proxy?.stop();
    await bench?.close();
  });

  test("A-66 a dry run plans what is done on the old hub", () => {
    expect(endOf(dry, 0)).toBe("exit 0");
    expect(dry.stderr).toContain(`remove ${disable} from ManagedCluster h1`);
    expect(dry.stderr).toContain(`delete BackupSchedule ${scheduleName} to make it anew`);
  });

  test("A-66 where that is accepted it exits 0, with what is left as a warning", async () => {
    expect(endOf(ended, 0)).toBe("exit 0");
    expect(await bench.state()).toMatchObject({
      current_phase: "rolled_back",
      warnings: expect.arrayContaining([expect.stringContaining("the new hub does not answer: it may still activate")]),
    });
  });

  test("A-66 the old hub's schedule has not collided", async () => {
    expect(await bench.pair.seeds.primary.find("backupSchedules", scheduleName)).toMatchObject({
      spec: { paused: false },
      status: { phase: "Enabled" },
    });
  });
});
