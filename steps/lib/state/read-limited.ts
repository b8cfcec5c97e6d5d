import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { asStateError, errorCode } from "./state-error.ts";

export type LimitedContent =
  | { readonly state: "absent" }
  | { readonly state: "not-a-file"; readonly modifiedAt: number }
  | { readonly state: "too-large"; readonly bytes: number; readonly modifiedAt: number }
  /** `modifiedAt` in milliseconds since the epoch. */
  | { readonly state: "read"; readonly bytes: Buffer; readonly modifiedAt: number };

/**
 * Reads a file that anyone with access to the volume may have put there: at most `maxBytes`, never a device or a pipe
 * (opening a pipe without O_NONBLOCK would hang the run).
 *
 * @throws FairleadError STATE-02, STATE-04
 */
export async function readLimited(path: string, maxBytes: number): Promise<LimitedContent> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = await handle.stat();
      const { size, mtimeMs: modifiedAt } = stats;
      if (!stats.isFile()) return { state: "not-a-file", modifiedAt };
      if (size > maxBytes) return { state: "too-large", bytes: size, modifiedAt };
      // One byte more than allowed shows a file that grows while it is read.
      const buffer = Buffer.alloc(Math.min(size, maxBytes) + 1);
      let length = 0;
      while (length < buffer.length) {
        const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
      return { state: "read", bytes: buffer.subarray(0, Math.min(length, size)), modifiedAt };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return { state: "absent" };
    throw asStateError(error, { path, doing: "read", assurance: "nothing was changed" });
  }
}
