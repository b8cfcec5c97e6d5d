import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  findPassiveRestore,
  ignoredBecauseOf,
  isActiveRestore,
  judgeVeleroRestore,
  namedVeleroRestores,
  restorePhaseGroup,
  summariseVeleroRestore,
  syncIntervalSeconds,
} from "../../../../steps/switchover/acm/acm-restore.ts";
import type { AcmRestore, AcmRestoreSpec } from "../../../../steps/switchover/acm/hub-objects.ts";

const spec: AcmRestoreSpec = {
  veleroManagedClustersBackupName: "skip",
  veleroCredentialsBackupName: "latest",
  veleroResourcesBackupName: "latest",
  cleanupBeforeRestore: "CleanupRestored",
};

function restore(name: string, created: string, more: Partial<AcmRestoreSpec> = {}, phase?: string): AcmRestore {
  return {
    metadata: { name, creationTimestamp: created },
    spec: { ...spec, ...more },
    ...(phase === undefined ? {} : { status: { phase } }),
  };
}

describe("the passive Restore", () => {
  const old = restore("restore-acm-passive-sync", "2026-01-01T00:00:00Z", { syncRestoreWithNewBackups: true });
  const young = restore("my-sync", "2026-01-02T00:00:00Z", { syncRestoreWithNewBackups: true });

  test("A-13: is the newest that syncs, whatever its name", () => {
    expect(findPassiveRestore([old, young])).toBe(young);
    expect(findPassiveRestore([young, old])).toBe(young);
  });

  test("is the one of the usual name where none syncs", () => {
    const plain = restore("restore-acm-passive-sync", "2026-01-01T00:00:00Z");
    expect(findPassiveRestore([restore("other", "2026-01-03T00:00:00Z"), plain])).toBe(plain);
    expect(findPassiveRestore([restore("other", "2026-01-03T00:00:00Z")])).toBeUndefined();
  });

  test("looks for new backups at its interval, every half hour unless it says otherwise", () => {
    expect(syncIntervalSeconds(young)).toBe(1800);
    expect(syncIntervalSeconds(restore("r", "", { restoreSyncInterval: "10m" }))).toBe(600);
    expect(syncIntervalSeconds(restore("r", "", { restoreSyncInterval: "often" }))).toBe(1800);
  });
});

describe("an active Restore", () => {
  test("is every one but Finished and FinishedWithErrors", () => {
    fc.assert(
      fc.property(fc.string(), (phase) => {
        const ended = phase === "Finished" || phase === "FinishedWithErrors";
        return isActiveRestore(restore("r", "", {}, phase)) === !ended;
      }),
    );
    expect(isActiveRestore(restore("r", ""))).toBe(true);
  });
});

test.each([
  ["Enabled", "enabled"],
  ["EnabledWithErrors", "enabled-with-errors"],
  ["", "in-progress"],
  ["Unknown", "in-progress"],
  ["Completed", "finished"],
  ["PartiallyFailed", "error"],
  ["FailedWithErrors", "error"],
  ["Error", "error"],
  ["Brand new phase", "error"],
])("phase %p belongs to %s", (phase, group) => {
  expect(restorePhaseGroup(phase)).toBe(group);
});

test("the operator's reason for ignoring a Restore is taken from its text", () => {
  expect(ignoredBecauseOf("This resource is ignored because Restore resource r2 is currently active, …")).toBe(
    "Restore resource r2",
  );
  expect(ignoredBecauseOf("This resource is ignored because of something new")).toContain("something new");
  expect(ignoredBecauseOf("Velero restore x failed")).toBeUndefined();
});

test("the status names one Velero Restore per kind that was restored", () => {
  const named = namedVeleroRestores({
    metadata: { name: "r" },
    status: {
      veleroCredentialsRestoreName: "c",
      veleroResourcesRestoreName: "r",
      veleroManagedClustersRestoreName: "",
    },
  });
  expect(named).toEqual([
    { kind: "credentials", name: "c" },
    { kind: "resources", name: "r" },
  ]);
});

describe("a Velero Restore", () => {
  const velero = (phase: string, errors = 0) =>
    judgeVeleroRestore(summariseVeleroRestore({ metadata: { name: "v" }, status: { phase, errors } }));

  test.each([
    ["Completed", 0, "completed"],
    ["PartiallyFailed", 0, "empty"],
    ["PartiallyFailed", 1, "failed"],
    ["Failed", 0, "failed"],
    ["FailedValidation", 0, "failed"],
    ["InProgress", 0, "in-progress"],
    ["WaitingForPluginOperations", 0, "in-progress"],
    ["", 0, "in-progress"],
    ["NewInVelero2", 0, "in-progress"],
  ])("K-07 that is %p with %d errors is %s", (phase, errors, verdict) => {
    expect(velero(phase, errors)).toBe(verdict);
  });

  test("belongs to the ACM Restore that controls it", () => {
    const owner = { apiVersion: "cluster.open-cluster-management.io/v1beta1", kind: "Restore", name: "r", uid: "u1" };
    const summary = (controller: boolean) =>
      summariseVeleroRestore({ metadata: { name: "v", ownerReferences: [{ ...owner, controller }] } });
    expect(summary(true).ownerUid).toBe("u1");
    expect(summary(false).ownerUid).toBe("");
  });
});
