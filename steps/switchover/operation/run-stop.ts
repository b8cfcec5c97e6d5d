import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Random } from "../../lib/clock/clock.ts";
import { FairleadError } from "../../lib/errors/fairlead-error.ts";
import { isFields } from "../../lib/schema/is-fields.ts";
import { errorCode } from "../../lib/state/state-error.ts";
import { writeFileAtomically } from "../../lib/state/write-file-atomically.ts";
import type { StateDocument } from "../state/state-document.ts";
import { outcomeOf } from "../switchover-error.ts";
import { fileMode } from "./operation-locks.ts";

const fileName = "stop.json";

interface StoppingTask {
  readonly random: Random;
  readonly run: { readonly inTekton: boolean };
}

/** How a run ended that was stopped before it began anything. */
export interface RunStop {
  readonly outcome: "refused" | "failed";
  readonly what: string;
}

async function noteStop({ random, run }: StoppingTask, folder: string, error: FairleadError): Promise<void> {
  const { id, what, why } = error.text;
  const note = `${JSON.stringify({ outcome: outcomeOf(error), id, what, why })}\n`;
  await writeFileAtomically(join(folder, fileName), note, { mode: fileMode(run.inTekton), random });
}

/**
 * Does what comes before a Task begins anything. Where that fails, a note in the output folder tells the last Task of the
 * run why: it has nothing else to know that from, as Tekton (v1) skips a Task that asks for a result which a failed one
 * did not write.
 */
export async function notingStop<T>(
  task: StoppingTask,
  output: string | undefined,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (output !== undefined && error instanceof FairleadError) await noteStop(task, output, error);
    throw error;
  }
}

/**
 * What stopped a run before it began anything; `undefined` where nothing did.
 *
 * @param approvalStatus how each gate ended, as Tekton says: one that was rejected or timed out is `Failed`
 */
export async function stopOf(approvalStatus: string, output: string | undefined): Promise<RunStop | undefined> {
  const noted = output === undefined ? undefined : await readNote(output);
  if (noted !== undefined) return noted;
  const rejected = approvalStatus.split(" ").includes("Failed");
  return rejected ? { outcome: "refused", what: "the plan was not approved" } : undefined;
}

async function readNote(folder: string): Promise<RunStop | undefined> {
  try {
    const document: unknown = JSON.parse(await readFile(join(folder, fileName), "utf8"));
    if (!isFields(document) || typeof document["what"] !== "string") return undefined;
    return { outcome: document["outcome"] === "refused" ? "refused" : "failed", what: document["what"] };
  } catch (error) {
    if (errorCode(error) === "ENOENT" || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Where an operation stands whose run was stopped before it began anything. */
export function whereItStands({
  current_phase: phase,
  completed_phases: completed = [],
  config,
}: StateDocument): string {
  if (phase === "completed") return "this run changed nothing: the operation was completed before";
  if (config.rollback !== undefined) return "start the rollback again to go on with it";
  if (completed.includes("activation")) return "this run changed nothing more: start it again to go on";
  return completed.length === 0
    ? "the fleet has not moved: start again to go on"
    : "the old hub is prepared, the fleet has not moved: start again to go on, or take it back with a rollback";
}
