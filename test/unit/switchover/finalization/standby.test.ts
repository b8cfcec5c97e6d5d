import { beforeEach, describe, expect, test } from "@jest/globals";
import { readAndPlan } from "../../../../steps/lib/phase/read-and-plan.ts";
import type { Action, Wait } from "../../../../steps/lib/phase/types.ts";
import { acmVersion } from "../../../../steps/switchover/acm/acm-version.ts";
import { restoreName } from "../../../../steps/switchover/acm/constants.ts";
import type { AcmRestore } from "../../../../steps/switchover/acm/hub-objects.ts";
import { defaultNamespaces } from "../../../../steps/switchover/acm/namespaces.ts";
import { acmRestores, backupSchedules } from "../../../../steps/switchover/acm/resources.ts";
import { handleOldHub } from "../../../../steps/switchover/phases/finalization/handle-old-hub.ts";
import type { SwitchoverContext } from "../../../../steps/switchover/phases/switchover-context.ts";
import type { OperationMemory } from "../../../../steps/switchover/state/operation-memory.ts";
import { tuningDefaults } from "../../../../steps/switchover/tuning.schema.ts";
import { HubInMemory } from "../phases/hub-in-memory.ts";

// The old hub that becomes a standby, with a backup operator that ends its passive Restores for good.

const namespace = defaultNamespaces.backup;
const ignored =
  "This resource is ignored because BackupSchedule resource acm-hub-backup is currently active, before creating another resource verify that any active resources are removed.";
const now = Date.parse("2026-11-25T12:00:00Z");

let hub: HubInMemory;
let memory: OperationMemory;
let warnings: string[];
let created: string[];
/** Phases that the operator gives to the passive Restores, one after another. */
let phases: string[];

beforeEach(() => {
  hub = new HubInMemory("primary", now);
  memory = {};
  warnings = [];
  created = [];
  phases = [];
});

const context = {
  oldHub: "reachable",
  hubs: {
    primary: { id: "east", version: acmVersion("2.16.0") },
    secondary: { id: "west", version: acmVersion("2.16.0") },
  },
  namespaces: defaultNamespaces,
  tuning: tuningDefaults,
  settings: { oldHubAction: "secondary" },
  memory: () => memory,
  clock: { now: () => now },
  signal: new AbortController().signal,
};

const passive = (): AcmRestore | undefined =>
  hub.all(acmRestores).find(({ metadata }) => metadata.name === restoreName.passiveSync);

function putPassive(phase: string, uid: string): void {
  hub.put(acmRestores, [
    {
      apiVersion: "cluster.open-cluster-management.io/v1beta1",
      kind: "Restore",
      metadata: { name: restoreName.passiveSync, namespace, uid },
      spec: {
        syncRestoreWithNewBackups: true,
        restoreSyncInterval: "10m",
        cleanupBeforeRestore: "CleanupRestored",
        veleroManagedClustersBackupName: "skip",
        veleroCredentialsBackupName: "latest",
        veleroResourcesBackupName: "latest",
      },
      status: { phase, lastMessage: phase === "FinishedWithErrors" ? ignored : "" },
    },
  ]);
}

function operatorPlays(): void {
  const restore = passive();
  if (restore?.metadata.uid === undefined || (restore.status?.phase ?? "") !== "") return;
  putPassive(phases.shift() ?? "Enabled", restore.metadata.uid);
}

/** What a wait says of the hub as it is, its limit having passed. */
function wait({ sources, decide, onTimeout }: Wait): void {
  operatorPlays();
  const snapshot = Object.fromEntries(
    Object.keys(sources).map((name) => [name, name === "restores" ? hub.all(acmRestores) : []]),
  );
  const seen = decide(snapshot, { elapsedMs: 0, now });
  if (seen.state === "failed") throw seen.error;
  if (seen.state === "done") return;
  const verdict = onTimeout?.(seen.note);
  if (verdict !== undefined && "warning" in verdict) warnings.push(verdict.warning);
  else throw verdict ?? new Error(seen.note);
}

function perform(action: Action<OperationMemory>): void {
  if (action.kind === "remember") memory = action.update(memory);
  else if (action.kind === "warn") warnings.push(action.message);
  else if (action.kind === "wait") wait(action.wait);
  else if (action.kind === "write") {
    hub.apply(action.change);
    if (action.change.verb === "create") created.push(action.change.ref.name);
  }
}

