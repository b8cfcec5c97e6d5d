import { describe, expect, test } from "@jest/globals";
import { acmVersion } from "../../../../steps/switchover/acm/acm-version.ts";
import type { ComponentState } from "../../../../steps/switchover/acm/backup-schedule.ts";
import type { BackupSchedule } from "../../../../steps/switchover/acm/hub-objects.ts";
import { fixBackupCollision } from "../../../../steps/switchover/phases/finalization/fix-backup-collision.ts";
import type { SwitchoverContext } from "../../../../steps/switchover/phases/switchover-context.ts";
import type { OperationMemory } from "../../../../steps/switchover/state/operation-memory.ts";

function schedule(uid: string, phase: string, paused = false): BackupSchedule {
  return {
    metadata: { name: "acm-hub-backup", namespace: "backup", uid },
    spec: { veleroSchedule: "0 */4 * * *", useManagedServiceAccount: true, paused },
    status: { phase, lastMessage: "Backup x, from cluster with id [old-hub] is using the same storage location." },
  };
}

function planned(existing: BackupSchedule | undefined, memory: OperationMemory, component: ComponentState = "enabled") {
  // What the planner of this step looks at; the waits that it plans are not begun.
  const context = {
    clients: { primary: { name: "primary" }, secondary: { name: "secondary" } },
    hubs: { secondary: { id: "new-hub", version: acmVersion("2.14.1") } },
    namespaces: { backup: "backup" },
    tuning: { scheduleDeleteWait: 1, scheduleHealthyWait: 1, deleteRequest: 1, errorGrace: 1 },
    memory: () => memory,
  } as unknown as SwitchoverContext;
  const schedules = existing === undefined ? [] : [existing];
  const seen = { schedules, veleroSchedules: [], backups: [], allowanceMs: 0, clockOffsetMs: 0, component };
  return fixBackupCollision.plan(seen, context);
}

/** The memory as a run leaves it that is killed right before it deletes the schedule. */
function afterRemembering(existing: BackupSchedule, memory: OperationMemory): OperationMemory {
  const plan = planned(existing, memory);
  if (plan.state !== "act") throw new Error(`the planner wants to be ${plan.state}`);
  const [first] = plan.actions;
  if (first?.kind !== "remember") throw new Error("the plan does not begin with its memory");
  return first.update(memory);
}

const replacing = {
  state: "act",
  note: "make BackupSchedule acm-hub-backup anew",
  actions: [{ kind: "remember" }, { kind: "write", change: { verb: "delete" } }, { kind: "wait" }],
};

describe("a schedule that is made anew by a run that is killed before it deletes it", () => {
  test("because it was there and paused: the next run makes it anew, and still may once more", () => {
    const existing = schedule("1", "Paused", true);
    const memory = afterRemembering(existing, {});
    expect(planned(existing, memory)).toMatchObject(replacing);
    expect(afterRemembering(existing, memory).created_schedule).toMatchObject({ recreations: 0 });
  });

  test("because it collided: the next run makes it anew, and does not take it for a second collision", () => {
    const existing = schedule("1", "BackupCollision");
    const before = { created_schedule: { name: "acm-hub-backup", recreations: 0, suppressed: {} } };
    const memory = afterRemembering(existing, before);
    expect(planned(existing, memory)).toMatchObject(replacing);
    expect(afterRemembering(existing, memory).created_schedule).toMatchObject({ recreations: 1 });
    expect(planned(schedule("2", "BackupCollision"), memory)).toMatchObject({
      state: "refused",
      error: { text: { id: "SW-FIN-07" } },
    });
  });
});

describe("K-42 while the component for import tokens is off", () => {
  const refused = { state: "refused", error: { text: { id: "SW-FIN-03" } } };

  test.each([
    ["that was there and paused", schedule("1", "Paused", true), {}],
    [
      "that collided",
      schedule("1", "BackupCollision"),
      { created_schedule: { name: "acm-hub-backup", recreations: 0, suppressed: {} } },
    ],
  ])("a schedule %s is not made anew: neither deleted nor created", (_what, existing, memory) => {
    expect(planned(existing, memory, "disabled")).toMatchObject(refused);
    expect(planned(existing, memory)).toMatchObject(replacing);
  });

  test("one that a killed run has deleted is not created", () => {
    const memory = afterRemembering(schedule("1", "Paused", true), {});
    expect(planned(undefined, memory, "disabled")).toMatchObject(refused);
    expect(planned(undefined, memory)).toMatchObject({ state: "act", note: "create BackupSchedule acm-hub-backup" });
  });

  const tokenless = (): BackupSchedule => {
    const { spec, ...rest } = schedule("1", "Paused", true);
    return { ...rest, spec: { ...spec, veleroSchedule: "@daily", useManagedServiceAccount: false } };
  };

  test("one that makes no tokens is made anew all the same, with a warning before it is deleted", () => {
    expect(planned(tokenless(), {}, "disabled")).toMatchObject({
      state: "act",
      actions: [
        { kind: "warn", message: expect.stringContaining("every import token of the new hub is deleted") },
        { kind: "remember" },
        { kind: "write", change: { verb: "delete" } },
        { kind: "wait" },
      ],
    });
  });

  test("one that makes no tokens is not made anew where the old hub's made them: it would have to make them too", () => {
    const memory = { saved_backup_schedules: [schedule("0", "Enabled")] };
    expect(planned(tokenless(), memory, "disabled")).toMatchObject(refused);
    expect(afterRemembering(tokenless(), memory).schedule_to_create?.spec).toMatchObject({
      veleroSchedule: "@daily",
      useManagedServiceAccount: true,
    });
  });
});
