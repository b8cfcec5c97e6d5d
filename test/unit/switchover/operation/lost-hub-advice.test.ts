import { describe, expect, test } from "@jest/globals";
import { defaultNamespaces } from "../../../../steps/switchover/acm/namespaces.ts";
import { lostHubActions, omissionTable } from "../../../../steps/switchover/operation/lost-hub-advice.ts";

const prepared = ["pause_backup_schedule", "disable_auto_import", "scale_down_thanos"];

function document(steps: readonly string[], current_phase: "completed" | "failed" = "completed", isLost = true) {
  const config = isLost ? { primary_unreachable: true as const } : {};
  return { config, current_phase, completed_steps: steps.map((name) => ({ name, timestamp: "" })) };
}

const text = (...args: Parameters<typeof document>): string =>
  lostHubActions(document(...args), { ...defaultNamespaces, backup: "my-backup" }).join("\n");

describe("A-73 what a report says of a hub that was declared down", () => {
  test("is nothing where none was", () => {
    expect(omissionTable(document([], "completed", false))).toEqual([]);
    expect(text([], "completed", false)).toBe("");
  });

  test("names each thing that was left out, and the danger first", () => {
    expect(omissionTable(document([]))[0]?.rows.map(([step]) => step)).toEqual([...prepared, "handle_old_hub"]);
    expect(text([])).toMatch(/^Danger: .*\n.*its BackupSchedule was not paused.*-n my-backup/);
  });

  test("leaves out what had been done before the hub was lost", () => {
    expect(omissionTable(document(prepared))[0]?.rows.map(([step]) => step)).toEqual(["handle_old_hub"]);
    expect(text(prepared)).not.toContain("Danger");
    expect(text(["pause_backup_schedule"])).not.toContain("patch --type merge");
    expect(text(["pause_backup_schedule"])).toContain("disable-auto-import=");
  });

  test("names the way to make a standby of it, as a Restore that the API server takes", () => {
    const [, json = ""] = /oc create -f - <<< '(.*)'/.exec(text(prepared)) ?? [];
    expect(JSON.parse(json)).toMatchObject({
      metadata: { name: "restore-acm-passive-sync", namespace: "my-backup" },
      spec: { veleroManagedClustersBackupName: "skip", syncRestoreWithNewBackups: true },
    });
  });

  test("before the end says how the operation itself makes up for it", () => {
    expect(text([], "failed")).toContain("start again without primary-unreachable");
    expect(text([], "failed")).not.toContain("decommission");
  });
});
