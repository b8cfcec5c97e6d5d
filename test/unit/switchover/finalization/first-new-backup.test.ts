import { describe, expect, test } from "@jest/globals";
import { firstNewBackup } from "../../../../steps/switchover/phases/finalization/verify-new-backups.ts";
import { type BackupFacts, backupOf } from "../acm/backups.ts";

const since = { enabledAt: Date.parse("2026-11-24T12:00:00Z") };
const inMinute = (minute: number, facts: Omit<BackupFacts, "stamp" | "started"> = {}) => {
  const two = String(minute).padStart(2, "0");
  return backupOf("managedClusters", { stamp: `2026112412${two}00`, started: `2026-11-24T12:${two}:00Z`, ...facts });
};

describe("the new hub's first backup of the managed clusters", () => {
  test("A-49 given one with errors and later whole ones, when it is looked for, then the earliest whole one counts", () => {
    const broken = inMinute(1, { errors: 2 });
    const whole = inMinute(2);
    expect(firstNewBackup([inMinute(3), whole, broken], "hub-a", since)).toEqual(whole);
  });

  test.each(["PartiallyFailed", "Failed"])("A-49 given one that is %s, then a later one that runs counts", (phase) => {
    const running = inMinute(2, { phase: "InProgress" });
    expect(firstNewBackup([inMinute(1, { phase }), running], "hub-a", since)).toEqual(running);
  });

  test("A-49 given only one with errors, then that is judged", () => {
    const broken = inMinute(1, { errors: 2 });
    expect(firstNewBackup([broken], "hub-a", since)).toEqual(broken);
  });
});
