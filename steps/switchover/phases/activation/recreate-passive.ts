import type { Action } from "../../../lib/phase/types.ts";
import { acmRestores } from "../../acm/resources.ts";
import type { ClusterSelection, OperationMemory } from "../../state/operation-memory.ts";
import { restoresOf } from "../hub-reads.ts";
import type { SwitchoverContext } from "../switchover-context.ts";
import { ownRestore } from "./create-restore.ts";
import { hasRemovedPassive, restoreFrom } from "./passive-snapshot.ts";

/** The selection while its Restore may not exist yet. */
function unseen(selection: ClusterSelection | undefined): ClusterSelection | undefined {
  return selection?.restoreUid === undefined ? selection : undefined;
}

/**
 * What a failure between the deletion of the passive Restore and the creation of its successor leaves to do: the new
 * hub must not stay without passive sync. Nothing when the passive Restore is there, or another deleted it, or the new
 * Restore was created after all.
 */
export async function recreatePassive(context: SwitchoverContext): Promise<readonly Action<OperationMemory>[]> {
  const memory = context.memory();
  const { passive_snapshot: snapshot } = memory;
  const plan = memory.activation_plan ?? unseen(memory.selection);
  if (plan === undefined || snapshot === undefined || !hasRemovedPassive(memory)) return [];
  const restores = await restoresOf.once(context, "secondary");
  const isThere = restores.some((restore) => restore.metadata.name === snapshot.name);
  if (isThere || ownRestore(restores, plan) !== undefined) return [];
  return [
    {
      kind: "remember",
      note: "give the activation up",
      update: ({ activation_plan: _plan, data_restore: _data, selection, ...kept }) =>
        selection === undefined || unseen(selection) !== undefined ? kept : { ...kept, selection },
    },
    { kind: "forget", step: "verify_passive_sync", note: `Restore ${snapshot.name} is made anew` },
    {
      kind: "write",
      change: {
        target: "secondary",
        resource: acmRestores,
        ref: { name: snapshot.name, namespace: snapshot.namespace },
        summary: `create passive Restore ${snapshot.name} again`,
        verb: "create",
        body: restoreFrom(snapshot),
      },
    },
    {
      kind: "warn",
      message: `nothing was activated, and passive Restore ${snapshot.name}, which had been deleted for it, was created again`,
    },
  ];
}
