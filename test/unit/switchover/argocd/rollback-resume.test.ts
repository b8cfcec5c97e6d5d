import { describe, expect, test } from "@jest/globals";
import type { ApplicationSummary } from "../../../../steps/switchover/argocd/application.ts";
import { rbResumeArgocd } from "../../../../steps/switchover/phases/rollback/resume-argocd.ts";
import type { SwitchoverContext } from "../../../../steps/switchover/phases/switchover-context.ts";
import type { OperationMemory, PausedApplication } from "../../../../steps/switchover/state/operation-memory.ts";

const runId = "0123456789ab";
type Hub = PausedApplication["hub"];

function entry(name: string, hub: Hub = "primary", applied = true): PausedApplication {
  const original_sync_policy = { automated: {} };
  return { hub, namespace: "gitops", name, original_sync_policy, pause_applied: applied };
}

function application(name: string, state: "paused" | "automated", hub: Hub = "primary"): ApplicationSummary {
  const paused = state === "paused";
  return {
    hub,
    namespace: "gitops",
    name,
    resourceVersion: "1",
    automated: !paused,
    syncing: false,
    syncPolicy: paused ? {} : { automated: {} },
    ...(paused ? { marker: runId } : {}),
    acmResources: 1,
    touchesAcm: true,
  };
}

function memoryOf(entries: readonly PausedApplication[], away = false): OperationMemory {
  const rollback = { scope: "full", new_hub_unreachable: away } as const;
  return { argocd_run_id: runId, argocd_paused_apps: entries, rollback };
}

/** The first round: what is remembered by it, and the names of the Applications that it writes. */
function round(memory: OperationMemory, applications: readonly ApplicationSummary[], hubs: readonly Hub[]) {
  // The step asks for nothing else.
  const context = { oldHub: "reachable", memory: () => memory } as unknown as SwitchoverContext;
  const plan = rbResumeArgocd.plan({ applications, hubs }, context);
  const actions = plan.state === "act" ? plan.actions : [];
  const after = actions.reduce((now, action) => (action.kind === "remember" ? action.update(now) : now), memory);
  const written = actions.flatMap((action) => (action.kind === "bulk" ? action.changes : []));
  return { plan, entries: after.argocd_paused_apps, written: written.map(({ ref }) => ref.name) };
}

describe("the Applications that a rollback resumes", () => {
  test("a pause that was cut off before its write is forgotten, one after it is confirmed", () => {
    const memory = memoryOf([entry("cut", "primary", false), entry("done", "primary", false)]);
    const { entries, written } = round(
      memory,
      [application("cut", "automated"), application("done", "paused")],
      ["primary"],
    );
    expect(entries).toEqual([entry("done")]);
    expect(written).toEqual([]);
  });

  test("those on a lost hub are kept as they are, those on the old hub get their policy back", () => {
    const memory = memoryOf([entry("old"), entry("new", "secondary", false)], true);
    const { entries, written } = round(memory, [application("old", "paused")], ["primary"]);
    expect(written).toEqual(["old"]);
    expect(entries).toEqual(memory.argocd_paused_apps);
  });

  test("a cut-off pause on a lost hub is judged once that hub answers", () => {
    const memory = memoryOf([entry("old", "primary", false), entry("new", "secondary", false)], true);
    expect(round(memory, [application("old", "paused")], ["primary"]).entries).toEqual([
      entry("old"),
      entry("new", "secondary", false),
    ]);
  });

  test.each<[string, OperationMemory, string | undefined]>([
    ["nothing was paused", memoryOf([]), "this operation paused no Application"],
    ["all are resumed", memoryOf([{ ...entry("a"), resumed: true }]), "this operation paused no Application"],
    ["what is paused is on a lost hub", memoryOf([entry("a", "secondary")], true), "the new hub does not answer"],
    ["some are on the old hub", memoryOf([entry("a", "secondary"), entry("b")], true), undefined],
  ])("the step does not apply where %s", (_what, memory, reason) => {
    const skipped = rbResumeArgocd.skip?.({ memory: () => memory } as unknown as SwitchoverContext);
    if (reason === undefined) expect(skipped).toBeUndefined();
    else expect(skipped).toContain(reason);
  });
});
