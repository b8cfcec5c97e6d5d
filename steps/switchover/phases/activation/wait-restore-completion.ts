import type { StepPlan } from "../../../lib/phase/types.ts";
import type { VeleroRestoreSummary } from "../../acm/acm-restore.ts";
import type { AcmRestore } from "../../acm/hub-objects.ts";
import { type ImportNote, type ImportRefusal, importRefusals, notesByReason } from "../../acm/import-messages.ts";
import type { ManagedClusterSummary } from "../../acm/managed-cluster.ts";
import type { Activation, OperationMemory } from "../../state/operation-memory.ts";
import { switchoverError } from "../../switchover-error.ts";
import { backupsOf, fleetOf, hubTimeOf, restoresOf, veleroRestoresOf } from "../hub-reads.ts";
import { type SwitchoverContext, switchoverStep } from "../switchover-context.ts";
import { untilEnded, viewOf } from "./activation-wait.ts";
import { arrived, countCheck, mostRefusals, notesOf, tellOfMore } from "./arrived-clusters.ts";
import { activationRestores, judgeActivation } from "./judge-activation.ts";
import { type BackupShelf, foreignBackups, judgeUsedBackup, type UsedBackup } from "./restored-backups.ts";
import { takeBack } from "./take-back.ts";

interface Seen {
  readonly restores: readonly AcmRestore[];
  readonly veleroRestores: readonly VeleroRestoreSummary[];
  /** What the clusters came from and which came, once the activation has ended. */
  readonly outcome: Outcome | undefined;
}

interface Outcome extends BackupShelf {
  readonly fleet: readonly ManagedClusterSummary[];
}

type Plan = StepPlan<OperationMemory>;

type Restores = Pick<Seen, "restores" | "veleroRestores">;

interface Ended {
  readonly restore: AcmRestore;
  readonly restores: readonly VeleroRestoreSummary[];
  readonly activation: Activation;
  readonly warnings: readonly string[];
}

/** `undefined` while the activation goes on, or will not end well. */
function endOf({ restores, veleroRestores }: Restores, context: SwitchoverContext): Ended | undefined {
  const { activation } = context.memory();
  const restore = restores.find(({ metadata }) => metadata.uid === activation?.restoreUid);
  if (activation === undefined || restore === undefined) return undefined;
  const view = viewOf(restore, veleroRestores, activation, context);
  const judged = judgeActivation(view);
  if (judged.state !== "complete") return undefined;
  return { restore, activation, restores: activationRestores(view), warnings: judged.warnings };
}

async function outcomeOf(context: SwitchoverContext): Promise<Outcome> {
  const [backups, fleet, hubTime] = await Promise.all([
    backupsOf.once(context, "secondary"),
    fleetOf(context, "secondary"),
    hubTimeOf(context, "secondary"),
  ]);
  return { backups, fleet, hubTime };
}

function concluding(outcome: Outcome, ended: Ended, context: SwitchoverContext): Plan {
  const { fleet } = outcome;
  const { restore, warnings } = ended;
  const used = judgeBackups(outcome, ended, context);
  const error = used.error ?? countCheck(fleet, context);
  if (error !== undefined) {
    return { state: "refused", error };
  }
  const notes = notesOf(restore, context);
  const refusals = importRefusals(notes);
  if (notes.length > 0 && context.memory().import_notes === undefined) return keepNotes(notes, refusals);
  const none = fleet.length === 0 ? ["the new hub has no managed cluster"] : [];
  return {
    state: "done",
    note: `${fleet.length} clusters are on the new hub`,
    clusters: arrived(fleet, refusals, context),
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
function judgeBackups(
  shelf: BackupShelf,
  { restore, restores, activation }: Ended,
  context: SwitchoverContext,
): UsedBackup {
  const oldHub = context.oldHub === "down" ? undefined : context.hubs.primary.id;
  const foreign = foreignBackups(restores, shelf, oldHub);
  const ofClusters = restores.find(({ name }) => name === restore.status?.veleroManagedClustersRestoreName);
  if (ofClusters === undefined) return { warnings: foreign };
  const used = judgeUsedBackup(ofClusters.backupName, activation.expectedManagedClustersBackup, {
    ...shelf,
    allowOlder: context.settings.allowPartialRestore,
  });
  return { ...used, warnings: [...used.warnings, ...foreign] };
}

/** Waits until the activation has really ended: the Restore, and every Velero Restore that belongs to it. */
export const waitRestoreCompletion = switchoverStep<Seen>({
  name: "wait_restore_completion",
  title: "Wait until the clusters are restored on the new hub",
  onResume: "trust-record",
  async read(context) {
    const [restores, veleroRestores] = await Promise.all([
      restoresOf.once(context, "secondary"),
      veleroRestoresOf.once(context, "secondary"),
    ]);
    const seen = { restores, veleroRestores };
    return { ...seen, outcome: endOf(seen, context) === undefined ? undefined : await outcomeOf(context) };
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
    const ended = endOf(seen, context);
    if (ended !== undefined && seen.outcome !== undefined) return concluding(seen.outcome, ended, context);
    return {
      state: "act",
      note: `wait for Restore ${activation.restoreName}`,
      actions: [{ kind: "wait", wait: untilEnded(context, activation) }],
      afterwards: "plan-again",
    };
  },
  onFailure: async (error, context) => takeBack(error, context),
});
