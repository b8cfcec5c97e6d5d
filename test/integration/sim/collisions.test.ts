import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { eventually } from "../../support/eventually.ts";
import { ago, hubId, otherHub, PlayedHub, since, stays, until } from "./support/played-hub.ts";

const name = "acm-hub-backup";
const future = "2099-01-01T00:00:00Z";
/** Of the product, a hundred times faster. */
const fiveMinutesMs = 3_000;

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
}

async function message(): Promise<unknown> {
  return (await hub.status("backupSchedules", name))["lastMessage"];
}

/** When the last of the Velero Schedules was made: the first check is due so long after that. */
async function madeAt(): Promise<number> {
  const schedules = await hub.list("veleroSchedules");
  return Math.max(...schedules.map(({ metadata }) => Date.parse(metadata.creationTimestamp ?? "")));
}

async function foreignBackup(startTimestamp = future): Promise<string> {
  return await hub.backup("resources", "20260101120000", { startTimestamp });
}

describe("rule (a): another hub wrote the newest resources backup", () => {
  test.each(["2.11", "2.16", "2.17"])(
    "%s: the schedule collides at the check 5 min after its creation",
    async (release) => {
      await enabled(release);
      const made = await madeAt();
      const backup = await foreignBackup();
      await hub.phase("backupSchedules", name, "BackupCollision");
      expect(Date.now() - made).toBeGreaterThanOrEqual(fiveMinutesMs);
      expect(await message()).toBe(
        `Backup ${backup}, from cluster with id [${otherHub}] is using the same storage location.`,
      );
    },
  );

  test.each(until("2.14"))("%s: a collision deletes the five Velero Schedules", async (release) => {
    await enabled(release);
    await foreignBackup();
    await hub.phase("backupSchedules", name, "BackupCollision");
    await eventually(async () => expect(await hub.names("veleroSchedules")).toEqual([]));
  });

  test.each(since("2.15"))("%s: a collision pauses them", async (release) => {
    await enabled(release);
    await foreignBackup();
    await hub.phase("backupSchedules", name, "BackupCollision");
    const flags = (await hub.list("veleroSchedules")).map(({ spec }) => spec?.["paused"]);
    expect(flags).toEqual([true, true, true, true, true]);
  });

  test("the start decides who is newest, not the name", async () => {
    await enabled("2.16");
    await hub.backup("resources", "20990101120000", { startTimestamp: "2026-01-01T12:00:00Z" });
    await stays(async () => expect((await hub.status("backupSchedules", name))["phase"]).toBe("Enabled"), 330);
  });

  test.each([
    ["2.16", "BackupCollision"],
    ["2.17", "Enabled"],
  ])("%s: after this hub took the fleet back the schedule is %s", async (release, phase) => {
    // The check of the fifth minute is not to come before what it is about.
    await enabled(release, 10);
    await pause(1_100);
    await hub.backup("resources", "20990101120000", { startTimestamp: ago(0) });
    await pause(1_100);
    await hub.marker(hubId, future);
    await hub.patch("backupSchedules", name, { spec: { veleroTtl: "169h" } });
    await hub.phase("backupSchedules", name, phase);
  });
});

describe("rule (b): another hub ran a restore", () => {
  test.each(["2.12", "2.14", "2.15", "2.17"])(
    "%s: after the Velero Schedules were made it collides",
    async (release) => {
      await enabled(release);
      // Creation times have whole seconds.
      await pause(1_100);
      const marker = await hub.marker(otherHub, ago(0));
      await hub.phase("backupSchedules", name, "BackupCollision");
      expect(await message()).toBe(
        `Hub with id [${otherHub}] had run a restore managed cluster operation, see [${marker}].`,
      );
    },
  );

  test("before they were made it does not", async () => {
    await hub.play("2.16");
    await hub.marker(otherHub, ago(60));
    await pause(1_100);
    await hub.schedule();
    await hub.phase("backupSchedules", name, "Enabled");
    await stays(async () => expect((await hub.status("backupSchedules", name))["phase"]).toBe("Enabled"), 330);
  });

  test.each([
    ["2.14", "Enabled"],
    ["2.15", "BackupCollision"],
  ])("%s: the old schedule unpaused after the other hub's activation is %s", async (release, phase) => {
    await enabled(release);
    await hub.patch("backupSchedules", name, { spec: { paused: true } });
    await hub.phase("backupSchedules", name, "Paused");
    await pause(1_100);
    await hub.marker(otherHub, ago(0));
    await pause(1_100);
    await hub.patch("backupSchedules", name, { spec: { paused: false } });
    await hub.phase("backupSchedules", name, phase);
  });
});

test("BackupCollision is sticky: no edit of the object is looked at, and only delete and recreate leads out", async () => {
  await enabled("2.16");
  await foreignBackup();
  await hub.phase("backupSchedules", name, "BackupCollision");
  await hub.removeBackups();
  await hub.patch("backupSchedules", name, { spec: { paused: true } });
  await stays(async () => expect((await hub.status("backupSchedules", name))["phase"]).toBe("BackupCollision"), 120);
  await hub.remove("backupSchedules", name);
  await eventually(async () => expect(await hub.names("veleroSchedules")).toEqual([]));
  await hub.schedule();
  await hub.phase("backupSchedules", name, "Enabled");
});
