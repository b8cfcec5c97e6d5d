import type { Clock, Random } from "../../lib/clock/clock.ts";
import type { Logger } from "../../lib/log/logger.ts";
import type { PlanDocument, Planned } from "../../lib/plan/plan-document.ts";
import type { RunIdentity } from "../../lib/step/types.ts";
import type { SwitchoverContext } from "../phases/switchover-context.ts";
import { planPathOf, saveDryRun, writePlan } from "./dry-run-files.ts";
import type { Operation } from "./open-operation.ts";
import { fileMode } from "./operation-locks.ts";
import { operationPlan, type PlanRequest } from "./operation-plan.ts";

interface DryRun {
  /** `switchover` or `rollback`. */
  readonly name: string;
  readonly hubs: PlanRequest["hubs"];
  readonly operation: Operation;
  readonly planned: Planned;
  readonly dryRun: SwitchoverContext["dryRun"];
}

interface Leaving {
  readonly run: RunIdentity;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly workspace: (name: "output") => string | undefined;
}

/**
 * Leaves what a dry run planned in the output folder, and beside the state, where the run that is to do it finds it.
 *
 * @returns the plan, and what to tell of it: nothing where there is no folder
 */
export async function leavePlan(
  leaving: Leaving,
  { name, hubs, operation, planned, dryRun }: DryRun,
): Promise<{ readonly document: PlanDocument; readonly told: { readonly more?: string } }> {
  const { run, clock, random, workspace } = leaving;
  const folder = workspace("output");
  const document = operationPlan({ operation: name, run, clock, hubs }, planned);
  await keepBesideState(leaving, operation.stateFile, document);
  if (folder === undefined) return { document, told: {} };
  const foreseen = dryRun.enabled ? (dryRun.foreseen?.left() ?? []) : [];
  const state = { dry_run: true, memory: operation.recorder.memory(), ...planned, foreseen } as const;
  const options = { random, mode: fileMode(run.inTekton) };
  return { document, told: { more: await saveDryRun(folder, state, document, options) } };
}

/** A folder that takes no file does not spoil a plan. @returns where it lies */
export async function keepBesideState(
  { run, random, log }: Pick<Leaving, "run" | "random" | "log">,
  stateFile: string,
  document: PlanDocument,
): Promise<string | undefined> {
  const path = planPathOf(stateFile);
  try {
    await writePlan(path, document, { mode: fileMode(run.inTekton), random });
    return path;
  } catch (error) {
    log.warn(`the plan could not be kept beside the state: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
