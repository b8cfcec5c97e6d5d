import { describe, expect, test } from "@jest/globals";
import { leftOnNewHub, unfinishedOf } from "../../../../steps/switchover/phases/rollback/rollback-ending.ts";
import type { OperationMemory, RollbackMemory } from "../../../../steps/switchover/state/operation-memory.ts";

const paused = (hub: "primary" | "secondary") => ({
  hub,
  namespace: "gitops",
  name: "acm",
  original_sync_policy: { automated: {} },
  pause_applied: true,
});

function having(rollback: Partial<RollbackMemory>, memory: OperationMemory = {}): OperationMemory {
  return { ...memory, rollback: { scope: "full", ...rollback } };
}

const lost = { new_hub_unreachable: true } as const;

describe("what a rollback leaves on a new hub that does not answer", () => {
  test.each<[string, OperationMemory, readonly string[]]>([
    ["nothing where it answers", having({}, { argocd_paused_apps: [paused("secondary")] }), []],
    ["nothing where only the old hub was prepared", having({ ...lost, scope: "preparation" }), []],
    [
      "nothing of Applications on the old hub",
      having({ ...lost, scope: "preparation" }, { argocd_paused_apps: [paused("primary")] }),
      [],
    ],
    [
      "Applications that were paused there, although it was not activated",
      having({ ...lost, scope: "preparation" }, { argocd_paused_apps: [paused("secondary")] }),
      ["1 Argo CD Applications stay paused there"],
    ],
    ["its activation", having(lost), ["it may still activate its Restore"]],
    [
      "all of it",
      having(lost, { backup_schedule_enabled_at: "2026-11-25T12:00:00Z", auto_import_strategy_set: true }),
      ["its backups were not stopped", "it may still activate its Restore", "its auto-import strategy"],
    ],
  ])("%s", (_what, memory, expected) => {
    const left = leftOnNewHub(memory);
    expect(left).toHaveLength(expected.length);
    for (const [index, text] of expected.entries()) expect(left[index]).toContain(text);
  });
});

describe("how a rollback ends whose steps have all run", () => {
  const hanging = { hanging_restores: ["Restore r is still being deleted"] };
  const disconnected = { disconnected_clusters: ["c1"] };

  test.each<[string, OperationMemory, boolean, string | undefined]>([
    ["well", having({}), false, undefined],
    ["a lost hub", having(lost), false, "SW-RB-08"],
    ["a lost hub, accepted", having(lost), true, undefined],
    ["a deletion that hangs", having(hanging), false, "SW-RB-06"],
    ["a deletion that hangs cannot be accepted", having(hanging), true, "SW-RB-06"],
    ["a deletion that hung before the hub was lost, accepted", having({ ...hanging, ...lost }), true, undefined],
    ["clusters that are away", having(disconnected), false, "SW-RB-07"],
    ["clusters that are away, accepted", having(disconnected), true, undefined],
  ])("%s", (_what, memory, allowPartial, id) => {
    expect(unfinishedOf(memory, allowPartial)?.error.text.id).toBe(id);
  });

  test("what the new hub may still do lets the next rollback prove the old hub's schedule once more", () => {
    for (const memory of [having(lost), having(hanging)]) {
      expect(unfinishedOf(memory, false)?.steps).toContain("rb_enable_backup_schedule");
    }
  });
});
