import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  decideRollback,
  type RollbackRequest,
  rollbackScope,
} from "../../../../steps/switchover/state/decide-rollback.ts";
import { decideStart, type StartDecision } from "../../../../steps/switchover/state/decide-start.ts";
import type { OperationMemory } from "../../../../steps/switchover/state/operation-memory.ts";
import {
  freshDocument,
  runnablePhases,
  type StateDocument,
  type StoredHub,
} from "../../../../steps/switchover/state/state-document.ts";

const at = "2026-11-25T12:00:00Z";
const hub = (id: string): StoredHub => ({ id, api: `https://${id}.example.com:6443`, acmVersion: "2.14.1" });
const hubs = { primary: hub("east"), secondary: hub("west") };
const request: RollbackRequest = { hubs, force: false };

function state(changes: Partial<StateDocument> = {}, oldHubAction = "secondary"): StateDocument {
  const parameters = { method: "passive", activationMethod: "patch", oldHubAction };
  const contexts = { primary: "", secondary: "" };
  const fresh = freshDocument({ toolVersion: "1.0.0", operationId: "drill", contexts, hubs, parameters, at });
  return { ...fresh, ...changes };
}

const having = (...steps: readonly string[]): Partial<StateDocument> => ({
  current_phase: "finalization",
  completed_steps: steps.map((name) => ({ name, timestamp: at })),
});
const failedIn = (phase: string, step: string): Partial<StateDocument> => ({
  current_phase: "failed",
  errors: [{ error: "it broke", phase, step, timestamp: at }],
});
const begunRollback: Partial<StateDocument> = { config: { rollback: { scope: "full" } } };

function outcome(decision: StartDecision): readonly [string, string] {
  if (decision.decision === "refuse") {
    const { id, what, why, fix } = decision.error.text;
    return [`refuse ${id} (exit ${decision.error.exitCode})`, `${what}; ${why}; ${fix}`];
  }
  return [decision.decision, decision.notice ?? ""];
}

