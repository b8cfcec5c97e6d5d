import { describe, expect, test } from "@jest/globals";
import { FairleadError } from "../../../../steps/lib/errors/fairlead-error.ts";
import type { Seen } from "../../../../steps/lib/phase/types.ts";
import type { AcmRestoreStatus } from "../../../../steps/switchover/acm/hub-objects.ts";
import { untilEnded } from "../../../../steps/switchover/phases/activation/activation-wait.ts";
import type { SwitchoverContext } from "../../../../steps/switchover/phases/switchover-context.ts";
import { tuningDefaults } from "../../../../steps/switchover/tuning.schema.ts";
import { waitingContext } from "../finalization/waiting-context.ts";

const activation = {
  restoreName: "restore-acm-activate",
  restoreUid: "uid-1",
  expectedManagedClustersBackup: "b",
  appliedAt: 0,
};
const clusters = "r-acm-managed-clusters-schedule-20260301080000";
// Waits ask for nothing else before they begin.
const context = {
  ...waitingContext,
  settings: { allowPartialRestore: false },
  tuning: { ...tuningDefaults, restoreWait: 600, veleroRestoreWait: 7_200 },
} as unknown as SwitchoverContext;

const wait = untilEnded(context, activation);

function look(status: AcmRestoreStatus, velero: string): Seen {
  const restores = [{ metadata: { name: "restore-acm-activate", uid: "uid-1" }, status }];
  const part = {
    name: clusters,
    phase: velero,
    backupName: "",
    scheduleName: "",
    ownerUid: "uid-1",
    createdAt: 1,
    validationErrors: [],
    errors: 0,
    warnings: 0,
    itemsRestored: 0,
    totalItems: 0,
  };
  const live = { restores, veleroRestores: [part], storage: [], velero: [] };
  return wait.decide(live, { elapsedMs: 0, now: 0 });
}

const finished = { phase: "Finished", veleroManagedClustersRestoreName: clusters };
const veleroPart = { name: "veleroRestoreWait", timeoutMs: 7_200_000 };

describe("an activation", () => {
  test("has a limit for ACM's Restore and one for Velero's, whose clock begins when the first has ended", () => {
    expect(wait.timeoutMs).toBe(600_000);
    const running = look({ phase: "Running" }, "InProgress");
    expect(running).toMatchObject({ state: "pending" });
    expect(running).not.toHaveProperty("part");
    expect(look(finished, "InProgress")).toMatchObject({ state: "pending", part: veleroPart });
    expect(look(finished, "Completed")).toMatchObject({ state: "done" });
  });

  test("given the Enabled of before the patch, then the first limit holds; a managed-clusters restore ends it", () => {
    expect(look({ phase: "Enabled" }, "InProgress")).not.toHaveProperty("part");
    const named = { phase: "Enabled", veleroManagedClustersRestoreName: clusters };
    expect(look(named, "InProgress")).toMatchObject({ state: "pending", part: veleroPart });
  });

  test("fails at once where the Restore fails for good", () => {
    const status = { phase: "FinishedWithErrors", veleroManagedClustersRestoreName: clusters };
    expect(look(status, "Failed").state).toBe("failed");
  });

  test("whose time is up names the limit that it reached", () => {
    const errors = [wait.onTimeout?.("phase Running"), wait.onTimeout?.("phase Finished", "veleroRestoreWait")];
    const texts = errors.map((error) => (error instanceof FairleadError ? [error.exitCode, error.text.why] : error));
    expect(texts).toEqual([
      [5, "phase Running (tuning restoreWait: 600 s)"],
      [5, "phase Finished (tuning veleroRestoreWait: 7200 s)"],
    ]);
  });
});
