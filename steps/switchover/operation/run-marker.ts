import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Random } from "../../lib/clock/clock.ts";
import { errorCode } from "../../lib/state/state-error.ts";
import { writeFileAtomically } from "../../lib/state/write-file-atomically.ts";

const fileName = "operation.json";

/** Tells the last Task of a run, which may find no hub to ask, which operation the run belongs to. */
export async function writeRunMarker(
  folder: string | undefined,
  operationId: string,
  options: { readonly mode: number; readonly random: Random },
): Promise<void> {
  if (folder !== undefined) {
    await writeFileAtomically(join(folder, fileName), `${JSON.stringify({ operationId })}\n`, options);
  }
}

/** The operation of this run; `undefined` when no Task of it came so far. */
export async function readRunMarker(folder: string): Promise<string | undefined> {
  try {
    const document: unknown = JSON.parse(await readFile(join(folder, fileName), "utf8"));
    const id =
      typeof document === "object" && document !== null && "operationId" in document ? document.operationId : "";
    return typeof id === "string" && /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(id) ? id : undefined;
  } catch (error) {
    if (errorCode(error) === "ENOENT" || error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}
