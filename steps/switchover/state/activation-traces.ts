import type { OperationMemory } from "./operation-memory.ts";

// What an operation remembers of its activation, by whatever method: that of a patched Restore, of one that was
// created, of the clusters that move first, of the first of two stages, and of one that was taken back already.

/** Uids of the Restores by which it restored. Pure. */
export function activationUidsOf(memory: OperationMemory): readonly string[] {
  const { activation, data_restore: data, abandoned_activation: abandoned, selection } = memory;
  const uids = [activation?.restoreUid, data?.uid, abandoned?.uid, selection?.restoreUid];
  return uids.flatMap((uid) => (uid === undefined || uid === "" ? [] : [uid]));
}

/** Whether anything may have been restored by it. A plan is kept before the Restore is created. Pure. */
export function mayHaveRestored(memory: OperationMemory): boolean {
  return memory.activation_plan !== undefined || memory.selection !== undefined || activationUidsOf(memory).length > 0;
}

/** Hub time since when its Restores count, ms since the epoch; 0 where one of them was never seen. Pure. */
export function restoredSince(memory: OperationMemory): number {
  const { activation, data_restore: data, activation_plan: plan, selection } = memory;
  const known = [activation?.appliedAt, data?.appliedAt, selection?.appliedAt].filter((at) => at !== undefined);
  const isUnseen =
    (plan !== undefined && activation === undefined) || (selection !== undefined && selection.appliedAt === undefined);
  return isUnseen || known.length === 0 ? 0 : Math.min(...known);
}
