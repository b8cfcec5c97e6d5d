import { describe, expect, test } from "@jest/globals";
import { FairleadError } from "../../../../steps/lib/errors/fairlead-error.ts";
import type { Seen, Wait } from "../../../../steps/lib/phase/types.ts";
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

function waits(): readonly [Wait, Wait] {
  const [restore, velero, ...more] = untilEnded(context, activation);
  if (restore === undefined || velero === undefined || more.length > 0) throw new Error("there are not two waits");
  return [restore, velero];
}

function look(wait: Wait, status: AcmRestoreStatus, velero: string): Seen["state"] {
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
  return wait.decide(live, { elapsedMs: 0, now: 0 }).state;
}

describe("an activation", () => {
  test("has a limit for ACM's Restore and one for Velero's, whose clock begins when the first has ended", () => {
    const [restore, velero] = waits();
    expect([restore.timeoutMs, velero.timeoutMs]).toEqual([600_000, 7_200_000]);
    const finished = { phase: "Finished", veleroManagedClustersRestoreName: clusters };
    expect(look(restore, { phase: "Running" }, "InProgress")).toBe("pending");
    expect(look(restore, finished, "InProgress")).toBe("done");
    expect(look(velero, finished, "InProgress")).toBe("pending");
    expect(look(velero, finished, "Completed")).toBe("done");
  });

  test("given the Enabled of before the patch, then the first wait goes on; a managed-clusters restore ends it", () => {
    const [restore] = waits();
    expect(look(restore, { phase: "Enabled" }, "InProgress")).toBe("pending");
    expect(look(restore, { phase: "Enabled", veleroManagedClustersRestoreName: clusters }, "InProgress")).toBe("done");
  });

  test("fails in the first wait where the Restore fails for good", () => {
    const [restore] = waits();
    const status = { phase: "FinishedWithErrors", veleroManagedClustersRestoreName: clusters };
    expect(look(restore, status, "Failed")).toBe("failed");
  });

  test("whose time is up names the limit that it reached", () => {
    const errors = waits().map((wait) => wait.onTimeout?.("phase Running"));
    const texts = errors.map((error) => (error instanceof FairleadError ? [error.exitCode, error.text.why] : error));
    expect(texts).toEqual([
      [5, "phase Running (tuning restoreWait: 600 s)"],
      [5, "phase Running (tuning veleroRestoreWait: 7200 s)"],
    ]);
  });
});
