import { isKubeError } from "../../../lib/kube/kube-error.ts";
import type { Action, StepPlan } from "../../../lib/phase/types.ts";
import type { VeleroRestoreSummary } from "../../acm/acm-restore.ts";
import { activationRestoreNames } from "../../acm/constants.ts";
import type { AcmRestore } from "../../acm/hub-objects.ts";
import { acmRestores } from "../../acm/resources.ts";
import { activationUidsOf } from "../../state/activation-traces.ts";
import type { OperationMemory } from "../../state/operation-memory.ts";
import { archive } from "../activation/passive-snapshot.ts";
import { restoresOf, veleroRestoresOf } from "../hub-reads.ts";
import { removeRestores } from "../restore-removal.ts";
import { forgetWait, withRollback } from "../schedules/schedule-role.ts";
import type { BothHubsContext } from "../switchover-context.ts";
import { oldHubStep } from "../switchover-context.ts";
import { untouched } from "./rollback-scope.ts";

interface Seen {
  readonly restores: readonly AcmRestore[];
  readonly veleroRestores: readonly VeleroRestoreSummary[];
}

/**
 * The Restores by which this operation activated, or may still activate, the clusters, and what it was deleting for
 * that when it stopped. Pure.
 */
export function activationRestoresOf(restores: readonly AcmRestore[], memory: OperationMemory): readonly AcmRestore[] {
  const ours = new Set(activationUidsOf(memory));
  const archived = new Set((memory.archived_restores ?? []).map(({ uid }) => uid));
  return restores.filter(({ metadata }) => {
    const uid = metadata.uid ?? "";
    const isGoing = metadata.deletionTimestamp !== undefined && archived.has(uid);
    return activationRestoreNames.has(metadata.name) || ours.has(uid) || isGoing;
  });
}

/**
 * What is known of a Restore whose deletion hangs. Velero Restores that Velero has not begun go at once, so that one of
 * the managed clusters that was never made, or is gone, can do nothing any more. Pure.
 */
export function judgeHanging(restore: AcmRestore, veleroRestores: readonly VeleroRestoreSummary[]): string {
  const { name, uid } = restore.metadata;
  const clustersRestore = restore.status?.veleroManagedClustersRestoreName ?? "";
  const isThere = veleroRestores.some(
    (one) =>
      one.ownerUid === uid && (one.name === clustersRestore || one.backupName.startsWith("acm-managed-clusters-")),
  );
  return isThere
    ? `Restore ${name} is still being deleted: it may still activate the clusters, or has done so`
    : `Restore ${name} is still being deleted; its managed-clusters restore is not there, so the activation is stopped for good`;
}

/** Set back to `skip` first: that stops a later activation even if the deletion hangs, and lets the operator end it. */
function disarm(restores: readonly AcmRestore[], context: BothHubsContext): readonly Action<OperationMemory>[] {
  return restores
    .filter(({ spec }) => spec?.syncRestoreWithNewBackups === true && spec.veleroManagedClustersBackupName !== "skip")
    .map(({ metadata: { name, uid } }) => ({
      kind: "write",
      change: {
        target: "secondary",
        resource: acmRestores,
        ref: { name, namespace: context.namespaces.backup },
        summary: `set managed clusters of Restore ${name} back to skip`,
        verb: "merge-patch",
        patch: { spec: { veleroManagedClustersBackupName: "skip" } },
        ...(uid === undefined ? {} : { precondition: { uid } }),
      },
      // From ACM 2.16 every write of a Restore asks the operator; a deletion does not, and ends once it runs again.
      orElse: (error) =>
        isKubeError(error, "WebhookUnavailable")
          ? { warning: `the backup operator on the new hub does not answer: Restore ${name} is deleted as it is` }
          : undefined,
    }));
}

/** As it was before the first write: what is set back to `skip` would be archived so by a run that was killed there. */
function keep(restores: readonly AcmRestore[], context: BothHubsContext): Action<OperationMemory> {
  const at = new Date(context.clock.now()).toISOString();
  return {
    kind: "remember",
    note: `archive ${restores.length} Restore(s)`,
    update: (memory) => archive(memory, restores, at),
  };
}

function noteGone(): Action<OperationMemory> {
  return {
    kind: "remember",
    note: "no deletion hangs",
    update(memory) {
      const left = forgetWait(memory, "deletion_awaited");
      return left.rollback?.hanging_restores === undefined ? left : withRollback(left, { hanging_restores: [] });
    },
  };
}

function noteHanging(hanging: readonly string[]): Action<OperationMemory> {
  return {
    kind: "remember",
    note: "keep which deletions hang",
    update: (memory) => withRollback(memory, { hanging_restores: hanging }),
  };
}

function plan(seen: Seen, context: BothHubsContext): StepPlan<OperationMemory> {
  const memory = context.memory();
  const left = activationRestoresOf(seen.restores, memory);
  if (left.length === 0) {
    const { hanging_restores: hung, deletion_awaited: awaited } = memory.rollback ?? {};
    return hung === undefined && awaited === undefined
      ? { state: "done", note: "no Restore can activate the clusters" }
      : { state: "act", note: "the Restores are gone", actions: [noteGone()], afterwards: "done" };
  }
  if (memory.rollback?.deletion_awaited === true) {
    const hanging = left.map((restore) => judgeHanging(restore, seen.veleroRestores));
    // The old hub does not wait for it: the rollback goes on, and says at its end what is left to do.
    return {
      state: "act",
      note: "the deletion hangs",
      actions: [
        noteHanging(hanging),
        ...hanging.map((message): Action<OperationMemory> => ({ kind: "warn", message })),
      ],
      afterwards: "done",
    };
  }
  return {
    state: "act",
    note: `remove ${left.map(({ metadata }) => metadata.name).join(", ")}`,
    actions: [
      keep(left, context),
      ...disarm(left, context),
      ...removeRestores(context, "secondary", left, { onHang: (note) => ({ warning: `a deletion hangs: ${note}` }) }),
      {
        kind: "remember",
        note: "the deletion was waited for",
        update: (before) => withRollback(before, { deletion_awaited: true }),
      },
    ],
    afterwards: "plan-again",
  };
}

/** Ends what has activated the clusters on the new hub, or may do so later by itself. Restored objects stay. */
export const rbDeleteActivationRestore = oldHubStep<Seen>({
  name: "rb_delete_activation_restore",
  title: "Take the activation of the new hub back",
  onResume: "observe",
  skip: untouched,
  async read(context) {
    const [restores, veleroRestores] = await Promise.all([
      restoresOf.once(context, "secondary"),
      veleroRestoresOf.once(context, "secondary"),
    ]);
    return { restores, veleroRestores };
  },
  plan,
});
