import { describe, expect, test } from "@jest/globals";
import { summariseVeleroRestore } from "../../../../steps/switchover/acm/acm-restore.ts";
import type { AcmRestoreStatus } from "../../../../steps/switchover/acm/hub-objects.ts";
import { judgeActivation } from "../../../../steps/switchover/phases/activation/judge-activation.ts";

const ours = "uid-1";
const appliedAt = Date.parse("2026-03-01T12:00:00Z");
const clusters = "r-acm-managed-clusters-schedule-20260301080000";
const credentials = "r-acm-credentials-schedule-20260301080000";
/** In no field of the status, as from ACM 2.17. */
const unnamed = `${credentials}-active`;

interface Part {
  readonly name: string;
  readonly phase?: string;
  readonly errors?: number;
  /** Made by another Restore. */
  readonly owner?: string;
  readonly createdAt?: string;
}

function veleroRestore({ name, phase = "Completed", errors = 0, owner = ours, createdAt }: Part) {
  const apiVersion = "cluster.open-cluster-management.io/v1beta1";
  return summariseVeleroRestore({
    metadata: {
      name,
      creationTimestamp: createdAt ?? "2026-03-01T12:00:05Z",
      ownerReferences: [{ apiVersion, kind: "Restore", name: "r", uid: owner, controller: true }],
    },
    status: { phase, errors },
  });
}

/** The activation through one Restore. Its status names the restore of the clusters, unless it says otherwise. */
function judge(status: AcmRestoreStatus, parts: readonly Part[], allowPartial = false) {
  return judgeActivation({
    restore: {
      metadata: { name: "r", uid: ours },
      status: { veleroManagedClustersRestoreName: clusters, ...status },
    },
    veleroRestores: parts.map(veleroRestore),
    activation: { restoreUid: ours, appliedAt },
    allowPartial,
  });
}

const whole: readonly Part[] = [{ name: clusters }, { name: credentials }];

describe("an activation", () => {
  test("has ended where the Restore and all its Velero Restores have", () => {
    expect(judge({ phase: "Finished" }, whole)).toEqual({ state: "complete", warnings: [] });
  });

  test("K-05 has not begun while the Restore still shows the Enabled of before", () => {
    const passive = { phase: "Enabled", veleroManagedClustersRestoreName: "" };
    expect(judge(passive, [{ name: credentials }])).toMatchObject({
      state: "running",
      note: "the operator has not looked at the activation yet",
    });
  });

  test.each(["Finalizing", "WaitingForPluginOperations", "InProgress", "", "AnyNewOne"])(
    "K-03 / K-05 goes on at Finished while any Velero Restore of it is in phase %j",
    (phase) => {
      for (const name of [clusters, credentials, unnamed]) {
        const parts = [...whole.filter((one) => one.name !== name), { name, phase }];
        expect(judge({ phase: "Finished" }, parts)).toMatchObject({ state: "running" });
      }
    },
  );

  test("K-05 goes by its own Velero Restores alone", () => {
    const others: readonly Part[] = [
      { name: "by-another", phase: "InProgress", owner: "uid-2" },
      { name: "of-the-passive-sync", phase: "Failed", createdAt: "2026-03-01T11:00:00Z" },
    ];
    expect(judge({ phase: "Finished" }, [...whole, ...others])).toMatchObject({ state: "complete" });
  });

  test("A-32 is none where no managed-clusters restore was made", () => {
    const finished = { phase: "Finished", veleroManagedClustersRestoreName: "" };
    expect(judge(finished, [{ name: credentials }])).toMatchObject({ state: "nothing-yet" });
  });

  test.each(["Finished", "FinishedWithErrors"])(
    "K-05 proves nothing at %s where the Velero Restore that its status names for the clusters is gone",
    (phase) => {
      const note = `Velero Restore ${clusters}, which the status names for the managed clusters, is not there any more`;
      const known = ["managed cluster c1 already available"];
      const parts: readonly Part[] = [{ name: credentials }];
      for (const allowed of [false, true]) {
        expect(judge({ phase, messages: known }, parts, allowed)).toEqual({ state: "gone", note, stillActive: false });
      }
    },
  );

  test("has ended where another one that its status names is gone, and says so", () => {
    const status = { phase: "Finished", veleroCredentialsRestoreName: credentials };
    expect(judge(status, [{ name: clusters }])).toEqual({
      state: "complete",
      warnings: [`Velero Restore ${credentials}, which the status names for the credentials, is not there any more`],
    });
  });

  test("proves nothing at Enabled where that one is gone, and is active still", () => {
    expect(judge({ phase: "Enabled" }, [{ name: credentials }])).toMatchObject({ state: "gone", stillActive: true });
  });

  test("goes on while another of its Velero Restores does, though that one is gone", () => {
    const parts: readonly Part[] = [{ name: credentials, phase: "InProgress" }];
    expect(judge({ phase: "Finished" }, parts)).toMatchObject({ state: "running" });
  });

  test.each([
    ["Failed", 0],
    ["FailedValidation", 0],
    ["PartiallyFailed", 3],
  ])(
    "K-03 / K-06 / K-07 has failed where a Velero Restore ended %s with %d errors, whatever the Restore says",
    (phase, errors) => {
      const available = ["managed cluster c1 already available", "managed cluster c2 already available"];
      for (const status of [{ phase: "Finished" }, { phase: "FinishedWithErrors", messages: available }]) {
        for (const name of [clusters, credentials, unnamed]) {
          const parts = [...whole.filter((one) => one.name !== name), { name, phase, errors }];
          expect(judge(status, parts)).toMatchObject({
            state: "failed",
            why: expect.stringContaining(`${name} is ${phase}`),
            stillActive: false,
          });
        }
      }
    },
  );

  test("K-06 may lack a part where that is allowed, and says so", () => {
    const parts = [{ name: clusters }, { name: credentials, phase: "PartiallyFailed", errors: 3 }];
    expect(judge({ phase: "Finished" }, parts, true)).toMatchObject({
      state: "complete",
      warnings: [`Velero Restore ${credentials} is PartiallyFailed (3 errors)`],
    });
    expect(judge({ phase: "Finished" }, [...parts, { name: unnamed, phase: "Failed" }], true)).toMatchObject({
      state: "failed",
    });
  });

  test("K-07 that the operator calls EnabledWithErrors has failed, and may activate later by itself", () => {
    const parts = [{ name: clusters, phase: "Failed" }, { name: credentials }];
    expect(judge({ phase: "EnabledWithErrors", lastMessage: "a restore failed" }, parts)).toMatchObject({
      state: "failed",
      stillActive: true,
    });
  });
});
