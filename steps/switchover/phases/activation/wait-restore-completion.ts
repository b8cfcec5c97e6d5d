import type { StepPlan } from "../../../lib/phase/types.ts";
import type { VeleroRestoreSummary } from "../../acm/acm-restore.ts";
import type { AcmRestore } from "../../acm/hub-objects.ts";
import { type ImportNote, type ImportRefusal, importRefusals, notesByReason } from "../../acm/import-messages.ts";
import type { ManagedClusterSummary } from "../../acm/managed-cluster.ts";
import type { Activation, OperationMemory } from "../../state/operation-memory.ts";
import { switchoverError } from "../../switchover-error.ts";
import { backupsOf, fleetOf, restoresOf, veleroRestoresOf } from "../hub-reads.ts";
import { type SwitchoverContext, switchoverStep } from "../switchover-context.ts";
import { untilEnded, viewOf } from "./activation-wait.ts";
import { arrived, countCheck, mostRefusals, notesOf, tellOfMore } from "./arrived-clusters.ts";
import { activationRestores, judgeActivation } from "./judge-activation.ts";
import { type BackupShelf, foreignBackups, judgeUsedBackup, type UsedBackup } from "./restored-backups.ts";
import { takeBack } from "./take-back.ts";

interface Seen extends BackupShelf {
  readonly restores: readonly AcmRestore[];
  readonly veleroRestores: readonly VeleroRestoreSummary[];
  readonly fleet: readonly ManagedClusterSummary[];
}

type Plan = StepPlan<OperationMemory>;

interface Ended {
  readonly restore: AcmRestore;
  readonly activation: Activation;
  readonly warnings: readonly string[];
}

function concluding(seen: Seen, { restore, activation, warnings }: Ended, context: SwitchoverContext): Plan {
  const used = judgeBackups(seen, restore, activation, context);
  const error = used.error ?? countCheck(seen.fleet, context);
  if (error !== undefined) {
    return { state: "refused", error };
  }
  const notes = notesOf(restore, context);
  const refusals = importRefusals(notes);
  if (notes.length > 0 && context.memory().import_notes === undefined) return keepNotes(notes, refusals);
  const none = seen.fleet.length === 0 ? ["the new hub has no managed cluster"] : [];
  return {
    state: "done",
    note: `${seen.fleet.length} clusters are on the new hub`,
    clusters: arrived(seen.fleet, refusals, context),
    warnings: [...warnings, ...used.warnings, ...tellOfMore(refusals), ...none],
  };
}

function keepNotes(notes: readonly ImportNote[], refusals: readonly ImportRefusal[]): Plan {
  const kept = {
    import_notes: notesByReason(notes),
    ...(refusals.length === 0 ? {} : { import_refusals: refusals.slice(0, mostRefusals) }),
  };
  return {
    state: "act",
    note: `the operator said of ${notes.length} clusters what became of them`,
    actions: [
      {
        kind: "remember",
        note: "keep what the operator said of single clusters",
        update: (memory) => ({ ...memory, ...kept }),
      },
    ],
    afterwards: "plan-again",
  };
}

/** What is to be said of the backups that were restored: the one of the clusters may be too old. */
function judgeBackups(seen: Seen, restore: AcmRestore, activation: Activation, context: SwitchoverContext): UsedBackup {
  const restores = activationRestores(viewOf(restore, seen.veleroRestores, activation, context));
  const oldHub = context.oldHub === "down" ? undefined : context.hubs.primary.id;
  const foreign = foreignBackups(restores, seen, oldHub);
  const ofClusters = restores.find(({ name }) => name === restore.status?.veleroManagedClustersRestoreName);
  if (ofClusters === undefined) return { warnings: foreign };
  const shelf = { ...seen, allowOlder: context.settings.allowPartialRestore };
  const used = judgeUsedBackup(ofClusters.backupName, activation.expectedManagedClustersBackup, shelf);
  return { ...used, warnings: [...used.warnings, ...foreign] };
}

/** Waits until the activation has really ended: the Restore, and every Velero Restore that belongs to it. */
export const waitRestoreCompletion = switchoverStep<Seen>({
  name: "wait_restore_completion",
  title: "Wait until the clusters are restored on the new hub",
  onResume: "trust-record",
  async read(context) {
    const [restores, veleroRestores, backups, fleet, { serverTime }] = await Promise.all([
      restoresOf.once(context, "secondary"),
      veleroRestoresOf.once(context, "secondary"),
      backupsOf.once(context, "secondary"),
      fleetOf(context, "secondary"),
      context.clients.secondary.serverVersion({ signal: context.signal }),
    ]);
    return { restores, veleroRestores, backups, fleet, hubTime: serverTime };
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
            fix: "start over with reset-state and force, or take the operation back with the rollback",
          },
          "refused",
        ),
      };
    }
    const restore = seen.restores.find((candidate) => candidate.metadata.uid === activation.restoreUid);
    const judged =
      restore === undefined ? undefined : judgeActivation(viewOf(restore, seen.veleroRestores, activation, context));
    if (restore !== undefined && judged?.state === "complete") {
      return concluding(seen, { restore, activation, warnings: judged.warnings }, context);
    }
    return {
      state: "act",
      note: `wait for Restore ${activation.restoreName}`,
      actions: untilEnded(context, activation).map((wait) => ({ kind: "wait", wait })),
      afterwards: "plan-again",
    };
  },
  onFailure: async (error, context) => takeBack(error, context),
});
