import { describe, expect, test } from "@jest/globals";
import { RunMemory } from "../../../steps/baseline/reconcile/run-memory.ts";
import { baselineStateSchema } from "../../../steps/baseline/state/baseline-state.schema.ts";
import { type BaselineState, emptyState } from "../../../steps/baseline/state/baseline-state.ts";
import { StateStore } from "../../../steps/baseline/state/state-store.ts";
import type { KubeClient } from "../../../steps/lib/kube/types.ts";
import { loadValidator } from "../../../steps/lib/schema/load-validator.ts";
import { JumpingClock } from "../lib/kube/fixtures.ts";

/** Since when Events are those of a killed run, where this is stored. */
async function toldSince(text: string | undefined): Promise<RunMemory["toldSince"]> {
  const client: Partial<KubeClient> = {
    find: async () => (text === undefined ? undefined : ({ metadata: {}, data: { "state.json": text } } as never)), // a ConfigMap
  };
  const validate = await loadValidator("baseline-state", () => baselineStateSchema);
  const memory = new RunMemory({
    store: new StateStore(client as KubeClient, "openshift-cnv", validate), // it is only read
    namespace: "openshift-cnv",
    clock: new JumpingClock(),
    options: { signal: new AbortController().signal },
    lost: new AbortController(),
  });
  await memory.open({ isDryRun: true, isTakenOver: false });
  return memory.toldSince;
}

describe("Events that were written after the state was", () => {
  const lastRun = { id: "run-6", startedAt: 1_000, finishedAt: 2_000, outcome: "ok" };

  test("are known by the end of the last run", async () => {
    const state: BaselineState = { ...emptyState, lastRun };
    expect(await toldSince(JSON.stringify(state))).toEqual({ toldSince: 2_000 });
  });

  test.each([
    ["no run has ended that stored one", JSON.stringify(emptyState)],
    ["there is none", undefined],
    ["it cannot be read", "{"],
  ])("are not told from older ones where %s", async (_why, text) => {
    expect(await toldSince(text)).toEqual({});
  });
});
