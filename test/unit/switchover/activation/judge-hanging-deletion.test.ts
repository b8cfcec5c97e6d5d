import { describe, expect, test } from "@jest/globals";
import type { VeleroRestoreSummary } from "../../../../steps/switchover/acm/acm-restore.ts";
import { judgeHangingDeletion } from "../../../../steps/switchover/phases/activation/stop-activation.ts";

function veleroRestore(phase: string): VeleroRestoreSummary {
  return {
    name: "restore-1",
    phase,
    backupName: "acm-managed-clusters-schedule-20260101000000",
    scheduleName: "acm-managed-clusters-schedule",
    ownerUid: "1",
    createdAt: 0,
    validationErrors: [],
    errors: 0,
    warnings: 0,
    itemsRestored: 0,
    totalItems: 0,
  };
}

describe("an activation whose Restore is being deleted and does not go", () => {
  test.each([
    ["was never made", undefined],
    ["is gone before Velero looked at it", veleroRestore("")],
    ["is gone before Velero began it", veleroRestore("New")],
  ])("is stopped for good where the managed-clusters restore %s", (_what, before) => {
    expect(judgeHangingDeletion(before, undefined)).toContain("the activation is stopped for good");
  });

  test("may have happened where Velero had begun that restore", () => {
    expect(judgeHangingDeletion(veleroRestore("InProgress"), undefined)).toBe(
      "restore-1 had begun: clusters may have been activated; look at the clusters of the new hub",
    );
  });

  test.each([
    ["", "Velero Restore restore-1 is without a phase: the clusters may still be activated"],
    ["InProgress", "Velero Restore restore-1 is InProgress: the clusters may still be activated"],
  ])("may still happen while that restore is there in phase '%s'", (phase, says) => {
    expect(judgeHangingDeletion(veleroRestore(""), veleroRestore(phase))).toContain(says);
  });
});
