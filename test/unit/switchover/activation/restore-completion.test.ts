import { describe, expect, test } from "@jest/globals";
import { readAndPlan } from "../../../../steps/lib/phase/read-and-plan.ts";
import type { StepPlan } from "../../../../steps/lib/phase/types.ts";
import { label } from "../../../../steps/switchover/acm/constants.ts";
import {
  acmRestores,
  managedClusters,
  veleroBackups,
  veleroRestores,
} from "../../../../steps/switchover/acm/resources.ts";
import { waitRestoreCompletion } from "../../../../steps/switchover/phases/activation/wait-restore-completion.ts";
import type { SwitchoverContext } from "../../../../steps/switchover/phases/switchover-context.ts";
import type { OperationMemory } from "../../../../steps/switchover/state/operation-memory.ts";
import { JumpingClock } from "../../lib/kube/fixtures.ts";
import { waitingContext } from "../finalization/waiting-context.ts";
import { HubInMemory } from "../phases/hub-in-memory.ts";

const now = Date.parse("2026-03-01T12:00:00Z");
const namespace = "backup";
const expected = "acm-managed-clusters-schedule-20260301100000";
const older = "acm-managed-clusters-schedule-20260301080000";

interface Given {
  /** Backup that the clusters were restored from. */
  readonly from?: string;
  /** Hub that made it. */
  readonly by?: string;
  readonly clusters?: readonly string[];
  readonly messages?: readonly string[];
  readonly allowPartialRestore?: boolean;
  readonly memory?: OperationMemory;
}

/** What the step makes of an activation that has ended. */
async function planOf({ from = expected, by = "old-hub", clusters = ["c1"], messages = [], ...given }: Given) {
  const hub = new HubInMemory("secondary", now);
  const status = { phase: "Finished", veleroManagedClustersRestoreName: "r-clusters", messages };
  hub.put(acmRestores, [{ metadata: { name: "r", namespace, uid: "uid-1" }, status }]);
  hub.put(veleroRestores, [
    { metadata: { name: "r-clusters", namespace }, spec: { backupName: from }, status: { phase: "Completed" } },
  ]);
  hub.put(
    veleroBackups,
    [older, expected].map((name) => ({ metadata: { name, namespace, labels: { [label.backupCluster]: by } } })),
  );
  hub.put(
    managedClusters,
    clusters.map((name) => ({ metadata: { name } })),
  );
  const activation = { restoreName: "r", restoreUid: "uid-1", expectedManagedClustersBackup: expected, appliedAt: 0 };
  const context = {
    ...waitingContext,
    oldHub: "reachable",
    clock: new JumpingClock(now),
    clients: { secondary: hub.client() },
    hubs: { ...waitingContext.hubs, primary: { id: "old-hub" } },
    settings: { allowPartialRestore: given.allowPartialRestore === true, minManagedClusters: 0 },
    memory: () => ({ activation, ...given.memory }),
    signal: new AbortController().signal,
    // This step asks for nothing else.
  } as unknown as SwitchoverContext;
  return await readAndPlan(waitRestoreCompletion, context);
}

function remembered(plan: StepPlan<OperationMemory>): OperationMemory {
  const [first] = plan.state === "act" ? plan.actions : [];
  if (first?.kind !== "remember") throw new Error("nothing is remembered");
  return first.update({});
}

describe("an activation that has ended", () => {
  test("is done where the clusters came from the expected backup of the old hub", async () => {
    expect(await planOf({})).toMatchObject({ state: "done", warnings: [] });
  });

  test("is refused where they came from an older one, and only warned of where that is allowed", async () => {
    expect(await planOf({ from: older })).toMatchObject({ state: "refused", error: { text: { id: "SW-ACT-22" } } });
    expect(await planOf({ from: older, allowPartialRestore: true })).toMatchObject({
      state: "done",
      warnings: [expect.stringContaining(`restored from ${older} (4 h old), expected was ${expected} (2 h old)`)],
    });
  });

  test("warns of a second writer where another hub made the backup", async () => {
    expect(await planOf({ by: "stranger" })).toMatchObject({
      state: "done",
      warnings: [expect.stringContaining(`${expected} by hub stranger; two hubs write to one storage`)],
    });
  });
});

describe("what the operator says of 150 clusters", () => {
  const clusters = Array.from({ length: 150 }, (_none, index) => `c${index}`);
  const messages = clusters.map((name) => `No suitable MSA secret found for cluster (${name})`);

  test("is kept of all by name, and of the first 100 as the state shows it", async () => {
    const memory = remembered(await planOf({ clusters, messages }));
    expect(memory.import_notes).toEqual({ "no-token": clusters });
    expect(memory.import_refusals).toHaveLength(100);
  });

  test("is told of the first 100, with one warning that there are more", async () => {
    const plan = await planOf({ clusters, messages, memory: { import_notes: { "no-token": clusters } } });
    if (plan.state !== "done") throw new Error("it has not ended");
    expect(plan.clusters?.clusters.filter(({ state }) => state === "token-missing")).toHaveLength(100);
    expect(plan.warnings).toEqual([expect.stringContaining("cannot import 150 clusters")]);
  });

  test("is kept of clusters that were there already, without a refusal", async () => {
    const memory = remembered(await planOf({ messages: ["managed cluster c1 already available"] }));
    expect(memory).toEqual({ import_notes: { available: ["c1"] } });
  });
});
