import type { Action, Wait } from "../../../lib/phase/types.ts";
import { waitOn } from "../../../lib/phase/types.ts";
import { describeVeleroRestore, type VeleroRestoreSummary } from "../../acm/acm-restore.ts";
import { veleroScheduleName } from "../../acm/constants.ts";
import type { AcmRestore } from "../../acm/hub-objects.ts";
import { acmRestores } from "../../acm/resources.ts";
import type { OperationMemory } from "../../state/operation-memory.ts";
import { restoresOf, storageOf, veleroPodsOf, veleroRestoresOf } from "../hub-reads.ts";
import { ms, type SwitchoverContext } from "../switchover-context.ts";
import { troubleOf } from "./backup-trouble.ts";

type Actions = readonly Action<OperationMemory>[];

function targetOf({ metadata: { name, uid = "" } }: AcmRestore, context: SwitchoverContext) {
  return {
    target: "secondary",
    resource: acmRestores,
    ref: { name, namespace: context.namespaces.backup },
    precondition: { uid },
  } as const;
}

/**
 * Sets a Restore that was patched to activate back; nothing for one that does not activate, or was created to. From ACM
 * 2.16 the webhook would refuse the operator's removal of its finalizer while such a Restore says latest.
 */
export function backToSkip(restore: AcmRestore, context: SwitchoverContext): Actions {
  const { spec, metadata } = restore;
  const name = (spec?.veleroManagedClustersBackupName ?? "").trim().toLowerCase();
  if (spec?.syncRestoreWithNewBackups !== true || name === "skip") return [];
  return [
    {
      kind: "write",
      change: {
        ...targetOf(restore, context),
        summary: `set managed clusters of Restore ${metadata.name} back to skip`,
        verb: "merge-patch",
        patch: { spec: { veleroManagedClustersBackupName: "skip" } },
      },
    },
  ];
}

/** The Velero Restore that moves the clusters, of this ACM Restore. Pure. */
function clustersRestoreOf(
  restore: AcmRestore,
  veleroRestores: readonly VeleroRestoreSummary[],
): VeleroRestoreSummary | undefined {
  const named = restore.status?.veleroManagedClustersRestoreName ?? "";
  return veleroRestores.find(
    (one) =>
      one.name === named ||
      (one.ownerUid === restore.metadata.uid && one.backupName.startsWith(`${veleroScheduleName.managedClusters}-`)),
  );
}

function hasBegun({ phase }: VeleroRestoreSummary): boolean {
  return phase !== "" && phase !== "New";
}

/**
 * What a deletion that does not end means: only the managed-clusters Velero Restore moves clusters, and one that Velero
 * has not begun goes with its owner at once. Pure.
 *
 * @param before as it was when the deletion was asked for
 */
export function judgeHangingDeletion(
  before: VeleroRestoreSummary | undefined,
  now: VeleroRestoreSummary | undefined,
): string {
  if (now !== undefined) {
    return `${describeVeleroRestore(now)}: the clusters may still be activated, or are already; look at the clusters of the new hub, and do not let the old hub import them before this Restore is gone`;
  }
  if (before !== undefined && hasBegun(before)) {
    return `${before.name} had begun: clusters may have been activated; look at the clusters of the new hub`;
  }
  return "its managed-clusters restore was never begun, so that the activation is stopped for good, and only Velero or the storage location delays its end";
}

function untilGone(
  restore: AcmRestore,
  veleroRestores: readonly VeleroRestoreSummary[],
  context: SwitchoverContext,
): Wait {
  const { name, uid } = restore.metadata;
  const before = clustersRestoreOf(restore, veleroRestores);
  return waitOn({
    title: `waiting until Restore ${name} is gone`,
    sources: {
      restores: restoresOf.live(context, "secondary"),
      veleroRestores: veleroRestoresOf.live(context, "secondary"),
      storage: storageOf.live(context, "secondary"),
      velero: veleroPodsOf.live(context, "secondary"),
    },
    decide: (live) => {
      const left = live.restores.find((one) => one.metadata.uid === uid);
      if (left === undefined) return { state: "done", note: "gone" };
      const verdict = judgeHangingDeletion(before, clustersRestoreOf(left, live.veleroRestores));
      const held = `finalizers: ${(left.metadata.finalizers ?? []).join(", ") || "none"}`;
      return { state: "pending", note: `${held}${troubleOf(live)}; ${verdict}` };
    },
    timeoutMs: ms(context.tuning.restoreDeleteWait),
    onTimeout: (note) => ({ warning: `the deletion of Restore ${name} has not ended (${note})` }),
  });
}

/**
 * Makes sure that a Restore activates nothing later by itself: sets it back, deletes it and waits until it is gone. A
 * deletion that hangs is told of and judged, never forced.
 */
export function stopActivation(
  restore: AcmRestore,
  veleroRestores: readonly VeleroRestoreSummary[],
  context: SwitchoverContext,
): Actions {
  const { name, deletionTimestamp } = restore.metadata;
  const remove: Action<OperationMemory> = {
    kind: "write",
    change: {
      ...targetOf(restore, context),
      summary: `delete Restore ${name}`,
      verb: "delete",
      requestTimeoutMs: ms(context.tuning.deleteRequest),
    },
  };
  return [
    ...backToSkip(restore, context),
    ...(deletionTimestamp === undefined ? [remove] : []),
    {
      kind: "warn",
      message: `Restore ${name} was deleted, so that it cannot activate the clusters later by itself`,
    },
    { kind: "wait", wait: untilGone(restore, veleroRestores, context) },
  ];
}
