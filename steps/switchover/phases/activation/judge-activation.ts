import {
  describeVeleroRestore,
  ignoredBecauseOf,
  isRetriedBySchedule,
  judgeVeleroRestore,
  namedVeleroRestores,
  restorePhaseGroup,
  type VeleroRestoreSummary,
} from "../../acm/acm-restore.ts";
import type { AcmRestore } from "../../acm/hub-objects.ts";
import type { Activation } from "../../state/operation-memory.ts";

/**
 * What an activation Restore and its Velero Restores say, without regard to time.
 * - `running`: goes on by itself. - `nothing-yet`: ended without a managed-clusters restore: `Finished` may be written first.
 * - `gone`: the managed-clusters Velero Restore that the status names is not there: nothing proves how it ended.
 * - `retrying`: an error that the operator looks at again. - `failed`: will not end well by itself; while it is still
 *   active it may all the same activate later.
 */
export type ActivationState =
  | { readonly state: "complete"; readonly warnings: readonly string[] }
  | { readonly state: "running" | "nothing-yet"; readonly note: string }
  | { readonly state: "gone"; readonly note: string; readonly stillActive: boolean }
  | { readonly state: "retrying"; readonly note: string; readonly moving: boolean }
  | { readonly state: "failed"; readonly why: string; readonly stillActive: boolean };

export interface ActivationView {
  readonly restore: AcmRestore;
  readonly veleroRestores: readonly VeleroRestoreSummary[];
  readonly activation: Pick<Activation, "restoreUid" | "appliedAt">;
  readonly allowPartial: boolean;
  /** The first of two stages: managed clusters are `skip`. */
  readonly movesNoCluster?: true;
}

/** The Velero Restores of this activation: those in the status, and all that this Restore owns since it was applied. */
export function activationRestores(view: ActivationView): readonly VeleroRestoreSummary[] {
  const named = new Set(namedVeleroRestores(view.restore).map(({ name }) => name));
  const { restoreUid, appliedAt } = view.activation;
  return view.veleroRestores.filter(
    (one) => named.has(one.name) || (one.ownerUid === restoreUid && (one.createdAt ?? 0) >= appliedAt),
  );
}

function progressNote(restore: AcmRestore, restores: readonly VeleroRestoreSummary[]): string {
  const done = restores.reduce((sum, one) => sum + one.itemsRestored, 0);
  const total = restores.reduce((sum, one) => sum + one.totalItems, 0);
  const items = total === 0 ? "" : `, ${done} of ${total} items restored`;
  const message = restore.status?.lastMessage ?? "";
  return `phase ${restore.status?.phase || "empty"}${items}${message === "" ? "" : `: ${message.slice(0, 200)}`}`;
}

const kindWords = {
  managedClusters: "managed clusters",
  credentials: "credentials",
  resources: "resources",
  resourcesGeneric: "generic resources",
} as const;

function goneRestores(restore: AcmRestore, restores: readonly VeleroRestoreSummary[]) {
  const present = new Set(restores.map(({ name }) => name));
  return namedVeleroRestores(restore)
    .filter(({ name }) => !present.has(name))
    .map(({ kind, name }) => ({
      name,
      note: `Velero Restore ${name}, which the status names for the ${kindWords[kind]}, is not there any more`,
    }));
}

/**
 * Every Velero Restore must have ended, the managed-clusters one Completed: `Finished` may come before their end (to ACM
 * 2.16). The name in the status alone proves nothing: Velero deletes its Restores with the backup they were made of.
 */
