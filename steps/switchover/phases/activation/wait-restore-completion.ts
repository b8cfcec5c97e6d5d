import type { FairleadError } from "../../../lib/errors/fairlead-error.ts";
import type { Seen as Look, StepPlan, Wait, WaitTime } from "../../../lib/phase/types.ts";
import { waitOn } from "../../../lib/phase/types.ts";
import type { VeleroRestoreSummary } from "../../acm/acm-restore.ts";
import { describeStorage, isUsable, type StorageLocation } from "../../acm/backup-storage.ts";
import type { AcmRestore } from "../../acm/hub-objects.ts";
import type { ManagedClusterSummary } from "../../acm/managed-cluster.ts";
import type { Activation, OperationMemory } from "../../state/operation-memory.ts";
import { switchoverError } from "../../switchover-error.ts";
import { fleetOf, restoresOf, storageOf, veleroRestoresOf } from "../hub-reads.ts";
import { ms, type SwitchoverContext, switchoverStep } from "../switchover-context.ts";
import { type ActivationView, activationRestores, judgeActivation } from "./judge-activation.ts";
import { activationFailed, activationVanished, takeBack } from "./take-back.ts";

interface Seen {
  readonly restores: readonly AcmRestore[];
  readonly veleroRestores: readonly VeleroRestoreSummary[];
  readonly fleet: readonly ManagedClusterSummary[];
}

type Plan = StepPlan<OperationMemory>;

function failure(name: string, why: string): FairleadError {
  return switchoverError(activationFailed, {
    what: `the activation through Restore ${name} failed`,
    why,
    fix: "mend what the message names on the new hub, then resume: it is activated anew",
  });
}

function vanished(name: string): FairleadError {
  return switchoverError(activationVanished, {
    what: `Restore ${name} on the new hub disappeared during the activation`,
    why: "someone or something deleted it",
    fix: "find out who did; create the passive Restore anew and resume, or use rollback",
  });
}

function nothingActivated(name: string, note: string): FairleadError {
  return switchoverError(
    "SW-ACT-11",
    {
      what: `Restore ${name} ended and nothing was activated`,
      why: `${note}; an acm-restore-clusters backup, if there is one, proves nothing and makes the old hub's schedule collide`,
      fix: "look at the Restore's status on the new hub; use rollback to return to the old hub",
    },
    "timeout",
  );
}

function viewOf(
  restore: AcmRestore,
  veleroRestores: readonly VeleroRestoreSummary[],
  activation: Activation,
  context: SwitchoverContext,
): ActivationView {
  return { restore, veleroRestores, activation, allowPartial: context.settings.allowPartialRestore };
}

interface LiveView {
  readonly restores: readonly AcmRestore[];
  readonly veleroRestores: readonly VeleroRestoreSummary[];
  readonly storage: readonly StorageLocation[];
}

/** Tolerances count from the first look at which a state was seen; a later good look forgets it. */
class Grace {
  private since: number | undefined;
  private readonly graceMs: number;

  constructor(graceMs: number) {
    this.graceMs = graceMs;
  }

  reset(): void {
    this.since = undefined;
  }

  isOver(time: WaitTime): boolean {
    this.since ??= time.elapsedMs;
    return time.elapsedMs - this.since >= this.graceMs;
  }
}

function decide(
  live: LiveView,
  time: WaitTime,
  activation: Activation,
  context: SwitchoverContext,
  grace: Grace,
): Look {
  const { restoreName } = activation;
  const restore = live.restores.find((candidate) => candidate.metadata.uid === activation.restoreUid);
  if (restore === undefined) {
    return { state: "failed", error: vanished(restoreName) };
  }
  const judged = judgeActivation(viewOf(restore, live.veleroRestores, activation, context));
  switch (judged.state) {
    case "complete":
      return { state: "done", note: "the Restore and all its Velero Restores have ended" };
    case "failed":
      return { state: "failed", error: failure(restoreName, judged.why) };
    case "running":
      grace.reset();
      return { state: "pending", note: judged.note };
    case "nothing-yet":
      return grace.isOver(time)
        ? { state: "failed", error: nothingActivated(restoreName, judged.note) }
        : { state: "pending", note: judged.note };
    case "retrying": {
      // Velero goes on while its storage is lost, and the Restore can still end well.
      if (judged.moving) {
        grace.reset();
        return { state: "pending", note: judged.note };
      }
      const storage = live.storage.some(isUsable) ? "" : `; storage: ${live.storage.map(describeStorage).join(", ")}`;
      return grace.isOver(time)
        ? { state: "failed", error: failure(restoreName, `${judged.note}${storage}`) }
        : { state: "pending", note: judged.note };
    }
  }
}