describe("what a rollback does with the state that it finds", () => {
  test.each<[string, StateDocument | undefined, Partial<RollbackRequest>, string, string]>([
    ["no state", undefined, {}, "refuse SW-RB-01 (exit 4)", "give the operation-id"],
    [
      "the pause of Argo CD by itself",
      state({ operation: "argocd-pause" }),
      {},
      "refuse SW-ARGO-05 (exit 4)",
      "another operation-id",
    ],
    ["the state of a dry run", state({ dry_run: true }), {}, "refuse SW-STATE-07 (exit 4)", "dry run"],
    [
      "other hubs",
      state(having("pause_backup_schedule")),
      { hubs: { primary: hub("a"), secondary: hub("b") } },
      "refuse SW-STATE-02 (exit 4)",
      "other hubs",
    ],
    ["a preparation", state(having("pause_backup_schedule")), {}, "resume", "rolling back from phase finalization"],
    ["an activation that failed", state(failedIn("activation", "wait_restore_completion")), {}, "resume", "failed"],
    [
      "A-68 backups on at the new hub",
      state(having("enable_backup_schedule")),
      {},
      "refuse SW-RB-03 (exit 4)",
      "reverse switchover",
    ],
    ["A-68 the same, forced", state(having("enable_backup_schedule")), { force: true }, "resume", ""],
    [
      "an old hub whose removal began before it was declared down, forced",
      state({ ...failedIn("finalization", "handle_old_hub"), config: { old_hub_removal: "begun" } }, "none"),
      { force: true },
      "refuse SW-RB-02 (exit 4)",
      "old-hub-action decommission",
    ],
    [
      "the old hub made a secondary, forced",
      state(having("enable_backup_schedule", "handle_old_hub")),
      { force: true },
      "refuse SW-RB-02 (exit 4)",
      "reverse switchover",
    ],
    [
      "the old hub left alone, forced",
      state(having("enable_backup_schedule", "handle_old_hub"), "none"),
      { force: true },
      "resume",
      "",
    ],
    [
      "a decommission that may have begun, forced",
      state(having("enable_backup_schedule", "verify_mch_health"), "decommission"),
      { force: true },
      "refuse SW-RB-02 (exit 4)",
      "decommission",
    ],
    [
      "a decommission that failed, forced",
      state({ ...having("enable_backup_schedule"), ...failedIn("finalization", "handle_old_hub") }, "decommission"),
      { force: true },
      "refuse SW-RB-02 (exit 4)",
      "decommission",
    ],
    [
      "one rolled back",
      state({ current_phase: "rolled_back", ...begunRollback }),
      {},
      "nothing-to-do",
      "already rolled back",
    ],
    [
      "a forced rollback that failed, not forced again",
      state({ ...having("enable_backup_schedule"), ...failedIn("rollback", "rb_verify"), ...begunRollback }),
      {},
      "resume",
      "resuming the rollback",
    ],
  ])("%s", (_what, found, asked, decides, says) => {
    const [decision, text] = outcome(decideRollback(found, { ...request, ...asked }));
    expect(decision).toBe(decides);
    expect(text).toContain(says);
  });

  const document = fc
    .record({
      phase: fc.constantFrom(...runnablePhases, "failed", "completed", "rollback", "rolled_back", "init"),
      steps: fc.subarray([
        "pause_backup_schedule",
        "activate_managed_clusters",
        "enable_backup_schedule",
        "verify_mch_health",
        "handle_old_hub",
      ]),
      action: fc.constantFrom("secondary", "decommission", "none"),
      begun: fc.boolean(),
    })
    .map(({ phase, steps, action, begun }) =>
      state({ ...having(...steps), current_phase: phase, ...(begun ? begunRollback : {}) }, action),
    );

  test("never begins without force once the new hub makes backups, nor ever once the old hub follows it", () => {
    fc.assert(
      fc.property(document, fc.boolean(), (found, force) => {
        const { decision } = decideRollback(found, { ...request, force });
        const recorded = found.completed_steps.map(({ name }) => name);
        const begins = decision === "resume" && found.config.rollback === undefined;
        if (recorded.includes("enable_backup_schedule") && !force) expect(begins).toBe(false);
        if (recorded.includes("handle_old_hub") && found.parameters.oldHubAction !== "none") expect(begins).toBe(false);
        expect(decision).not.toBe("fresh");
      }),
    );
  });

  test("that has begun goes on with or without force, and a switchover never does", () => {
    fc.assert(
      fc.property(document, fc.boolean(), (found, force) => {
        if (found.config.rollback === undefined || found.current_phase === "rolled_back") return;
        expect(decideRollback(found, { ...request, force }).decision).toBe("resume");
        for (const phase of ["rollback", "rolled_back"] as const) {
          const asked = { hubs, parameters: found.parameters, force, staleHours: 6 };
          expect(decideStart({ ...found, current_phase: phase }, asked, Date.parse(at)).decision).toBe("refuse");
        }
      }),
    );
  });
});

describe("what has to be undone", () => {
  const activation = { restoreName: "r", restoreUid: "1", expectedManagedClustersBackup: "b", appliedAt: 1 };
  const archived = {
    name: "r",
    namespace: "b",
    uid: "1",
    archived_at: at,
    phase: "Enabled",
    last_message: "",
    spec: null,
  };
  const order = {
    stage: "data",
    restoreName: "restore-acm-full",
    names: { managedClusters: "skip", credentials: "latest", resources: "latest" },
    expectedManagedClustersBackup: "b",
    marker: "m",
  } as const;
  const data = { name: "restore-acm-full", uid: "2", appliedAt: 1, ended: true };
  test.each<[string, OperationMemory, string]>([
    ["nothing was begun", {}, "preparation"],
    [
      "the passive Restore was only looked at",
      {
        passive_snapshot: {
          name: "r",
          namespace: "b",
          labels: {},
          annotations: {},
          spec: {
            veleroManagedClustersBackupName: "skip",
            veleroCredentialsBackupName: "latest",
            veleroResourcesBackupName: "latest",
            cleanupBeforeRestore: "None",
          },
        },
      },
      "preparation",
    ],
    ["it was activated", { activation }, "full"],
    [
      "a Restore was decided on, and may have been created before the run was killed",
      { activation_plan: order },
      "full",
    ],
    ["the first of two stages was begun", { data_restore: data }, "full"],
    ["an activation was taken back", { abandoned_activation: { uid: "1", phase: "Error", lastMessage: "" } }, "full"],
    ["a Restore was deleted", { archived_restores: [archived] }, "full"],
  ])("%s", (_what, memory, scope) => {
    expect(rollbackScope(memory)).toBe(scope);
  });
});
