import { constants } from "node:fs";
import { copyFile, open } from "node:fs/promises";
import { dirname } from "node:path";
import { compactUtc } from "./compact-utc.ts";
import { asStateError, errorCode } from "./state-error.ts";
import { syncDirectory } from "./write-file-atomically.ts";

/**
 * Copies a file aside as `<path>.<label>.<UTC yyyymmddThhmmssZ>`; the original stays. Returns the copy's path.
 *
 * @example await keepCopy(stateFile, "corrupt", clock.now()) // state.json.corrupt.20261124T153000Z
 */
export async function keepCopy(path: string, label: "corrupt" | "reset", now: number): Promise<string> {
  const copy = `${path}.${label}.${compactUtc(now)}`;
  try {
    await copyFile(path, copy, constants.COPYFILE_EXCL).catch((error: unknown) => {
      // The same second: that copy is of this very file.
      if (errorCode(error) !== "EEXIST") throw error;
    });
    const handle = await open(copy, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await syncDirectory(dirname(copy));
    return copy;
  } catch (error) {
    throw asStateError(error, { path, doing: "keep a copy of", assurance: "the file itself was not touched" });
  }
}
