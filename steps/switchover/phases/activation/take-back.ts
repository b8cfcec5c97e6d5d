import type { FairleadError } from "../../../lib/errors/fairlead-error.ts";
import type { Action, Wait } from "../../../lib/phase/types.ts";
import { waitOn } from "../../../lib/phase/types.ts";
import { isUsable } from "../../acm/backup-storage.ts";
import type { AcmRestore } from "../../acm/hub-objects.ts";
import { acmRestores } from "../../acm/resources.ts";
import type { OperationMemory } from "../../state/operation-memory.ts";
import { fleetOf, restoresOf, storageOf } from "../hub-reads.ts";
import { ms, type SwitchoverContext } from "../switchover-context.ts";
import { archive } from "./passive-snapshot.ts";

/** An activation that failed for good while its Restore is still active: it must be taken back. */
export const activationFailed = "SW-ACT-12";
/** Someone deleted the Restore of the activation. */
export const activationVanished = "SW-ACT-10";

type Actions = readonly Action<OperationMemory>[];

/**
 * Takes a failed activation back: an ACM Restore that failed is still active, and may activate later by itself (always
 * from ACM 2.17, and on any version after a lost storage location). Afterwards a resumed run activates anew.
 */
export async function takeBack(error: FairleadError, context: SwitchoverContext): Promise<Actions> {
  const { activation } = context.memory();
  const { id } = error.text;
  if (activation === undefined || (id !== activationFailed && id !== activationVanished)) {
    return [];
  }
  const restores = await restoresOf.once(context, "secondary");
  const restore = restores.find((one) => one.metadata.uid === activation.restoreUid);
  if (restore === undefined) {
    return [abandon(activation.restoreUid, undefined, context), ...forgetSteps(context)];
  }
  return [
    { kind: "warn", message: `until it is deleted, Restore ${restore.metadata.name} may still activate the clusters` },
    abandon(activation.restoreUid, restore, context),
    ...forgetSteps(context),
    ...stop(restore, context),
    {
      kind: "warn",
      message: `Restore ${restore.metadata.name} was deleted, so that it cannot activate the clusters later by itself`,
    },
    ...(await tellOfArrived(context)),
  ];
}

function wasPatched(context: SwitchoverContext): boolean {
  return context.memory().activation_plan === undefined;
}

function abandon(uid: string, restore: AcmRestore | undefined, context: SwitchoverContext): Action<OperationMemory> {
  const at = new Date(context.clock.now()).toISOString();
  const abandoned = {
    uid,
    phase: restore?.status?.phase ?? "",
    lastMessage: restore?.status?.lastMessage ?? "",
  };
  return {
    kind: "remember",
    note: "take the activation back",
    update: ({ activation_plan: _plan, data_restore: _data, ...memory }) => ({
      ...archive(memory, restore === undefined ? [] : [restore], at),
      abandoned_activation: abandoned,
    }),
  };
}

/** A patched Restore is made anew and must become Enabled first; a created one needs only another. */
function forgetSteps(context: SwitchoverContext): Actions {
  const steps =
    context.settings.method === "full"
      ? ["create_full_restore"]
      : ["activate_managed_clusters", ...(wasPatched(context) ? ["verify_passive_sync"] : [])];
  return steps.map((step) => ({ kind: "forget", step, note: "the activation was taken back" }));
}

function stop(restore: AcmRestore, context: SwitchoverContext): Actions {
  const { name, uid = "" } = restore.metadata;
  const object = {
    target: "secondary",
    resource: acmRestores,
    ref: { name, namespace: context.namespaces.backup },
    precondition: { uid },
  };
  const toSkip: Action<OperationMemory> = {
    kind: "write",
    change: {
      ...object,
      summary: `set managed clusters of Restore ${name} back to skip`,
      verb: "merge-patch",
      patch: { spec: { veleroManagedClustersBackupName: "skip" } },
    },
  };
  return [
    // From ACM 2.16 the webhook would refuse the operator's removal of its finalizer while a patched one says latest.
    ...(wasPatched(context) ? [toSkip] : []),
    { kind: "write", change: { ...object, summary: `delete Restore ${name}`, verb: "delete" } },
    { kind: "wait", wait: untilGone(restore, context) },
  ];
}

function untilGone(restore: AcmRestore, context: SwitchoverContext): Wait {
  const { name, uid } = restore.metadata;
  return waitOn({
    title: `waiting until Restore ${name} is gone`,
    sources: { restores: restoresOf.live(context, "secondary"), storage: storageOf.live(context, "secondary") },
    decide: ({ restores, storage }) => {
      const left = restores.find((one) => one.metadata.uid === uid);
      if (left === undefined) {
        return { state: "done", note: "gone" };
      }
      const where = storage.some(isUsable) ? "" : "; no storage location is Available, which its deletion needs";
      return { state: "pending", note: `finalizers: ${(left.metadata.finalizers ?? []).join(", ")}${where}` };
    },
    timeoutMs: ms(context.tuning.restoreDeleteWait),
    onTimeout: (note) => ({
      warning:
        (restore.status?.veleroManagedClustersRestoreName ?? "") === ""
          ? `Restore ${name} is being deleted (${note}); its managed-clusters restore was never made, so the activation is stopped for good`
          : `Restore ${name} is still being deleted (${note}); it may still activate the clusters`,
    }),
  });
}

const namesShown = 20;

/** Velero Restores that were made before the failure may have imported clusters. */
async function tellOfArrived(context: SwitchoverContext): Promise<Actions> {
  const names = (await fleetOf(context, "secondary")).map(({ name }) => name);
  if (names.length === 0) return [];
  const more = names.length > namesShown ? ` and ${names.length - namesShown} more` : "";
  const message = `${names.length} clusters are on the new hub already: ${names.slice(0, namesShown).join(", ")}${more}`;
  return [{ kind: "warn", message }];
}
