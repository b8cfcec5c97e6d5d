import type { FairleadError } from "../../../lib/errors/fairlead-error.ts";
import { notResumed } from "../../argocd/paused-count.ts";
import { flux } from "../../flux/flux-keeper.ts";
import { nameList } from "../../preflight/name-list.ts";
import type { OperationMemory } from "../../state/operation-memory.ts";
import { switchoverError } from "../../switchover-error.ts";
import { deletionAdvice } from "../restore-removal.ts";
import { isNewHubAway } from "./rollback-scope.ts";

/** What a rollback could not bring to its end, and the steps that a later one must do again. */
export interface Unfinished {
  readonly error: FairleadError;
  /** The first is the one that failed. */
  readonly steps: readonly [string, ...string[]];
}

/** What nobody could do on a new hub that does not answer, for people. Nothing where it was never changed. Pure. */
export function leftOnNewHub(memory: OperationMemory): readonly string[] {
  const { rollback, backup_schedule_enabled_at: enabledAt, auto_import_strategy_set: isStrategySet } = memory;
  if (rollback === undefined || !isNewHubAway(memory)) return [];
  const applications = notResumed(memory).filter(({ hub }) => hub === "secondary").length;
  const suspended = notResumed(memory, flux).filter(({ hub }) => hub === "secondary").length;
  return [
    ...(enabledAt === undefined ? [] : ["its backups were not stopped, and collide with those of the old hub"]),
    ...(rollback.scope === "preparation"
      ? []
      : ["it may still activate its Restore, and import the clusters again, which carry no annotation there"]),
    ...((memory.observability_woken ?? []).length === 0
      ? []
      : ["its observability was not stopped: two compactors on one bucket damage the metrics"]),
    ...(isStrategySet === true ? ["its auto-import strategy was not given back"] : []),
    ...(applications === 0 ? [] : [`${applications} Argo CD Applications stay paused there`]),
    ...(suspended === 0 ? [] : [`${suspended} objects of Flux stay suspended there`]),
  ].map((left) => `the new hub does not answer: ${left}`);
}

function notReached(left: readonly string[], absent: readonly string[]): Unfinished {
  return {
    error: switchoverError("SW-RB-08", {
      what: "the old hub was given everything back, and nothing was undone on the new hub",
      why: left.join("; "),
      fix: "once the new hub answers, start the rollback again without secondary-unreachable; where it never will, rollback-allow-partial ends the operation as it is",
    }),
    steps: ["rb_quarantine_secondary", "rb_enable_backup_schedule", "rb_resume_argocd", "rb_resume_flux", ...absent],
  };
}

/**
 * Judges a rollback whose steps have all run: a lost hub, a hanging deletion and absent clusters did not hold them up.
 * Pure.
 */
export function unfinishedOf(memory: OperationMemory, allowPartial: boolean): Unfinished | undefined {
  const { rollback } = memory;
  const left = leftOnNewHub(memory);
  const disconnected = rollback?.disconnected_clusters ?? [];
  const absent = disconnected.length === 0 ? [] : ["rb_verify"];
  if (left.length > 0 && !allowPartial) return notReached(left, absent);
  const hanging = isNewHubAway(memory) ? [] : (rollback?.hanging_restores ?? []);
  if (hanging.length > 0) {
    return {
      error: switchoverError("SW-RB-06", {
        what: "the activation of the new hub is not gone",
        why: `${hanging.join("; ")}; the old hub was given everything back all the same`,
        fix: `${deletionAdvice.replace("then resume", "then start the rollback again")}`,
      }),
      steps: ["rb_delete_activation_restore", "rb_enable_backup_schedule", "rb_recreate_passive", ...absent],
    };
  }
  if (disconnected.length > 0 && !allowPartial) {
    return {
      error: switchoverError("SW-RB-07", {
        what: `${disconnected.length} clusters are not connected to the old hub again`,
        why: `not connected: ${nameList(disconnected)}; an imported cluster that the new hub took needs the old hub's import again`,
        fix: "import them on the old hub (an auto-import-secret in their namespaces, or the import command on the clusters), then start the rollback again; rollback-allow-partial accepts it as it is",
      }),
      steps: ["rb_verify"],
    };
  }
  return undefined;
}
