import { describe, expect, test } from "@jest/globals";
import type { AcmRestore } from "../../../../steps/switchover/acm/hub-objects.ts";
import { backupState, restoreState } from "../../../../steps/switchover/discover/hub-facts.ts";
import { decideRole, type RoleFacts } from "../../../../steps/switchover/discover/hub-role.ts";

const schedule = (name: string, phase: string | undefined, paused?: boolean) => ({
  metadata: { name },
  spec: { veleroSchedule: "0 */4 * * *", ...(paused === undefined ? {} : { paused }) },
  ...(phase === undefined ? {} : { status: { phase } }),
});

const restore = (name: string, phase: string, syncs: boolean, createdAt = "2026-01-01T00:00:00Z"): AcmRestore => ({
  metadata: { name, creationTimestamp: createdAt },
  spec: {
    veleroManagedClustersBackupName: "skip",
    veleroCredentialsBackupName: "latest",
    veleroResourcesBackupName: "latest",
    cleanupBeforeRestore: "CleanupRestored",
    ...(syncs ? { syncRestoreWithNewBackups: true } : {}),
  },
  status: { phase },
});

describe("the backups of a hub are", () => {
  test.each([
    ["none", []],
    ["active", [schedule("a", "Enabled")]],
    ["active", [schedule("a", undefined)]],
    ["paused", [schedule("a", "Paused", true)]],
    ["paused", [schedule("a", "Enabled", true)]],
    ["collision", [schedule("a", "BackupCollision", true)]],
    ["other", [schedule("a", "FailedValidation")]],
    ["active", [schedule("a", "Failed"), schedule("b", "Enabled")]],
  ] as const)("%s with %j", (state, schedules) => {
    expect(backupState(schedules).state).toBe(state);
  });
});

describe("the newest Restore of a hub is", () => {
  test.each([
    ["passive-sync", "Enabled", true],
    ["passive-sync", "Finished", true],
    ["passive-sync", "Completed", true],
    ["in-progress", "Running", true],
    ["in-progress", "", false],
    ["passive-sync-error", "EnabledWithErrors", true],
    ["passive-sync-error", "FinishedWithErrors", true],
    ["passive-sync-error", "Error", true],
    ["finished", "Finished", false],
    ["finished", "FinishedWithErrors", false],
    ["failed", "Error", false],
  ] as const)("%s in phase %p, syncing: %p", (state, phase, syncs) => {
    expect(restoreState([restore("r", phase, syncs)]).state).toBe(state);
  });

  test("the one created last, whatever the order of the list", () => {
    const old = restore("old", "Finished", false, "2026-01-01T00:00:00Z");
    const young = restore("young", "Enabled", true, "2026-01-02T00:00:00Z");
    expect(restoreState([old, young])).toMatchObject({ name: "young" });
    expect(restoreState([young, old])).toMatchObject({ name: "young" });
  });

  test("none where there is none", () => {
    expect(restoreState([])).toEqual({ state: "none" });
  });
});

const facts = (backup: RoleFacts["backup"], restoring: RoleFacts["restore"], availableClusters = 0): RoleFacts => ({
  backup,
  restore: restoring,
  availableClusters,
});

describe("a hub is", () => {
  test.each([
    ["primary", facts("active", "none")],
    ["primary", facts("active", "finished")],
    ["unknown", facts("active", "passive-sync")],
    ["secondary", facts("none", "passive-sync")],
    ["secondary", facts("paused", "passive-sync")],
    ["secondary", facts("collision", "passive-sync", 3)],
    ["standby", facts("active", "passive-sync-error")],
    ["standby", facts("none", "in-progress", 3)],
    ["standby", facts("collision", "none", 3)],
    ["standby", facts("collision", "finished")],
    ["old-primary", facts("paused", "finished")],
    ["standby", facts("paused", "none")],
    ["new-primary", facts("none", "finished", 3)],
    ["primary", facts("none", "none", 3)],
    ["primary", facts("none", "failed", 3)],
    ["unknown", facts("none", "none")],
    ["unknown", facts("active", "failed", 3)],
    ["unknown", facts("other", "none", 3)],
  ] as const)("%s with %j", (role, given) => {
    expect(decideRole(given).role).toBe(role);
  });

  test("said to be only likely the primary where clusters alone speak for it", () => {
    expect(decideRole(facts("none", "none", 1))).toMatchObject({
      doubtful: true,
      why: expect.stringMatching(/^likely/),
    });
  });
});
