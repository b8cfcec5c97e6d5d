import { randomBytes } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { identifyProcess, isAlive, type ProcessIdentity } from "./process-identity.ts";

export interface LockWait {
  readonly signal: AbortSignal;
  /** Called once, when somebody else holds the lock. */
  readonly onWait: (owner: ProcessIdentity) => void;
}

/**
 * Takes the lock file, waiting for its owner; a dead owner's lock is taken over. Returns the function that frees it.
 *
 * It keeps two processes from compiling the same thing twice. Nothing breaks should two takers ever get past it at
 * once: programs appear by rename, complete or not at all.
 */
export async function takeLock(path: string, wait: LockWait): Promise<() => Promise<void>> {
  const own = await identifyProcess(process.pid);
  const content = JSON.stringify(own ?? { pid: process.pid, started: "unknown" });
  let told = false;
  while (!(await createWhole(path, content))) {
    wait.signal.throwIfAborted();
    const owner = await readOwner(path);
    if (owner !== undefined && (await isAlive(owner))) {
      if (!told) wait.onWait(owner);
      told = true;
      // The owner's death is no file event, so its life is asked for.
      await pause(250, undefined, { signal: wait.signal });
    } else {
      await discard(path);
    }
  }
  return () => rm(path, { force: true });
}

/** Creates the file with its content in one step: a reader never sees it empty. */
async function createWhole(path: string, content: string): Promise<boolean> {
  const whole = `${path}.${randomBytes(6).toString("hex")}`;
  await writeFile(whole, content);
  try {
    await link(whole, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false; // link() rejects with system errors only
    throw error;
  } finally {
    await rm(whole, { force: true });
  }
}

async function readOwner(path: string): Promise<ProcessIdentity | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    return isIdentity(value) ? value : undefined;
  } catch {
    return undefined; // freed meanwhile, or foreign content: both are settled by the next attempt
  }
}

function isIdentity(value: unknown): value is ProcessIdentity {
  return typeof value === "object" && value !== null && "pid" in value && "started" in value;
}

async function discard(path: string): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error; // another waiter was faster
  }
  await rm(aside, { force: true });
}