/** Plays the step to its end; killed before this action, counted from 1, it ends there. */
async function play(killedBefore = Number.POSITIVE_INFINITY): Promise<string> {
  // The step asks for nothing else.
  const given = { ...context, clients: { primary: hub.client() } } as unknown as SwitchoverContext;
  let performed = 0;
  for (let round = 0; round < 8; round += 1) {
    const plan = await readAndPlan(handleOldHub, given);
    if (plan.state === "refused") throw plan.error;
    if (plan.state !== "act") {
      warnings.push(...(plan.warnings ?? []));
      return plan.note;
    }
    for (const action of plan.actions) {
      performed += 1;
      if (performed >= killedBefore) return "killed";
      perform(action);
    }
    if (plan.afterwards === "done") return plan.note;
  }
  throw new Error("the step does not come to rest");
}

describe("the passive Restore of an old hub that becomes the standby", () => {
  test("is made once where it comes to be Enabled", async () => {
    expect(await play()).toBe("Restore restore-acm-passive-sync is Enabled");
    expect(created).toHaveLength(1);
  });

  test("ended for good beside an active schedule, it is made anew once, and nobody waits for the dead one", async () => {
    phases = ["FinishedWithErrors", "Enabled"];
    expect(await play()).toBe("Restore restore-acm-passive-sync is Enabled");
    expect(created).toHaveLength(2);
    expect(warnings.filter((warning) => warning.includes("is not Enabled yet"))).toEqual([]);
    expect(warnings.join()).toContain(ignored);
    expect(memory.archived_restores).toMatchObject([{ phase: "FinishedWithErrors", last_message: ignored }]);
  });

  test("ended for good a second time, it is left there, with a warning that quotes the operator", async () => {
    phases = ["FinishedWithErrors", "FinishedWithErrors", "Enabled"];
    expect(await play()).toBe("Restore restore-acm-passive-sync ended for good again");
    expect(created).toHaveLength(2);
    expect(passive()).toMatchObject({ status: { phase: "FinishedWithErrors" } });
    expect(warnings.at(-1)).toContain(
      `made twice, and ended for good twice, the last time as FinishedWithErrors: ${ignored}`,
    );
  });

  test("is made anew only once the schedule that ended it is paused", async () => {
    phases = ["FinishedWithErrors"];
    expect(await play(6)).toBe("killed");
    hub.put(backupSchedules, [{ metadata: { name: "acm-hub-backup", namespace }, status: { phase: "Enabled" } }]);
    const given = { ...context, clients: { primary: hub.client() } } as unknown as SwitchoverContext;
    const plan = await readAndPlan(handleOldHub, given);
    expect(plan).toMatchObject({ state: "act", note: expect.stringContaining("wait for the pause") });
    expect(plan.state === "act" && plan.actions.every(({ kind }) => kind === "wait")).toBe(true);
  });

  test("ended before the operation, it is replaced, and the new one still has its second try", async () => {
    putPassive("FinishedWithErrors", "of-old");
    phases = ["FinishedWithErrors", "Enabled"];
    expect(await play()).toBe("Restore restore-acm-passive-sync is Enabled");
    expect(created).toHaveLength(2);
  });

  test("Error passes by itself, so that it is waited for to the limit, then told with its message", async () => {
    phases = ["Error"];
    expect(await play()).toBe("Restore restore-acm-passive-sync is Error");
    expect(created).toHaveLength(1);
    expect(warnings).toContainEqual(expect.stringContaining("is not Enabled yet: phase Error"));
  });

  test("deleted by somebody while it was waited for, it is not made again", async () => {
    memory = { standby_restore: { awaited: true } };
    expect(await play()).toBe("gone");
    expect(created).toEqual([]);
    expect(warnings.join()).toContain("was made on the old hub, and is gone");
  });

  test.each(Array.from({ length: 14 }, (_, index) => index + 1))(
    "killed before action %i of its two tries, a resume makes no third one",
    async (killedBefore) => {
      phases = ["FinishedWithErrors", "FinishedWithErrors"];
      await play(killedBefore);
      operatorPlays();
      expect(await play()).toBe("Restore restore-acm-passive-sync ended for good again");
      expect(created).toHaveLength(2);
    },
  );
});
