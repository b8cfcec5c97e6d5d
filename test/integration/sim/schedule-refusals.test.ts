import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { eventually } from "../../support/eventually.ts";
import { PlayedHub, stays } from "./support/played-hub.ts";

const name = "acm-hub-backup";
const restore = "restore-acm-passive-sync";

let hub: PlayedHub;
beforeAll(async () => {
  hub = await PlayedHub.open();
});
afterEach(() => hub.clear());
afterAll(() => hub?.close());

async function message(): Promise<unknown> {
  return (await hub.status("backupSchedules", name))["lastMessage"];
}

async function tokens(): Promise<readonly string[]> {
  return (await hub.names("secrets")).filter((secret) => secret.startsWith("auto-import"));
}

describe("a BackupSchedule beside an active Restore", () => {
  test("reports FailedValidation and is Enabled at its 60 s timer after the Restore is gone", async () => {
    await hub.play("2.16");
    await hub.backupSet("20260101120000", { author: "this-hub" });
    await hub.restore();
    await hub.phase("restores", restore, "Enabled");
    await hub.schedule();
    await hub.phase("backupSchedules", name, "FailedValidation");
    expect(await message()).toBe(
      `Restore resource ${restore} is currently active, verify that any active restores are removed.`,
    );
    expect(await hub.names("veleroSchedules")).toEqual([]);
    await hub.remove("restores", restore);
    await hub.phase("backupSchedules", name, "Enabled");
  });

  test("makes the Restore FinishedWithErrors at its next reconcile, not before", async () => {
    await hub.play("2.16");
    await hub.backupSet("20260101120000");
    // Of itself it is not looked at again: the edit decides when.
    await hub.restore({ restoreSyncInterval: "1000h" });
    await hub.phase("restores", restore, "Enabled");
    await hub.schedule();
    await hub.phase("backupSchedules", name, "FailedValidation");
    await stays(async () => expect((await hub.status("restores", restore))["phase"]).toBe("Enabled"), 30);
    await hub.patch("restores", restore, { metadata: { annotations: { asked: "now" } } });
    await hub.phase("restores", restore, "FinishedWithErrors");
  });

  test("looks again at once when its spec is edited", async () => {
    await hub.play("2.16", { timeScale: 1 });
    await hub.restore();
    await hub.phase("restores", restore, "Error");
    await hub.schedule();
    await hub.phase("backupSchedules", name, "FailedValidation");
    await hub.patch("backupSchedules", name, { spec: { paused: true } });
    await hub.phase("backupSchedules", name, "Paused");
  });
});

describe("a BackupSchedule without usable storage", () => {
  test("reports FailedValidation while no location is Available", async () => {
    await hub.play("2.16");
    hub.played.inject({ kind: "storage-unavailable" });
    await hub.phase("storageLocations", "dpa-hub-1", "Unavailable");
    await hub.schedule();
    await hub.phase("backupSchedules", name, "FailedValidation");
    expect(await message()).toContain("Backup storage location is not available");
  });

  test("reports it too where the location has no owner", async () => {
    await hub.play("2.16");
    await hub.patch("storageLocations", "dpa-hub-1", { metadata: { ownerReferences: null } });
    await hub.schedule();
    await hub.phase("backupSchedules", name, "FailedValidation");
  });
});

describe("managed service account tokens", () => {
  test("are deleted by a schedule without useManagedServiceAccount, auto-import-secret stays", async () => {
    await hub.play("2.16");
    await hub.token("a1");
    await hub.create("secrets", { metadata: { name: "auto-import-secret", namespace: "a1" } });
    await hub.schedule({ useManagedServiceAccount: false });
    await hub.phase("backupSchedules", name, "Enabled");
    expect(await tokens()).toEqual(["auto-import-secret"]);
  });

  test("stay with useManagedServiceAccount", async () => {
    await hub.play("2.16");
    await hub.token("a1");
    await hub.schedule();
    await hub.phase("backupSchedules", name, "Enabled");
    expect(await tokens()).toEqual(["auto-import-account"]);
  });

  test("are deleted, and the schedule is FailedValidation, while the component is off", async () => {
    await hub.play("2.14");
    await hub.patch("multiClusterEngines", "multiclusterengine", {
      spec: { overrides: { components: [{ name: "managedserviceaccount", enabled: false }] } },
    });
    await hub.token("a1");
    await hub.schedule();
    await hub.phase("backupSchedules", name, "FailedValidation");
    expect(await tokens()).toEqual([]);
  });

  test.each([
    ["2.14", "Enabled"],
    ["2.15", "FailedValidation"],
  ])("%s: without its ClusterManagementAddOn the schedule is %s", async (release, phase) => {
    await hub.play(release);
    await hub.remove("clusterManagementAddOns", "managed-serviceaccount");
    await hub.schedule();
    await hub.phase("backupSchedules", name, phase);
  });
});

test("a bad cron expression is FailedValidation until the spec changes", async () => {
  await hub.play("2.16");
  await hub.schedule({ veleroSchedule: "often" });
  await hub.phase("backupSchedules", name, "FailedValidation");
  await stays(async () => expect((await hub.status("backupSchedules", name))["phase"]).toBe("FailedValidation"), 90);
  await hub.patch("backupSchedules", name, { spec: { veleroSchedule: "0 3 1 1 *" } });
  await hub.phase("backupSchedules", name, "Enabled");
});

test("a changed cron expression reaches the Velero Schedules", async () => {
  await hub.play("2.16");
  await hub.schedule();
  await hub.phase("backupSchedules", name, "Enabled");
  await hub.patch("backupSchedules", name, { spec: { veleroSchedule: "0 4 1 1 *" } });
  await eventually(async () => {
    const crons = (await hub.list("veleroSchedules")).map(({ spec }) => spec?.["schedule"]);
    expect(new Set(crons)).toEqual(new Set(["0 4 1 1 *"]));
  });
});
