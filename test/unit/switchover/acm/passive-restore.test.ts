import { describe, expect, test } from "@jest/globals";
import { summariseVeleroRestore } from "../../../../steps/switchover/acm/acm-restore.ts";
import { acmVersion } from "../../../../steps/switchover/acm/acm-version.ts";
import type { AcmRestore, VeleroRestore } from "../../../../steps/switchover/acm/hub-objects.ts";
import { judgePassiveRestore, type PassiveRestoreState } from "../../../../steps/switchover/acm/passive-restore.ts";

interface Case {
  readonly phase?: string;
  readonly managedClusters?: string;
  readonly lastMessage?: string;
  readonly velero?: VeleroRestore["status"];
  readonly version?: string;
  readonly isOurs?: boolean;
  readonly activationMethod?: "patch" | "restore";
}

const veleroName = "restore-acm-passive-sync-acm-credentials-schedule-20260101000000";

function judge(given: Case): PassiveRestoreState {
  const restore: AcmRestore = {
    metadata: { name: "restore-acm-passive-sync", uid: "r1" },
    spec: {
      veleroManagedClustersBackupName: given.managedClusters ?? "skip",
      veleroCredentialsBackupName: "latest",
      veleroResourcesBackupName: "latest",
      cleanupBeforeRestore: "CleanupRestored",
      syncRestoreWithNewBackups: true,
    },
    status: {
      veleroCredentialsRestoreName: veleroName,
      ...(given.phase === undefined ? {} : { phase: given.phase }),
      ...(given.lastMessage === undefined ? {} : { lastMessage: given.lastMessage }),
    },
  };
  return judgePassiveRestore({
    restore,
    veleroRestores: [
      { metadata: { name: veleroName }, status: given.velero ?? { phase: "Completed" } },
      { metadata: { name: "unrelated" }, status: { phase: "Failed" } },
    ].map(summariseVeleroRestore),
    version: acmVersion(given.version ?? "2.14.1"),
    isOurs: given.isOurs ?? false,
    activationMethod: given.activationMethod ?? "patch",
  });
}

describe("an Enabled passive Restore", () => {
  test("is ready when what it names is Completed", () => {
    expect(judge({ phase: "Enabled" })).toEqual({ state: "ready", unfinished: [], hiddenFailures: [] });
  });

  test("tells what is still running, an unknown Velero phase included", () => {
    expect(judge({ phase: "Enabled", velero: { phase: "Finalizing" } })).toMatchObject({ unfinished: [veleroName] });
    expect(judge({ phase: "Enabled", velero: {} })).toMatchObject({ unfinished: [veleroName] });
  });

  test("tells a PartiallyFailed part that its phase hides", () => {
    expect(judge({ phase: "Enabled", velero: { phase: "PartiallyFailed", errors: 3 } })).toMatchObject({
      state: "ready",
      hiddenFailures: [`Velero Restore ${veleroName} is PartiallyFailed (3 errors)`],
    });
  });

  test("does not mind a PartiallyFailed part without errors: there was nothing to restore", () => {
    expect(judge({ phase: "Enabled", velero: { phase: "PartiallyFailed" } })).toMatchObject({ hiddenFailures: [] });
  });
});

describe("a passive Restore on its way", () => {
  test.each(["", "Started", "Running", "Unknown"])("K-28 is settling while its phase is %p", (phase) => {
    expect(judge({ phase })).toMatchObject({ state: "settling" });
  });

  test("without a status is settling", () => {
    expect(judge({})).toMatchObject({ state: "settling", why: "phase is empty" });
  });

  test("with EnabledWithErrors is degraded, and complete only when what it names is Completed", () => {
    expect(judge({ phase: "EnabledWithErrors" })).toMatchObject({ state: "degraded", complete: true });
    expect(judge({ phase: "EnabledWithErrors", velero: { phase: "Failed" } })).toMatchObject({ complete: false });
  });

  test.each(["BackupStorageLocation dpa-1 is unavailable", "no velero backups found"])(
    "with Error because of %p is tried again",
    (lastMessage) => {
      expect(judge({ phase: "Error", lastMessage })).toMatchObject({
        state: "retrying",
        why: expect.stringContaining("every 60 s"),
      });
    },
  );
});

describe("a passive Restore that ended", () => {
  test("A-15: Finished with managed clusters latest is an earlier activation, unless it is ours", () => {
    const finished = { phase: "Finished", managedClusters: "latest" };
    expect(judge(finished)).toMatchObject({ state: "dead", why: expect.stringContaining("stale") });
    expect(judge({ ...finished, isOurs: true })).toMatchObject({ state: "ended-with-data" });
  });

  test("Finished with skip restores nothing any more, ours or not", () => {
    expect(judge({ phase: "Finished", isOurs: true })).toMatchObject({
      state: "dead",
      why: expect.stringContaining("nothing will be restored"),
    });
  });

  test("the synonym Completed counts as Finished", () => {
    expect(judge({ phase: "Completed", managedClusters: "Latest " })).toMatchObject({ state: "dead" });
  });

  test("one that the operator ignored is dead, and the blocker is named", () => {
    const lastMessage =
      "This resource is ignored because BackupSchedule resource s1 is currently active, before creating another resource verify that any active resources are removed.";
    expect(judge({ phase: "FinishedWithErrors", lastMessage, isOurs: true })).toMatchObject({
      state: "dead",
      fix: expect.stringContaining("BackupSchedule resource s1"),
    });
  });

  test("FinishedWithErrors with all its data will do where it is ours or gets replaced, but not to be patched", () => {
    expect(judge({ phase: "FinishedWithErrors", isOurs: true })).toMatchObject({ state: "ended-with-data" });
    expect(judge({ phase: "FinishedWithErrors", activationMethod: "restore" })).toMatchObject({
      state: "ended-with-data",
    });
    expect(judge({ phase: "FinishedWithErrors" })).toMatchObject({ state: "dead" });
  });

  test("FinishedWithErrors with a failed part is dead and the part is named", () => {
    expect(
      judge({ phase: "FinishedWithErrors", velero: { phase: "PartiallyFailed", errors: 2 }, isOurs: true }),
    ).toMatchObject({
      state: "dead",
      why: expect.stringContaining(`${veleroName} is PartiallyFailed (2 errors)`),
    });
  });
});

describe("a passive Restore with Error", () => {
  const failed = {
    phase: "Error",
    velero: { phase: "FailedValidation", validationErrors: ["backup not found"] },
  } as const;

  test("A-14: names the Velero Restore, its phase and its validation errors", () => {
    expect(judge(failed)).toMatchObject({
      state: "dead",
      why: expect.stringContaining(`${veleroName} is FailedValidation (backup not found)`),
    });
  });

  test("never recovers up to 2.16, and is not said to be lost from 2.17 on", () => {
    expect(judge({ ...failed, version: "2.16.4" })).toMatchObject({ why: expect.stringContaining("never recovers") });
    expect(judge({ ...failed, version: "2.17.0" })).toMatchObject({
      why: expect.not.stringContaining("never recovers"),
    });
  });

  test("names a Velero Restore that only its message mentions", () => {
    expect(judge({ phase: "Error", lastMessage: "Velero restore unrelated has failed validation" })).toMatchObject({
      why: expect.stringContaining("Velero Restore unrelated is Failed"),
    });
  });

  test("a phase that nobody knows is treated like Error", () => {
    expect(judge({ phase: "Exploded" })).toMatchObject({ state: "dead", why: expect.stringContaining("Exploded") });
  });
});
