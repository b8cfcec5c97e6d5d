import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Random } from "../../lib/clock/clock.ts";
import type { ForeseenObjects, PlannedChange } from "../../lib/phase/types.ts";
import type { PlanDocument } from "../../lib/plan/plan-document.ts";
import { planMarkdown } from "../../lib/plan/render-plan.ts";
import { errorCode } from "../../lib/state/state-error.ts";
import { writeFileAtomically } from "../../lib/state/write-file-atomically.ts";
import type { OperationMemory } from "../state/operation-memory.ts";

/** What a dry run's Tasks hand on to each other, in the output folder of that run. No real run ever reads it. */
export interface DryRunState {
  readonly dry_run: true;
  readonly memory: OperationMemory;
  readonly plan: readonly PlannedChange[];
  /** See {@link PlanDocument}. */
  readonly steps: readonly string[];
  readonly foreseen: ForeseenObjects;
}

const fileName = "dry-run-state.json";
export const planFileName = "plan.json";

/** `undefined` where no earlier Task left one: the phase is then planned from live state alone. */
export async function loadDryRun(folder: string | undefined): Promise<DryRunState | undefined> {
  if (folder === undefined) {
    return undefined;
  }
  try {
    const document: unknown = JSON.parse(await readFile(join(folder, fileName), "utf8"));
    const known =
      typeof document === "object" && document !== null && "dry_run" in document && document.dry_run === true;
    // Written by the Task before, in this very run's own folder.
    return known ? (document as DryRunState) : undefined;
  } catch (error) {
    if (errorCode(error) === "ENOENT" || error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}

interface FileOptions {
  readonly random: Random;
  readonly mode: number;
}

/** Leaves the plan for people, for programs and for the next Task. Returns the path of the one for people. */
export async function saveDryRun(
  folder: string,
  state: DryRunState,
  plan: PlanDocument,
  options: FileOptions,
): Promise<string> {
  await writeFileAtomically(join(folder, fileName), `${JSON.stringify(state)}\n`, options);
  return await savePlan(folder, plan, options);
}

/** Leaves the plan for people and for programs. Returns the path of the one for people. */
export async function savePlan(folder: string, plan: PlanDocument, options: FileOptions): Promise<string> {
  const forPeople = join(folder, "plan.md");
  await writeFileAtomically(forPeople, planMarkdown(plan), options);
  await writePlan(join(folder, planFileName), plan, options);
  return forPeople;
}

/** Where the plan of an operation lies beside its state: the approved one, for who asks later what has changed since. */
export function planPathOf(stateFile: string): string {
  return stateFile.replace(/\.json$/, ".plan.json");
}

/** The plan for programs. */
export async function writePlan(path: string, plan: PlanDocument, options: FileOptions): Promise<void> {
  await writeFileAtomically(path, `${JSON.stringify(plan, undefined, 2)}\n`, options);
}
