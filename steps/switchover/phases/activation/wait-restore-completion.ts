import type { FairleadError } from "../../../lib/errors/fairlead-error.ts";
import type { ClusterSight, ClusterSights } from "../../../lib/phase/cluster-follower.ts";
import type { Seen as Look, StepPlan, Wait, WaitTime } from "../../../lib/phase/types.ts";
import { waitOn } from "../../../lib/phase/types.ts";
import type { VeleroRestoreSummary } from "../../acm/acm-restore.ts";
import type { AcmRestore } from "../../acm/hub-objects.ts";
import { type ImportRefusal, importRefusals, refusalWords } from "../../acm/import-messages.ts";
import type { ManagedClusterSummary } from "../../acm/managed-cluster.ts";
import type { Activation, OperationMemory } from "../../state/operation-memory.ts";
import { switchoverError } from "../../switchover-error.ts";
import { fleetOf, restoresOf, storageOf, veleroPodsOf, veleroRestoresOf } from "../hub-reads.ts";
import { clusterSights } from "../post-activation/cluster-sights.ts";
import { connection } from "../post-activation/connection.ts";
import { ms, type SwitchoverContext, switchoverStep } from "../switchover-context.ts";
import { type BackupServices, troubleOf } from "./backup-trouble.ts";
import { type ActivationView, activationRestores, judgeActivation } from "./judge-activation.ts";
import { activationEnded, activationFailed, activationVanished, takeBack } from "./take-back.ts";

/** Of thousands of clusters without a token the first say what is wrong. */
const mostRefusals = 100;

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

function endedBadly(name: string, why: string): FairleadError {
  return switchoverError(activationEnded, {
    what: `Restore ${name} ended, and the activation is not whole`,
    why,
    fix: "nothing runs any more: use rollback to return to the old hub; or, where Velero restored a part only, look what is missing on the new hub and resume with allow-partial-restore",
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

interface LiveView extends BackupServices {
  readonly restores: readonly AcmRestore[];
  readonly veleroRestores: readonly VeleroRestoreSummary[];
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

interface Tolerances {
  /** For an error that may pass, and for an end that may not be all. */
  readonly error: Grace;
  /** For Velero Restores that Velero has not looked at. */
  readonly silence: Grace;
}

function describeRunning(note: string, view: ActivationView, time: WaitTime, silence: Grace): string {
  if (activationRestores(view).every(({ phase }) => phase !== "")) {
    silence.reset();
    return note;
  }
  return silence.isOver(time) ? `${note}; Velero does not work on the new hub` : note;
}

function decide(
  live: LiveView,
  time: WaitTime,
  activation: Activation,
  context: SwitchoverContext,
  { error: grace, silence }: Tolerances,
): Look {
  const { restoreName } = activation;
  const restore = live.restores.find((candidate) => candidate.metadata.uid === activation.restoreUid);
  if (restore === undefined) {
    return { state: "failed", error: vanished(restoreName) };
  }
  const view = viewOf(restore, live.veleroRestores, activation, context);
  const judged = judgeActivation(view);
  const trouble = troubleOf(live);
  switch (judged.state) {
    case "complete":
      return { state: "done", note: "the Restore and all its Velero Restores have ended" };
    case "failed": {
      const tell = judged.stillActive ? failure : endedBadly;
      return { state: "failed", error: tell(restoreName, `${judged.why}${trouble}`) };
    }
    case "running":
      grace.reset();
      return { state: "pending", note: `${describeRunning(judged.note, view, time, silence)}${trouble}` };
    case "nothing-yet":
      return grace.isOver(time)
        ? { state: "failed", error: nothingActivated(restoreName, judged.note) }
        : { state: "pending", note: judged.note };
    case "retrying": {
      // Velero goes on while its storage is lost, and the Restore can still end well.
      if (judged.moving) {
        grace.reset();
        return { state: "pending", note: `${judged.note}${trouble}` };
      }
      return grace.isOver(time)
        ? { state: "failed", error: failure(restoreName, `${judged.note}${trouble}`) }
        : { state: "pending", note: `${judged.note}${trouble}` };
    }
  }
}

/** Until the Restore of an activation has ended, with every Velero Restore of it. */
export function untilEnded(context: SwitchoverContext, activation: Activation): Wait {
  const graceMs = ms(context.tuning.errorGrace);
  const tolerances: Tolerances = { error: new Grace(graceMs), silence: new Grace(graceMs) };
  return waitOn({
    title: `waiting for the activation through Restore ${activation.restoreName}`,
    sources: {
      restores: restoresOf.live(context, "secondary"),
      veleroRestores: veleroRestoresOf.live(context, "secondary"),
      storage: storageOf.live(context, "secondary"),
      velero: veleroPodsOf.live(context, "secondary"),
    },
    decide: (live, time) => decide(live, time, activation, context, tolerances),
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
  const { activation, import_refusals: kept } = context.memory();
  const refusals = refusalsOf(restore, context);
  if (refusals.length > 0 && kept === undefined) {
    return {
      state: "act",
      note: `${refusals.length} clusters were not asked for by the operator`,
      actions: [
        {
          kind: "remember",
          note: "keep which clusters could not be asked for",
          update: (memory) => ({ ...memory, import_refusals: refusals.slice(0, mostRefusals) }),
        },
      ],
      afterwards: "plan-again",
    };
  }
  const used = activation === undefined ? [] : backupWarnings(restore, seen.veleroRestores, activation, context);
  const none = seen.fleet.length === 0 ? ["the new hub has no managed cluster"] : [];
  return {
    state: "done",
    note: `${seen.fleet.length} clusters are on the new hub`,
    clusters: arrived(seen.fleet, refusals, context),
    warnings: [...warnings, ...used, ...none],
  };
}

function refusalsOf(restore: AcmRestore, context: SwitchoverContext): readonly ImportRefusal[] {
  const baseline = context.memory().cluster_baseline ?? [];
  const hive = new Set(baseline.filter((cluster) => cluster.hive).map(({ name }) => name));
  return importRefusals(restore.status?.messages ?? [], (cluster) => hive.has(cluster));
}

/** The clusters that arrived, and for which of them nobody asks. */
function arrived(
  fleet: readonly ManagedClusterSummary[],
  refusals: readonly ImportRefusal[],
  context: SwitchoverContext,
): ClusterSights {
  const { cluster_baseline: baseline } = context.memory();
  const seen = connection(fleet, baseline);
  const sights = clusterSights({ hub: "secondary", fleet, baseline, connection: seen, awaited: false });
  const present = new Set(fleet.map(({ name }) => name));
  const refused = refusals.filter(({ cluster }) => present.has(cluster));
  const without = refused.map(({ cluster, reason }): ClusterSight => {
    return { name: cluster, state: reason === "no-url" ? "restored" : "token-missing", note: refusalWords[reason] };
  });
  return { ...sights, clusters: [...sights.clusters, ...without] };
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
