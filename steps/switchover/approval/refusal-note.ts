import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Random } from "../../lib/clock/clock.ts";
import type { FairleadError } from "../../lib/errors/fairlead-error.ts";
import { isFields } from "../../lib/schema/is-fields.ts";
import { errorCode } from "../../lib/state/state-error.ts";
import { writeFileAtomically } from "../../lib/state/write-file-atomically.ts";

const fileName = "refusal.json";

/** Tells the last Task of a run that this one did not let the plan pass: it has nothing else to know that from. */
export async function noteRefusal(
  folder: string | undefined,
  error: FairleadError,
  options: { readonly mode: number; readonly random: Random },
): Promise<void> {
  if (folder === undefined) return;
  const { id, what, why } = error.text;
  await writeFileAtomically(join(folder, fileName), `${JSON.stringify({ id, what, why })}\n`, options);
}

/** Why a Task of this run did not let the plan pass; `undefined` where none refused. */
export async function readRefusal(folder: string): Promise<string | undefined> {
  try {
    const document: unknown = JSON.parse(await readFile(join(folder, fileName), "utf8"));
    const what = isFields(document) ? document["what"] : undefined;
    return typeof what === "string" ? what : undefined;
  } catch (error) {
    if (errorCode(error) === "ENOENT" || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