function untilEnded(context: SwitchoverContext, activation: Activation): Wait {
  const grace = new Grace(ms(context.tuning.errorGrace));
  return waitOn({
    title: `waiting for the activation through Restore ${activation.restoreName}`,
    sources: {
      restores: restoresOf.live(context, "secondary"),
      veleroRestores: veleroRestoresOf.live(context, "secondary"),
      storage: storageOf.live(context, "secondary"),
    },
    decide: (live, time) => decide(live, time, activation, context, grace),
    timeoutMs: ms(context.tuning.restoreWait + context.tuning.veleroRestoreWait),
    pollMs: ms(context.tuning.restorePoll),
    onTimeout: (note) =>
      switchoverError(
        "SW-ACT-13",
        {
          what: `the activation through Restore ${activation.restoreName} did not end in time`,
          why: note,
          fix: "it goes on by itself: resume to wait for it, or use rollback to stop it",
        },
        "timeout",
      ),
  });
}

function countCheck(fleet: readonly ManagedClusterSummary[], context: SwitchoverContext): FairleadError | undefined {
  const { minManagedClusters, allowMissingClusters } = context.settings;
  if (fleet.length < minManagedClusters) {
    return switchoverError("SW-ACT-14", {
      what: `the new hub has ${fleet.length} managed clusters, fewer than ${minManagedClusters}`,
      why: "min-managed-clusters asks for more",
      fix: "look at the restored backup; lower min-managed-clusters if the number is right, then resume",
    });
  }
  const present = new Set(fleet.map((cluster) => cluster.name));
  const missing = (context.memory().cluster_baseline ?? []).filter(
    (cluster) => cluster.joined && !present.has(cluster.name),
  );
  if (missing.length > 0 && !allowMissingClusters) {
    const names = missing.map((cluster) => cluster.name);
    return switchoverError("SW-ACT-15", {
      what: `${names.length} clusters of the old hub did not arrive on the new hub`,
      why: `missing: ${names.slice(0, 20).join(", ")}${names.length > 20 ? ` and ${names.length - 20} more` : ""}`,
      fix: "import them by hand, or allow it with allow-missing-clusters, then resume",
    });
  }
  return undefined;
}

function concluding(seen: Seen, restore: AcmRestore, warnings: readonly string[], context: SwitchoverContext): Plan {
  const error = countCheck(seen.fleet, context);
  if (error !== undefined) {
    return { state: "refused", error };
  }
  const activation = context.memory().activation;
  const used = activation === undefined ? [] : backupWarnings(restore, seen.veleroRestores, activation, context);
  const none = seen.fleet.length === 0 ? ["the new hub has no managed cluster"] : [];
  return {
    state: "done",
    note: `${seen.fleet.length} clusters are on the new hub`,
    warnings: [...warnings, ...used, ...none],
  };
}

function backupWarnings(
  restore: AcmRestore,
  veleroRestores: readonly VeleroRestoreSummary[],
  activation: Activation,
  context: SwitchoverContext,
): readonly string[] {
  const name = restore.status?.veleroManagedClustersRestoreName ?? "";
  const used = activationRestores(viewOf(restore, veleroRestores, activation, context)).find(
    (one) => one.name === name,
  );
  const expected = activation.expectedManagedClustersBackup;
  return used === undefined || used.backupName === expected
    ? []
    : [`the clusters were restored from ${used.backupName}, expected was ${expected}`];
}

/** Waits until the activation has really ended: the Restore, and every Velero Restore that belongs to it. */
export const waitRestoreCompletion = switchoverStep<Seen>({
  name: "wait_restore_completion",
  title: "Wait until the clusters are restored on the new hub",
  onResume: "trust-record",
  async read(context) {
    const [restores, veleroRestores, fleet] = await Promise.all([
      restoresOf.once(context, "secondary"),
      veleroRestoresOf.once(context, "secondary"),
      fleetOf(context, "secondary"),
    ]);
    return { restores, veleroRestores, fleet };
  },
  plan(seen, context) {
    const { activation } = context.memory();
    if (activation === undefined) {
      return {
        state: "refused",
        error: switchoverError(
          "SW-ACT-16",
          {
            what: "nothing is recorded about the activation",
            why: "the state file names no Restore of this operation",
            fix: "start over with reset-state",
          },
          "refused",
        ),
      };
    }
    const restore = seen.restores.find((candidate) => candidate.metadata.uid === activation.restoreUid);
    const judged =
      restore === undefined ? undefined : judgeActivation(viewOf(restore, seen.veleroRestores, activation, context));
    if (restore !== undefined && judged?.state === "complete") {
      return concluding(seen, restore, judged.warnings, context);
    }
    return {
      state: "act",
      note: `wait for Restore ${activation.restoreName}`,
      actions: [{ kind: "wait", wait: untilEnded(context, activation) }],
      afterwards: "plan-again",
    };
  },
  onFailure: async (error, context) => takeBack(error, context),
});
