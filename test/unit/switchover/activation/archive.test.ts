import { describe, expect, test } from "@jest/globals";
import type { AcmRestore } from "../../../../steps/switchover/acm/hub-objects.ts";
import { archive } from "../../../../steps/switchover/phases/activation/passive-snapshot.ts";
import { saveSchedules } from "../../../../steps/switchover/phases/schedules/save-schedules.ts";

const owner = { apiVersion: "example.com/v1", kind: "Owner", name: "o", uid: "uid-o" };
const names = {
  veleroManagedClustersBackupName: "latest",
  veleroCredentialsBackupName: "acm-credentials-schedule-20260301080000",
  veleroResourcesBackupName: "acm-resources-schedule-20260301080000",
};
const spec = {
  ...names,
  cleanupBeforeRestore: "CleanupRestored",
  syncRestoreWithNewBackups: true,
  restoreSyncInterval: "10m",
};
const restore: AcmRestore = {
  metadata: {
    name: "r",
    namespace: "backups",
    uid: "uid-1",
    resourceVersion: "17",
    generation: 2,
    creationTimestamp: "2026-03-01T08:00:00Z",
    labels: { a: "b" },
    annotations: { c: "d" },
    ownerReferences: [owner],
  },
  spec,
  status: {
    phase: "Finished",
    lastMessage: "m".repeat(2001),
    messages: ["managed cluster c1 already available"],
    veleroManagedClustersRestoreName: "r-clusters",
    veleroCredentialsRestoreName: "r-credentials",
    veleroResourcesRestoreName: "r-resources",
  },
};
const at = "2026-03-01T12:00:00Z";

describe("the archive of Restores that are deleted", () => {
  test("holds what a reader needs to tell what it was and what it restored, and no message per cluster", () => {
    expect(archive({}, [restore], at).archived_restores).toEqual([
      {
        name: "r",
        namespace: "backups",
        uid: "uid-1",
        resource_version: "17",
        generation: 2,
        creation_timestamp: "2026-03-01T08:00:00Z",
        labels: { a: "b" },
        annotations: { c: "d" },
        owner_references: [owner],
        archived_at: at,
        velero_backups: names,
        sync_restore_with_new_backups: true,
        restore_sync_interval: "10m",
        cleanup_before_restore: "CleanupRestored",
        phase: "Finished",
        last_message: "m".repeat(2000),
        velero_managed_clusters_restore_name: "r-clusters",
        velero_credentials_restore_name: "r-credentials",
        velero_resources_restore_name: "r-resources",
        spec,
      },
    ]);
  });

  test("holds one that says nothing of itself", () => {
    expect(archive({}, [{ metadata: { name: "r" } }], at).archived_restores).toMatchObject([
      { uid: "", generation: null, labels: {}, velero_backups: {}, phase: "", spec: null },
    ]);
  });

  test("K-19 keeps what the first attempt saw", () => {
    const first = archive({}, [restore], at);
    const again = { ...restore, status: { phase: "Error" } };
    expect(archive(first, [again], "2026-03-01T13:00:00Z")).toEqual(first);
  });
});

test("the BackupSchedules that are saved are kept whole, the first one apart, and never overwritten", () => {
  const [one, other] = ["a", "b"].map((name) => ({ metadata: { name }, spec: { veleroSchedule: "0 * * * *" } }));
  if (one === undefined || other === undefined) throw new Error("the fixture has two");
  const saved = saveSchedules([one, other]);
  if (saved.kind !== "remember") throw new Error("nothing is remembered");
  const memory = saved.update({});
  expect(memory).toEqual({ saved_backup_schedules: [one, other], saved_backup_schedule: one });
  const later = saveSchedules([other]);
  expect(later.kind === "remember" && later.update(memory)).toEqual(memory);
});
