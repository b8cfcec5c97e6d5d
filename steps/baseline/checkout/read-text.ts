import { readFile } from "node:fs/promises";
import { errorCode } from "../../lib/errors/error-code.ts";

/** The text of a file; `undefined` where there is none. @throws Error as the file system has it */
export async function readTextIfAny(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
