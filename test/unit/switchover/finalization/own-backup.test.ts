import { describe, expect, test } from "@jest/globals";
import { hasOwnBackup } from "../../../../steps/switchover/phases/schedules/watch-schedule.ts";
import { backupOf } from "../acm/backups.ts";

const since = { enabledAt: Date.parse("2026-11-24T12:00:00.600Z") };

describe("the new hub's first own backup", () => {
  test("counts when it began in the very second in which the schedule was made", () => {
    const backup = backupOf("resources", { stamp: "20261124120000", started: "2026-11-24T12:00:00Z" });
    expect(hasOwnBackup([backup], "hub-a", since)).toBe(true);
  });

  test("does not count when it began before, or when another hub has made a newer one", () => {
    const old = backupOf("resources", { stamp: "20261124115958", started: "2026-11-24T11:59:58Z" });
    const own = backupOf("resources", { stamp: "20261124120001", started: "2026-11-24T12:00:01Z" });
    const foreign = backupOf("resources", {
      stamp: "20261124120002",
      started: "2026-11-24T12:00:02Z",
      producer: "hub-b",
    });
    expect(hasOwnBackup([old], "hub-a", since)).toBe(false);
    expect(hasOwnBackup([own, foreign], "hub-a", since)).toBe(false);
  });
});
