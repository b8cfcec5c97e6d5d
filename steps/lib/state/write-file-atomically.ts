import { constants } from "node:fs";
import { copyFile, link, mkdir, open, rename, rm } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { Random } from "../clock/clock.ts";
import { asStateError, errorCode } from "./state-error.ts";

export interface AtomicWriteOptions {
  /** 0o664 in a Tekton workspace (the next pod may run under another user id of the same group), 0o600 on a laptop. */
  readonly mode: number;
  readonly random: Random;
  /** Keeps the content that is replaced as `<path>.bak`. */
  readonly backup?: boolean;
}

/** Some shared volumes (CIFS, several FUSE drivers) cannot fsync a directory or change a mode; their rename is still atomic. */
const unsupported = new Set(["EINVAL", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"]);

async function tolerate(codes: ReadonlySet<string>, attempt: () => Promise<void>): Promise<void> {
  try {
    await attempt();
  } catch (error) {
    if (!codes.has(errorCode(error) ?? "")) throw error;
  }
}

/** Makes a rename or a new name in `directory` survive a power cut. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await tolerate(unsupported, () => handle.sync());
  } finally {
    await handle.close();
  }
}

/** Creates `path`, which must not exist, with content that is on disk when this resolves. */
export async function writeNewFile(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  const handle = await open(path, "wx", mode);
  try {
    // `open` subtracts the umask; group-writable is a promise to the next pod. Never wider than asked.
    await tolerate(new Set([...unsupported, "EPERM"]), () => handle.chmod(mode));
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export function temporaryName(path: string, random: Random): string {
  return `${path}.tmp-${random.hex(8)}`;
}

/** `.bak` is replaced by a rename too, so that it is whole at every instant. */
async function keepBackup(path: string, random: Random): Promise<void> {
  const temporary = temporaryName(`${path}.bak`, random);
  try {
    await link(path, temporary).catch(async (error: unknown) => {
      if (errorCode(error) === "ENOENT") throw error;
      // No hard links on this volume.
      await copyFile(path, temporary, constants.COPYFILE_EXCL);
    });
    await rename(temporary, `${path}.bak`);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
  } finally {
    // rename(2) between two links of one inode does nothing and keeps both names: the state after a kill that came
    // between the renames of backup and target.
    await rm(temporary, { force: true });
  }
}

/**
 * Replaces a file so that every reader, and every process after a kill or power cut at any instant, finds either the
 * old or the new content, whole. Parent directories are created. A temporary file is removed on failure.
 *
 * @throws FairleadError STATE-01 (no space), STATE-02 (no permission), STATE-03 (read-only), STATE-04 (other); the old content is intact
 * @example await writeFileAtomically(`${workspace}/state.json`, JSON.stringify(state), { mode: 0o664, random, backup: true });
 */
export async function writeFileAtomically(
  path: string,
  content: string | Uint8Array,
  options: AtomicWriteOptions,
): Promise<void> {
  const temporary = temporaryName(path, options.random);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeNewFile(temporary, content, options.mode);
    if (options.backup === true) await keepBackup(path, options.random);
    await rename(temporary, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {
      // The volume refuses even this; the first error tells why. A later lock holder sweeps the leftover.
    });
    throw asStateError(error, {
      path,
      doing: "write",
      assurance: `${basename(path)} is as it was before, nothing is lost`,
    });
  }
}
