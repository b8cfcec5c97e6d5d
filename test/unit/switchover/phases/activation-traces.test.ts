import { describe, expect, test } from "@jest/globals";
import { acmVersion } from "../../../../steps/switchover/acm/acm-version.ts";
import { type BackupSummary, summariseBackup } from "../../../../steps/switchover/acm/backup.ts";
import { label } from "../../../../steps/switchover/acm/constants.ts";
import type { AcmRestore, BackupSchedule } from "../../../../steps/switchover/acm/hub-objects.ts";
import { activationRestoresOf } from "../../../../steps/switchover/phases/rollback/delete-activation-restore.ts";
import { decideReturn } from "../../../../steps/switchover/phases/rollback/return-of-backups.ts";
import type { BothHubsContext } from "../../../../steps/switchover/phases/switchover-context.ts";
import type { ArchivedRestore, OperationMemory } from "../../../../steps/switchover/state/operation-memory.ts";

const at = Date.parse("2026-11-25T12:00:00Z");
const plan = {
  stage: "activation",
  restoreName: "restore-acm-activate",
  names: { managedClusters: "m", credentials: "c", resources: "r" },
  expectedManagedClustersBackup: "m",
  marker: "ours",
} as const;
const data = { name: "restore-acm-full", uid: "data", appliedAt: at, ended: true };
const activation = { restoreName: "p", restoreUid: "passive", expectedManagedClustersBackup: "m", appliedAt: at };

const unseen = {
  selector: "stage=canary",
  clusters: ["a"],
  restoreName: "restore-acm-selected",
  marker: "ours",
  expectedManagedClustersBackup: "m",
};
const selection = { ...unseen, restoreUid: "first", appliedAt: at };
/** Long after the marker that the first clusters left. */
const rest = { ...activation, appliedAt: at + 3_600_000 };

function archived(uid: string, phase: string): ArchivedRestore {
  const spec = null;
  return { name: "any", namespace: "b", uid, archived_at: "2026-11-25T12:00:00Z", phase, last_message: "", spec };
}

function markerOf(hub: string, createdAt: string): BackupSummary {
  return summariseBackup({
    metadata: {
      name: "acm-restore-clusters-20261125120500",
      creationTimestamp: createdAt,
      labels: { [label.restoreCluster]: hub },
    },
    status: { phase: "Completed" },
  });
}

describe("how the old hub gets its backups back", () => {
  const schedule: BackupSchedule = {
    metadata: { name: "s", uid: "1" },
    spec: { veleroSchedule: "0 */4 * * *", paused: false },
  };
  const paused: BackupSchedule = { ...schedule, spec: { veleroSchedule: "0 */4 * * *", paused: true } };

  function wayOf(memory: OperationMemory, backupsOfNewHub: readonly BackupSummary[] | undefined): string {
    const facts = (id: string) => ({ id, version: acmVersion("2.15.0") });
    const context = {
      memory: () => ({ saved_backup_schedules: [schedule], ...memory }),
      hubs: { primary: facts("east"), secondary: facts("west") },
      // The decision asks for nothing else.
    } as unknown as BothHubsContext;
    const decided = decideReturn(
      { schedules: [paused], veleroSchedules: [], backupsOfNewHub, canPause: true },
      context,
    );
    return decided.way === "recreate" && decided.afterMarker ? "recreate after the marker" : decided.way;
  }

  const later = markerOf("west", "2026-11-25T12:05:00Z");

  test.each<[string, OperationMemory, readonly BackupSummary[] | undefined, string]>([
    ["only prepared", {}, [], "unpause"],
    ["only prepared, with a marker of an earlier switchover", {}, [later], "unpause"],
    ["only prepared, and the new hub is lost", {}, undefined, "unpause"],
    ["activated by a patch that has not ended", { activation }, [], "unpause"],
    ["activated, and the new hub says so", { activation }, [later], "recreate after the marker"],
    ["activated, and another hub says so", { activation }, [markerOf("north", "2026-11-25T12:05:00Z")], "unpause"],
    ["activated, and a marker from before", { activation }, [markerOf("west", "2026-11-25T11:00:00Z")], "unpause"],
    ["activated, and the new hub is lost", { activation }, undefined, "recreate after the marker"],
    [
      "activated by a Restore that had ended",
      { activation, archived_restores: [archived("passive", "Finished")] },
      [],
      "recreate after the marker",
    ],
    ["the data was restored, nothing was activated", { data_restore: data }, [later], "recreate after the marker"],
    [
      "the data was restored by a Restore that had ended",
      { data_restore: data, archived_restores: [archived("data", "FinishedWithErrors")] },
      [],
      "recreate after the marker",
    ],
    ["the first clusters moved, and the new hub says so", { selection }, [later], "recreate after the marker"],
    [
      "the first clusters moved, then the others, who left no marker",
      { selection, activation: rest },
      [later],
      "recreate after the marker",
    ],
    ["killed before the Restore of the first clusters was created", { selection: unseen }, [], "unpause"],
    [
      "killed before the Restore of the first clusters was seen",
      { selection: unseen },
      [later],
      "recreate after the marker",
    ],
    ["killed before the Restore was seen", { activation_plan: plan }, [later], "recreate after the marker"],
    ["killed before the Restore was created", { activation_plan: plan }, [], "unpause"],
  ])("%s", (_what, memory, backups, way) => {
    expect(wayOf(memory, backups)).toBe(way);
  });
});

describe("the Restores that a rollback takes away", () => {
  const restore = (name: string, uid: string, deletionTimestamp?: string): AcmRestore => ({
    metadata: { name, uid, ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }) },
  });
  const all = [
    restore("restore-acm-passive-sync", "passive"),
    restore("restore-acm-activate", "made"),
    restore("restore-acm-full", "data"),
    restore("another", "other"),
    restore("going", "going", "2026-11-25T12:00:00Z"),
  ];

  test.each<[string, OperationMemory, readonly string[]]>([
    ["those that are named so", {}, ["restore-acm-activate", "restore-acm-full"]],
    [
      "the one that was patched",
      { activation },
      ["restore-acm-passive-sync", "restore-acm-activate", "restore-acm-full"],
    ],
    [
      "the first of two stages, whatever its name",
      { data_restore: { ...data, uid: "other" } },
      ["restore-acm-activate", "restore-acm-full", "another"],
    ],
    [
      "one that this operation was deleting when it was killed",
      { archived_restores: [archived("going", "Enabled"), archived("passive", "Enabled")] },
      ["restore-acm-activate", "restore-acm-full", "going"],
    ],
  ])("%s", (_what, memory, names) => {
    expect(activationRestoresOf(all, memory).map(({ metadata }) => metadata.name)).toEqual(names);
  });
});
