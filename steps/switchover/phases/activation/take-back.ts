import type { FairleadError } from "../../../lib/errors/fairlead-error.ts";
import type { Action } from "../../../lib/phase/types.ts";
import type { VeleroRestoreSummary } from "../../acm/acm-restore.ts";
import type { AcmRestore } from "../../acm/hub-objects.ts";
import type { OperationMemory } from "../../state/operation-memory.ts";
import { fleetOf, restoresOf, veleroRestoresOf } from "../hub-reads.ts";
import type { SwitchoverContext } from "../switchover-context.ts";
import { archive } from "./passive-snapshot.ts";
import { stopActivation } from "./stop-activation.ts";

/** An activation that failed for good while its Restore is still active: it must be taken back. */
export const activationFailed = "SW-ACT-12";
/** A Restore that ended badly: nothing runs any more. */
export const activationEnded = "SW-ACT-21";
/** Someone deleted the Restore of the activation. */
export const activationVanished = "SW-ACT-10";

type Actions = readonly Action<OperationMemory>[];

/**
 * Takes a failed activation back: an ACM Restore that failed is still active, and may activate later by itself (always
 * from ACM 2.17, and on any version after a lost storage location). Afterwards a resumed run activates anew.
 */
export async function takeBack(error: FairleadError, context: SwitchoverContext): Promise<Actions> {
  const { activation } = context.memory();
  if (activation === undefined || !isForGood(error)) return [];
  const failed = await readFailed(activation.restoreUid, context);
  const { restore, veleroRestores } = failed;
  if (restore === undefined) return [abandon(failed, context), ...forgetSteps(context)];
  return [
    { kind: "warn", message: `Restore ${restore.metadata.name} may still activate the clusters until it is deleted` },
    abandon(failed, context),
    ...forgetSteps(context),
    ...stopActivation(restore, veleroRestores, context),
    ...(await tellOfArrived(context)),
  ];
}

/** After these nothing of the activation goes on by itself that should. */
export function isForGood({ text: { id } }: FairleadError): boolean {
  return id === activationFailed || id === activationVanished;
}

/** The Restore of an activation that failed for good, as it is by then. */
export interface FailedRestore {
  readonly uid: string;
  readonly restore: AcmRestore | undefined;
  readonly veleroRestores: readonly VeleroRestoreSummary[];
}

export async function readFailed(uid: string, context: SwitchoverContext): Promise<FailedRestore> {
  const [restores, veleroRestores] = await Promise.all([
    restoresOf.once(context, "secondary"),
    veleroRestoresOf.once(context, "secondary"),
  ]);
  return { uid, restore: restores.find(({ metadata }) => metadata.uid === uid), veleroRestores };
}

/** Keeps how the Restore ended, for the report and for a resumed run, which takes it for nobody's. Pure. */
export function withAbandoned(memory: OperationMemory, { uid, restore }: FailedRestore, at: string): OperationMemory {
  const { phase = "", lastMessage = "" } = restore?.status ?? {};
  return {
    ...archive(memory, restore === undefined ? [] : [restore], at),
    abandoned_activation: { uid, phase, lastMessage },
  };
}

function wasPatched(context: SwitchoverContext): boolean {
  return context.memory().activation_plan === undefined;
}

function abandon(failed: FailedRestore, { clock }: SwitchoverContext): Action<OperationMemory> {
  const at = new Date(clock.now()).toISOString();
  return {
    kind: "remember",
    note: "take the activation back",
    update: ({ activation_plan: _plan, data_restore: _data, ...memory }) => withAbandoned(memory, failed, at),
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

const namesShown = 20;

/** Velero Restores that were made before the failure may have imported clusters. */
async function tellOfArrived(context: SwitchoverContext): Promise<Actions> {
  const names = (await fleetOf(context, "secondary")).map(({ name }) => name);
  if (names.length === 0) return [];
  const more = names.length > namesShown ? ` and ${names.length - namesShown} more` : "";
  const message = `${names.length} clusters are on the new hub already: ${names.slice(0, namesShown).join(", ")}${more}`;
  return [{ kind: "warn", message }];
}
