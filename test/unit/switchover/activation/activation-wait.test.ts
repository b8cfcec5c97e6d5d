import { describe, expect, test } from "@jest/globals";
import type { Seen } from "../../../../steps/lib/phase/types.ts";
import { summariseVeleroRestore } from "../../../../steps/switchover/acm/acm-restore.ts";
import { untilEnded } from "../../../../steps/switchover/phases/activation/activation-wait.ts";
import type { SwitchoverContext } from "../../../../steps/switchover/phases/switchover-context.ts";
import { waitingContext } from "../finalization/waiting-context.ts";

const clusters = "r-acm-managed-clusters-schedule-20260301080000";
const activation = { restoreName: "r", restoreUid: "uid-1", expectedManagedClustersBackup: "b", appliedAt: 0 };
const context = { ...waitingContext, settings: { allowPartialRestore: false } } as SwitchoverContext;

type Look = (seconds: number, phase: string, velero: readonly string[]) => Seen;

/** A wait for an activation whose Restore names the restore of the clusters, by which Velero Restores are there. */
function waiting(): Look {
  const wait = untilEnded(context, activation);
  return (seconds, phase, velero) => {
    const status = { phase, veleroManagedClustersRestoreName: clusters };
    const restores = [{ metadata: { name: "r", uid: "uid-1" }, status }];
    const veleroRestores = velero.map((name) =>
      summariseVeleroRestore({ metadata: { name }, status: { phase: "Completed" } }),
    );
    const time = { elapsedMs: seconds * 1000, now: seconds * 1000 };
    return wait.decide({ restores, veleroRestores, storage: [], velero: [] }, time);
  };
}

describe("the wait for an activation whose managed-clusters Velero Restore is gone", () => {
  test("gives it time to be seen, as a name can be seen before what it names", () => {
    const look = waiting();
    expect(look(1, "Finished", []).state).toBe("pending");
    expect(look(2, "Finished", [clusters]).state).toBe("done");
  });

  test("ends with an error that names what is missing, and what is to be done", () => {
    const look = waiting();
    expect(look(0, "Finished", []).state).toBe("pending");
    expect(look(119, "Finished", []).state).toBe("pending");
    expect(look(120, "Finished", [])).toMatchObject({
      state: "failed",
      error: {
        text: {
          id: "SW-ACT-21",
          what: "Restore r ended, and nothing proves that it activated the clusters",
          why: expect.stringContaining(`Velero Restore ${clusters}, which the status names for the managed clusters`),
          fix: expect.stringContaining("use rollback to return to the old hub"),
        },
      },
    });
  });

  test("takes one back that is active still and could activate later", () => {
    const look = waiting();
    look(0, "Enabled", []);
    expect(look(120, "Enabled", [])).toMatchObject({ state: "failed", error: { text: { id: "SW-ACT-12" } } });
  });
});
