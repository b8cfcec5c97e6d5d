import type { Clock, Random } from "../../lib/clock/clock.ts";
import type { PlannedChange } from "../../lib/phase/types.ts";
import type { RunIdentity } from "../../lib/step/types.ts";
import { saveDryRun } from "./dry-run-files.ts";
import type { Operation } from "./open-operation.ts";
import { fileMode } from "./operation-locks.ts";
import { operationPlan, type PlanRequest } from "./operation-plan.ts";

interface DryRun {
  /** `switchover` or `rollback`. */
  readonly name: string;
  readonly hubs: PlanRequest["hubs"];
  readonly operation: Operation;
  readonly plan: readonly PlannedChange[];
}

interface Leaving {
  readonly run: RunIdentity;
  readonly clock: Clock;
  readonly random: Random;
  readonly workspace: (name: "output") => string | undefined;
}

/** Leaves what a dry run planned in the output folder. @returns what to tell of it, nothing where there is no folder */
export async function leavePlan(
  { run, clock, random, workspace }: Leaving,
  { name, hubs, operation, plan }: DryRun,
): Promise<{ readonly more?: string }> {
  const folder = workspace("output");
  if (folder === undefined) return {};
  const state = { dry_run: true, memory: operation.recorder.memory(), plan } as const;
  const document = operationPlan({ operation: name, run, clock, hubs }, plan);
  return { more: await saveDryRun(folder, state, document, { random, mode: fileMode(run.inTekton) }) };
}