function judgeVelero(view: ActivationView, mayBeEmpty: boolean): ActivationState {
  const restores = activationRestores(view);
  const managedClusters = view.restore.status?.veleroManagedClustersRestoreName ?? "";
  const unfinished = restores.filter((one) => judgeVeleroRestore(one) === "in-progress");
  if (unfinished.length > 0) {
    return { state: "running", note: `Velero is not done: ${unfinished.map(describeVeleroRestore).join(", ")}` };
  }
  if (managedClusters === "" && !mayBeEmpty) {
    return { state: "nothing-yet", note: "the Restore ended, and no managed-clusters restore was made" };
  }
  const failed = restores.filter((one) => judgeVeleroRestore(one) === "failed");
  const partial = failed.filter((one) => one.phase === "PartiallyFailed");
  if (failed.length > (view.allowPartial ? partial.length : 0)) {
    return { state: "failed", why: failed.map(describeVeleroRestore).join(", "), stillActive: false };
  }
  const gone = goneRestores(view.restore, restores);
  const ofClusters = gone.find(({ name }) => name === managedClusters);
  if (ofClusters !== undefined) return { state: "gone", note: ofClusters.note, stillActive: false };
  const empty = restores.filter((one) => judgeVeleroRestore(one) === "empty");
  const described = [...partial, ...empty].map(describeVeleroRestore);
  return { state: "complete", warnings: [...described, ...gone.map(({ note }) => note)] };
}

function asStillActive(judged: ActivationState): ActivationState {
  return judged.state === "failed" || judged.state === "gone" ? { ...judged, stillActive: true } : judged;
}

function judgeFinishedWithErrors(view: ActivationView): ActivationState {
  const message = view.restore.status?.lastMessage ?? "";
  const blocker = ignoredBecauseOf(message);
  if (blocker !== undefined) {
    return {
      state: "failed",
      why: `the operator ignored the Restore because ${blocker} was active`,
      stillActive: false,
    };
  }
  const messages = view.restore.status?.messages ?? [];
  const known = messages.length > 0 && messages.every((text) => text.includes("already available"));
  const judged = judgeVelero(view, known);
  return judged.state === "complete"
    ? { ...judged, warnings: [`the Restore ended FinishedWithErrors: ${message.slice(0, 300)}`, ...judged.warnings] }
    : judged;
}

function judgeError(view: ActivationView): ActivationState {
  const restores = activationRestores(view);
  const message = view.restore.status?.lastMessage ?? "";
  const broken = restores.filter((one) => judgeVeleroRestore(one) === "failed").map(describeVeleroRestore);
  const why = [`phase is ${view.restore.status?.phase}`, message.slice(0, 300), ...broken].filter(Boolean).join("; ");
  if (isRetriedBySchedule(message)) {
    return { state: "retrying", note: why, moving: restores.some((one) => judgeVeleroRestore(one) === "in-progress") };
  }
  return { state: "failed", why, stillActive: true };
}

/** The operator has said its last word of the activation; Velero may still be at work (to ACM 2.16). Pure. */
export function hasEnded({ status }: AcmRestore): boolean {
  switch (restorePhaseGroup(status?.phase ?? "")) {
    case "finished":
    case "finished-with-errors":
      return true;
    case "enabled":
      return (status?.veleroManagedClustersRestoreName ?? "") !== "";
    default:
      return false;
  }
}

/** Judges an activation by what is seen now. Pure. */
export function judgeActivation(view: ActivationView): ActivationState {
  const phase = view.restore.status?.phase ?? "";
  switch (restorePhaseGroup(phase)) {
    case "in-progress":
      return { state: "running", note: progressNote(view.restore, activationRestores(view)) };
    case "enabled":
      // Right after the patch the Restore still shows Enabled: only a managed-clusters restore proves that it was seen.
      return (view.restore.status?.veleroManagedClustersRestoreName ?? "") === ""
        ? { state: "running", note: "the operator has not looked at the activation yet" }
        : asStillActive(judgeVelero(view, false));
    case "finished":
      return judgeVelero(view, view.movesNoCluster === true);
    case "finished-with-errors":
      return judgeFinishedWithErrors(view);
    case "enabled-with-errors":
    case "error":
      return judgeError(view);
  }
}
