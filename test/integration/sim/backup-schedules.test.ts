import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { eventually } from "../../support/eventually.ts";
import { hubId, PlayedHub, stays } from "./support/played-hub.ts";

const name = "acm-hub-backup";
const five = [
  "acm-credentials-schedule",
  "acm-managed-clusters-schedule",
  "acm-resources-generic-schedule",
  "acm-resources-schedule",
  "acm-validation-policy-schedule",
];

let hub: PlayedHub;
beforeAll(async () => {
  hub = await PlayedHub.open();
});
afterEach(() => hub.clear());
afterAll(() => hub?.close());

async function enabled(spec: Readonly<Record<string, unknown>> = {}): Promise<void> {
  await hub.schedule(spec);
  await hub.phase("backupSchedules", name, "Enabled");
}

async function pausedFlags(): Promise<readonly unknown[]> {
  return (await hub.list("veleroSchedules")).map(({ spec }) => spec?.["paused"] === true);
}

/** What the hub has of the kind, in the end. */
async function comesTo(kind: "veleroSchedules" | "veleroBackups", count: number): Promise<void> {
  await eventually(async () => expect(await hub.names(kind)).toHaveLength(count));
}

describe("a new BackupSchedule", () => {
  test.each(["2.11", "2.14", "2.17"])(
    "%s: makes five Velero Schedules and five Backups of one timestamp, and is Enabled when Velero accepts them",
    async (release) => {
      await hub.play(release);
      await enabled();
      expect(await hub.names("veleroSchedules")).toEqual(five);
      const backups = await hub.names("veleroBackups");
      expect(backups.map((backup) => backup.slice(0, -15))).toEqual(five);
      expect(new Set(backups.map((backup) => backup.slice(-14))).size).toBe(1);
    },
  );

  test("labels both with the hub's id, the type and, the Backups, with their Velero Schedule", async () => {
    await hub.play("2.16");
    await enabled();
    const [backup] = (await hub.list("veleroBackups")).filter(({ metadata }) => metadata.name.includes("generic"));
    expect(backup?.metadata.labels).toMatchObject({
      "cluster.open-cluster-management.io/backup-cluster": hubId,
      "cluster.open-cluster-management.io/backup-schedule-type": "resourcesGeneric",
      "velero.io/schedule-name": "acm-resources-generic-schedule",
    });
  });

  test("stays Unknown while Velero is down", async () => {
    await hub.play("2.16");
    hub.played.inject({ kind: "velero-down" });
    await hub.schedule();
    await hub.phase("backupSchedules", name, "Unknown");
    hub.played.clear();
    await hub.phase("backupSchedules", name, "Enabled");
  });

  test.each([
    ["2.12", "noBackupOnStart", 0],
    ["2.12", "skipImmediately", 5],
    ["2.13", "skipImmediately", 0],
  ])("%s: with %s makes %i Backups at once", async (release, field, count) => {
    await hub.play(release);
    await enabled({ [field]: true });
    expect(await hub.names("veleroBackups")).toHaveLength(count);
  });

  test("beside another is Failed because the names are taken; paused it says Paused", async () => {
    await hub.play("2.16");
    await enabled();
    await hub.schedule({}, "second");
    await hub.phase("backupSchedules", "second", "Failed");
    expect((await hub.status("backupSchedules", "second"))["lastMessage"]).toBe(
      'Velero schedules initialization failed: schedules.velero.io "acm-credentials-schedule" already exists',
    );
    await hub.patch("backupSchedules", "second", { spec: { paused: true } });
    await hub.phase("backupSchedules", "second", "Paused");
    expect(await pausedFlags()).toEqual([false, false, false, false, false]);
  });

  test("with useOwnerReferencesInBackup has Backups that vanish with the Velero Schedules", async () => {
    await hub.play("2.16");
    await enabled({ useOwnerReferencesInBackup: true });
    await comesTo("veleroBackups", 5);
    await hub.remove("backupSchedules", name);
    await comesTo("veleroSchedules", 0);
    await comesTo("veleroBackups", 0);
  });

  test("of the same name as a deleted one adopts its leftovers: Enabled at once, no Backups", async () => {
    await hub.play("2.16", { play: ["operator", "velero"] });
    await enabled();
    await comesTo("veleroBackups", 5);
    const uids = (await hub.list("veleroSchedules")).map(({ metadata }) => metadata.uid);
    await hub.remove("backupSchedules", name);
    await enabled();
    expect((await hub.list("veleroSchedules")).map(({ metadata }) => metadata.uid)).toEqual(uids);
    expect(await hub.names("veleroBackups")).toHaveLength(5);
  });

  test("that loses one of its five Velero Schedules makes all five anew, with Backups", async () => {
    await hub.play("2.16");
    await enabled({ noBackupOnStart: false });
    const before = (await hub.list("veleroSchedules")).map(({ metadata }) => metadata.uid);
    await hub.remove("veleroSchedules", "acm-resources-schedule");
    await eventually(async () => {
      const after = (await hub.list("veleroSchedules")).map(({ metadata }) => metadata.uid);
      expect(after).toHaveLength(5);
      expect(after.filter((uid) => before.includes(uid))).toEqual([]);
    });
    await hub.phase("backupSchedules", name, "Enabled");
  });

  test("gets no phase while the operator is down", async () => {
    await hub.play("2.15");
    hub.played.inject({ kind: "operator-down" });
    await hub.schedule();
    await stays(async () => expect(await hub.status("backupSchedules", name)).toEqual({}), 60);
  });
});
