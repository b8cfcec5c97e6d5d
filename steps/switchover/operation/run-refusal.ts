import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Random } from "../../lib/clock/clock.ts";
import { FairleadError } from "../../lib/errors/fairlead-error.ts";
import { isFields } from "../../lib/schema/is-fields.ts";
import { errorCode } from "../../lib/state/state-error.ts";
import { writeFileAtomically } from "../../lib/state/write-file-atomically.ts";
import type { StateDocument } from "../state/state-document.ts";
import { switchoverExit } from "../switchover-error.ts";
import { fileMode } from "./operation-locks.ts";

const fileName = "refusal.json";

interface RefusingTask {
  readonly random: Random;
  readonly run: { readonly inTekton: boolean };
  workspace(name: "output"): string | undefined;
}

/** Tells the last Task of a run why this one did not let it in: it has nothing else to know that from. */
export async function noteRefusal(
  folder: string | undefined,
  error: FairleadError,
  options: { readonly mode: number; readonly random: Random },
): Promise<void> {
  if (folder === undefined) return;
  const { id, what, why } = error.text;
  await writeFileAtomically(join(folder, fileName), `${JSON.stringify({ id, what, why })}\n`, options);
}

/** Does what comes before a Task changes anything, and leaves a note where that is refused (exit 4). */
export async function notingRefusal<T>({ random, run, workspace }: RefusingTask, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FairleadError && error.exitCode === switchoverExit.refused) {
      await noteRefusal(workspace("output"), error, { mode: fileMode(run.inTekton), random });
    }
    throw error;
  }
}

/**
 * Why a run was not let in; `undefined` where nothing refused it.
 *
 * @param approvalStatus how each gate ended, as Tekton says: one that was rejected or timed out is `Failed`
 */
export async function refusalOf(approvalStatus: string, output: string | undefined): Promise<string | undefined> {
  const noted = output === undefined ? undefined : await readNote(output);
  if (noted !== undefined) return noted;
  return approvalStatus.split(" ").includes("Failed") ? "the plan was not approved" : undefined;
}

async function readNote(folder: string): Promise<string | undefined> {
  try {
    const document: unknown = JSON.parse(await readFile(join(folder, fileName), "utf8"));
    const what = isFields(document) ? document["what"] : undefined;
    return typeof what === "string" ? what : undefined;
  } catch (error) {
    if (errorCode(error) === "ENOENT" || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Where an operation stands whose run was not let in. */
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
