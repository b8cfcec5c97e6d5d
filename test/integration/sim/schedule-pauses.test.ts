import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { eventually } from "../../support/eventually.ts";
import { PlayedHub, since, stays } from "./support/played-hub.ts";

const name = "acm-hub-backup";
const none = [false, false, false, false, false];
const all = [true, true, true, true, true];

let hub: PlayedHub;
beforeAll(async () => {
  hub = await PlayedHub.open();
});
afterEach(() => hub.clear());
afterAll(() => hub?.close());

async function enabled(release: string, timeScale = 100): Promise<void> {
  await hub.play(release, { timeScale });
  await hub.schedule();
  await hub.phase("backupSchedules", name, "Enabled");
  await hub.backupsCompleted(5);
}

async function pause(paused = true): Promise<void> {
  await hub.patch("backupSchedules", name, { spec: { paused } });
  if (paused) await hub.phase("backupSchedules", name, "Paused");
}

async function pausedFlags(expected: readonly boolean[]): Promise<void> {
  await eventually(async () => {
    expect((await hub.list("veleroSchedules")).map(({ spec }) => spec?.["paused"] === true)).toEqual(expected);
  });
}

describe("pausing a BackupSchedule", () => {
  test.each(["2.12", "2.13", "2.14"])("%s: deletes the five Velero Schedules", async (release) => {
    await enabled(release);
    await pause();
    await pausedFlags([]);
  });

  test.each(since("2.15"))("%s: sets spec.paused on them", async (release) => {
    await enabled(release);
    await pause();
    await pausedFlags(all);
  });

  test("2.11: does nothing, the release knows no pause", async () => {
    await enabled("2.11");
    await hub.patch("backupSchedules", name, { spec: { paused: true } });
    await stays(async () => expect((await hub.status("backupSchedules", name))["phase"]).toBe("Enabled"), 60);
    await pausedFlags(none);
  });

  test("lets queued Backups run on", async () => {
    await hub.play("2.16");
    hub.played.inject({ kind: "backup-stuck", prefix: "acm-resources-schedule" });
    await hub.schedule();
    await hub.phase("backupSchedules", name, "Enabled");
    await pause();
    hub.played.clear();
    await hub.backupsCompleted(5);
  });

  test("with a storage problem ends in FailedValidation; the Velero Schedules keep running, until the 60 s timer", async () => {
    // The timer is not to end before it is seen that nothing else makes the operator look again.
    await enabled("2.16", 15);
    hub.played.inject({ kind: "storage-unavailable" });
    await hub.phase("storageLocations", "dpa-hub-1", "Unavailable");
    await hub.patch("backupSchedules", name, { spec: { paused: true } });
    await hub.phase("backupSchedules", name, "FailedValidation");
    await stays(() => pausedFlags(none), 30);
    hub.played.clear();
    await hub.phase("storageLocations", "dpa-hub-1", "Available");
    expect((await hub.status("backupSchedules", name))["phase"]).toBe("FailedValidation");
    await hub.phase("backupSchedules", name, "Paused");
    await pausedFlags(all);
  });

  test("is possible beside an active Restore", async () => {
    await enabled("2.16");
    await pause();
    hub.played.inject({ kind: "velero-down" });
    await hub.restore();
    await hub.phase("restores", "restore-acm-passive-sync", "Unknown");
    await stays(async () => expect((await hub.status("backupSchedules", name))["phase"]).toBe("Paused"), 60);
  });
});

describe("unpausing a BackupSchedule", () => {
  test.each(["2.12", "2.13", "2.14"])(
    "%s: recreates the five Velero Schedules with immediate Backups",
    async (release) => {
      await enabled(release);
      await pause();
      await pausedFlags([]);
      await hub.removeBackups();
      await pause(false);
      await pausedFlags(none);
      await eventually(async () => expect(await hub.names("veleroBackups")).toHaveLength(5));
      await hub.phase("backupSchedules", name, "Enabled");
    },
  );

  test.each(since("2.15"))("%s: clears spec.paused, the operator makes no Backup", async (release) => {
    await enabled(release);
    await pause();
    await pausedFlags(all);
    await hub.removeBackups();
    await pause(false);
    await hub.phase("backupSchedules", name, "Enabled");
    await pausedFlags(none);
    await stays(async () => expect(await hub.names("veleroBackups")).toEqual([]), 30);
  });

  test("of one that was born paused creates Velero Schedules and Backups", async () => {
    await hub.play("2.16");
    await hub.schedule({ paused: true });
    await hub.phase("backupSchedules", name, "Paused");
    expect(await hub.names("veleroSchedules")).toEqual([]);
    await pause(false);
    await hub.phase("backupSchedules", name, "Enabled");
    await eventually(async () => expect(await hub.names("veleroBackups")).toHaveLength(5));
  });
});
