import { rollbackSteps } from "../phases/rollback/rollback-steps.ts";
import type { SwitchoverContext, SwitchoverSettings } from "../phases/switchover-context.ts";
import { rollbackScope } from "../state/decide-rollback.ts";
import type { OperationMemory } from "../state/operation-memory.ts";
import { stateShape, withPhase } from "../state/state-document.ts";
import type { Operation } from "./open-operation.ts";
import type { RollbackContext } from "./rollback-declaration.ts";

/** Name of the phase, and of the operation in its plan. */
export const rollbackPhase = "rollback";

/** What only the way forward asks for: a rollback permits nothing of it. */
export const switchoverOnly: SwitchoverSettings = {
  method: "passive",
  activationMethod: "patch",
  oldHubAction: "none",
  pinBackup: false,
  manageAutoImportStrategy: false,
  minManagedClusters: 0,
  allowPartialRestore: false,
  allowMissingClusters: false,
  maxUnavailable: undefined,
  backupScheduleTemplate: undefined,
  skipObservability: false,
  strictObservability: false,
  pauseObservatoriumApi: false,
  disableObservability: false,
  argocdManage: false,
  argocdResume: false,
  fluxManage: false,
  fluxResume: false,
  force: false,
  finalBackup: false,
};

/** The steps of this rollback. */
export function stepsOf(params: Pick<RollbackContext["params"], "recreate-passive">): typeof rollbackSteps {
  return rollbackSteps.filter(({ name }) => params["recreate-passive"] || name !== "rb_recreate_passive");
}

export interface RollbackBegin {
  readonly params: Pick<RollbackContext["params"], "secondary-unreachable">;
  /** ISO-8601. */
  readonly now: string;
  readonly runId: string;
}

/** In one write with the phase: from here on only a rollback may go on with this operation. */
export async function beginRollback(
  { params, now, runId }: RollbackBegin,
  phases: Pick<SwitchoverContext, "dryRun">,
  operation: Operation,
): Promise<void> {
  const begun = (memory: OperationMemory): OperationMemory => ({
    ...memory,
    rollback: {
      scope: rollbackScope(memory),
      ...memory.rollback,
      new_hub_unreachable: params["secondary-unreachable"],
    },
  });
  await operation.update((document) =>
    withPhase(stateShape.withMemory(document, begun(document.config)), rollbackPhase, now, runId),
  );
  // What a dry run remembers is apart from its document.
  if (phases.dryRun.enabled) await operation.recorder.remember(begun);
}
