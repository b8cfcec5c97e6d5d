import { describe, expect, test } from "@jest/globals";
import type { Seen } from "../../../../steps/lib/phase/types.ts";
import { onNewHub } from "../../../../steps/switchover/phases/schedules/schedule-role.ts";
import { watchSchedule } from "../../../../steps/switchover/phases/schedules/watch-schedule.ts";
import { waitingContext } from "./waiting-context.ts";

type Look = (seconds: number, phase: string, lastMessage?: string) => Seen["state"];

/** A wait for the proof of a schedule, by what it says after so many seconds. */
function waiting(allowanceMs = 0): Look {
  const [watch] = watchSchedule(waitingContext, onNewHub, { allowanceMs, clockOffsetMs: 0 });
  if (watch?.kind !== "wait") throw new Error("the schedule is not waited for");
  return (seconds, phase, lastMessage = "") => {
    const schedules = [{ metadata: { name: "acm-hub-backup" }, status: { phase, lastMessage } }];
    const time = { elapsedMs: seconds * 1000, now: seconds * 1000 };
    return watch.wait.decide({ schedules, veleroSchedules: [], backups: [] }, time).state;
  };
}

describe("the wait for the proof of a schedule", () => {
  test.each(["Failed", "FailedValidation"])(
    "given it is %s late, then that is tolerated for 120 s from there",
    (phase) => {
      const look = waiting();
      expect(look(1, "Enabled")).toBe("pending");
      expect(look(200, phase, "no storage")).toBe("pending");
      expect(look(319, phase, "no storage")).toBe("pending");
      expect(look(320, phase, "no storage")).toBe("failed");
    },
  );

  test("given it was good in between, then the tolerance begins anew", () => {
    const look = waiting();
    expect(look(0, "Failed")).toBe("pending");
    expect(look(100, "Enabled")).toBe("pending");
    expect(look(130, "Failed")).toBe("pending");
    expect(look(249, "Failed")).toBe("pending");
    expect(look(250, "Failed")).toBe("failed");
  });

  test("given the operator is slow, then the tolerance is longer by what it may take", () => {
    const look = waiting(60_000);
    expect(look(0, "Failed")).toBe("pending");
    expect(look(179, "Failed")).toBe("pending");
    expect(look(180, "Failed")).toBe("failed");
  });
});
