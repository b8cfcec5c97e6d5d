import { constants } from "node:fs";
import { open, stat } from "node:fs/promises";
import { errorCode } from "../errors/error-code.ts";

/**
 * A small text file that somebody else may have put there: at most `limit` bytes (0 or less: any size), never a device
 * or a pipe, on which a read could last for ever.
 *
 * @throws Error with a sentence for people; system errors as Node raises them
 */
export async function readTextFile(path: string, limit: number): Promise<string> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) {
      throw new Error("it is no regular file");
    }
    if (limit > 0 && stats.size > limit) {
      throw new Error(`it is ${stats.size} bytes large, more than the ${limit} that are read`);
    }
    return await handle.readFile("utf8");
  } finally {
    await handle.close();
  }
}

/** `false` only where it is certain: what cannot be looked at is left to the reader's error. */
export async function fileExists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    return errorCode(error) !== "ENOENT" && errorCode(error) !== "ENOTDIR";
  }
}
