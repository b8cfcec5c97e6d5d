import { describe, expect, test } from "@jest/globals";
import type { BackupSummary, RestorableType } from "../../../../steps/switchover/acm/backup.ts";
import { seesNewHub } from "../../../../steps/switchover/phases/finalization/standby-waits.ts";

const prefixes: Readonly<Record<RestorableType, string>> = {
  managedClusters: "acm-managed-clusters-schedule",
  credentials: "acm-credentials-schedule",
  resources: "acm-resources-schedule",
  resourcesGeneric: "acm-resources-generic-schedule",
};

function backup(type: RestorableType, producer: "old" | "new"): BackupSummary {
  const minute = producer === "old" ? 1 : 2;
  const time = Date.UTC(2026, 0, 1, 0, minute);
  return {
    name: `${prefixes[type]}-202601010${minute}0000`,
    owner: { kind: "schedule", type, by: "label" },
    phase: "Completed",
    createdAt: time,
    startedAt: time,
    completedAt: time + 1_000,
    storageLocation: "default",
    producer,
    errors: 0,
    warnings: 0,
  };
}

const passive = ["credentials", "resources", "resourcesGeneric"] as const;
const ofOldHub = passive.map((type) => backup(type, "old"));

describe("a passive Restore on the old hub is made for the new hub's backups", () => {
  test("once all three that it restores have arrived", () => {
    expect(seesNewHub([...ofOldHub, ...passive.map((type) => backup(type, "new"))], "new")).toBe(true);
  });

  test.each(passive)("and not before the one of %s has: the old hub's own would be restored, and kept", (missing) => {
    const arrived = passive.filter((type) => type !== missing).map((type) => backup(type, "new"));
    expect(seesNewHub([...ofOldHub, ...arrived], "new")).toBe(false);
  });

  test("where there are no generic ones at all, without them", () => {
    expect(seesNewHub([backup("credentials", "new"), backup("resources", "new")], "new")).toBe(true);
  });
});
