import { describe, expect, test } from "@jest/globals";
import { veleroScheduleName } from "../../../../steps/switchover/acm/constants.ts";
import { recreateSchedule } from "../../../../steps/switchover/phases/schedules/prove-schedule.ts";
import { onNewHub } from "../../../../steps/switchover/phases/schedules/schedule-role.ts";
import { waitingContext } from "./waiting-context.ts";

const schedule = {
  metadata: { name: "acm-hub-backup", namespace: "backup", uid: "1" },
  spec: { veleroSchedule: "0 */4 * * *" },
};
const another = { ...schedule, metadata: { ...schedule.metadata, name: "another", uid: "2" } };
const ofUid = (ownerUid: string) => [{ name: veleroScheduleName.credentials, paused: false, ownerUid, createdAt: 0 }];

function lookAfterDeletion(schedules: readonly object[], veleroSchedules: readonly object[]) {
  const plan = recreateSchedule(schedule, waitingContext, onNewHub);
  const last = plan.state === "act" ? plan.actions.at(-1) : undefined;
  if (last?.kind !== "wait") throw new Error("the deletion is not waited for");
  return last.wait.decide({ schedules, veleroSchedules }, { elapsedMs: 0, now: 0 });
}

describe("A-87 the wait for the deletion of a schedule that is made anew", () => {
  test("given a finalizer holds it, then it goes on and names it, though its Velero Schedules have an owner", () => {
    expect(lookAfterDeletion([schedule], ofUid("1"))).toEqual({
      state: "pending",
      note: "still there: BackupSchedule acm-hub-backup",
    });
  });

  test("given only its Velero Schedules are left, then it goes on and names them", () => {
    expect(lookAfterDeletion([], ofUid("1"))).toEqual({
      state: "pending",
      note: `still there: ${veleroScheduleName.credentials}`,
    });
  });

  test("given all of it is gone, then it ends, whatever else is there", () => {
    expect(lookAfterDeletion([another], ofUid("2"))).toMatchObject({ state: "done" });
  });
});
