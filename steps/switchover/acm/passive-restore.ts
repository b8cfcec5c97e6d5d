import {
  describeVeleroRestore,
  ignoredBecauseOf,
  isRetriedBySchedule,
  judgeVeleroRestore,
  namedVeleroRestores,
  restorePhaseGroup,
  type VeleroRestoreSummary,
} from "./acm-restore.ts";
import { type AcmVersion, neverRecoversFailedRestore } from "./acm-version.ts";
import type { AcmRestore } from "./hub-objects.ts";

/** What a passive Restore is looked at with. */
export interface PassiveRestoreView {
  readonly restore: AcmRestore;
  /** All Velero Restores of the hub. */
  readonly veleroRestores: readonly VeleroRestoreSummary[];
  /** Version of the hub that has the Restore. */
  readonly version: AcmVersion;
  /** The operation's memory says that it activated this very object (uid). */
  readonly isOurs: boolean;
  /** `restore` deletes and recreates the Restore, so that one that ended with complete data will do. */
  readonly activationMethod: "patch" | "restore";
}

/**
 * Whether a passive Restore can be activated.
 * - `ready`: activate once the Velero Restores in `unfinished` have ended.
 * - `ended-with-data`: terminal, its data is on the hub; only ours, or to be replaced.
 * - `settling`: wait for `Enabled`.
 * - `degraded`: `EnabledWithErrors`; wait for `Enabled`. `complete` = what it names was restored.
 * - `retrying`: `Error` of a cause that the operator looks at again every 60 s; wait for `Enabled`.
 * - `dead`: will not become usable by itself.
 */
export type PassiveRestoreState =
  | { readonly state: "ready"; readonly unfinished: readonly string[]; readonly hiddenFailures: readonly string[] }
  | { readonly state: "ended-with-data"; readonly why: string }
  | { readonly state: "settling"; readonly why: string }
  | { readonly state: "degraded"; readonly why: string; readonly complete: boolean }
  | { readonly state: "retrying"; readonly why: string }
  | { readonly state: "dead"; readonly why: string; readonly fix: string };

const recreate = "delete this Restore and create it anew";

export function judgePassiveRestore(view: PassiveRestoreView): PassiveRestoreState {
  const { restore } = view;
  const phase = restore.status?.phase ?? "";
  const named = namedRestores(view);
  switch (restorePhaseGroup(phase)) {
    case "enabled":
      return enabled(named);
    case "enabled-with-errors":
      return {
        state: "degraded",
        why: [`phase is EnabledWithErrors`, lastMessage(restore), ...problems(named)].filter(Boolean).join("; "),
        complete: isComplete(restore, named),
      };
    case "in-progress":
      return { state: "settling", why: `phase is ${phase === "" ? "empty" : phase}` };
    case "finished":
      return finished(view);
    case "finished-with-errors":
      return finishedWithErrors(view, named);
    case "error":
      return failed(view, named);
  }
}

function enabled(named: readonly VeleroRestoreSummary[]): PassiveRestoreState {
  return {
    state: "ready",
    unfinished: named.filter((one) => judgeVeleroRestore(one) === "in-progress").map(({ name }) => name),
    // The operator shows `Enabled` also where a Velero Restore ended PartiallyFailed.
    hiddenFailures: problems(named),
  };
}

/** Each Velero Restore that the status names is there and Completed; one that names none has restored nothing. */
function isComplete(restore: AcmRestore, named: readonly VeleroRestoreSummary[]): boolean {
  const names = namedVeleroRestores(restore).map(({ name }) => name);
  return (
    names.length > 0 &&
    names.every((name) => named.some((one) => one.name === name)) &&
    named.every((one) => judgeVeleroRestore(one) === "completed")
  );
}

function finished({ restore, isOurs }: PassiveRestoreView): PassiveRestoreState {
  const managedClusters = (restore.spec?.veleroManagedClustersBackupName ?? "").trim().toLowerCase();
  if (managedClusters === "skip") {
    return {
      state: "dead",
      why: "it is Finished with managed clusters `skip`: it no longer syncs and nothing will be restored",
      fix: recreate,
    };
  }
  return isOurs
    ? { state: "ended-with-data", why: "this operation activated it before" }
    : {
        state: "dead",
        why: `it is Finished with managed clusters \`${managedClusters}\`: an earlier activation, whose data may be stale`,
        fix: recreate,
      };
}

function finishedWithErrors(view: PassiveRestoreView, named: readonly VeleroRestoreSummary[]): PassiveRestoreState {
  const blocker = ignoredBecauseOf(lastMessage(view.restore));
  if (blocker !== undefined) {
    return {
      state: "dead",
      why: `the operator ignored it for good because ${blocker} was active`,
      fix: `pause or remove ${blocker}, then ${recreate}`,
    };
  }
  const failures = problems(named);
  const why = ["phase is FinishedWithErrors", lastMessage(view.restore), ...failures].filter(Boolean).join("; ");
  // Terminal: the operator never looks at it again, so that a patch of another's object would do nothing.
  return failures.length === 0 && named.length > 0 && (view.isOurs || view.activationMethod === "restore")
    ? { state: "ended-with-data", why }
    : { state: "dead", why, fix: `see \`oc describe restores.velero.io\` for the cause, then ${recreate}` };
}

function failed({ restore, version }: PassiveRestoreView, named: readonly VeleroRestoreSummary[]): PassiveRestoreState {
  const message = lastMessage(restore);
  const failures = problems(named);
  const why = [`phase is ${restore.status?.phase ?? ""}`, message, ...failures].filter(Boolean).join("; ");
  if (isRetriedBySchedule(message)) {
    return { state: "retrying", why: `${why}; the operator tries again every 60 s` };
  }
  const hopeless = failures.length > 0 && neverRecoversFailedRestore(version);
  return {
    state: "dead",
    why: hopeless ? `${why}; on ACM ${version.text} it never recovers` : why,
    fix: `mend the cause, then ${recreate}`,
  };
}

/** The Velero Restores that the status names, failed ones that its message names included. */
function namedRestores({ restore, veleroRestores }: PassiveRestoreView): readonly VeleroRestoreSummary[] {
  const names = new Set(namedVeleroRestores(restore).map(({ name }) => name));
  const message = lastMessage(restore);
  return veleroRestores.filter(
    (one) =>
      names.has(one.name) || (message !== "" && mentions(message, one.name) && one.name !== restore.metadata.name),
  );
}

function mentions(message: string, name: string): boolean {
  return message.split(/[^A-Za-z0-9.-]+/).some((word) => word === name || word === `${name}.`);
}

function problems(named: readonly VeleroRestoreSummary[]): readonly string[] {
  return named.filter((one) => judgeVeleroRestore(one) === "failed").map(describeVeleroRestore);
}

function lastMessage(restore: AcmRestore): string {
  return restore.status?.lastMessage ?? "";
}
