import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { identifyProcess, isAlive, type ProcessIdentity } from "../programs/process-identity.ts";
import { SetupError } from "../programs/setup-error.ts";
import type { Part } from "./hub-state.ts";
import { insideNamespace } from "./network-namespace.ts";

/**
 * Starts the part so that it outlives this process; its output is appended to its log. It is found again by its
 * identity, at the latest by its network namespace.
 */
export async function startDaemon(part: Part): Promise<ProcessIdentity> {
  const log = openSync(part.logFile, "a", 0o600);
  try {
    const [enter = "nsenter", ...words] = insideNamespace(part.namespace);
    // nsenter replaces itself by the program: the process id stays.
    const child = spawn(enter, [...words, part.command, ...part.args], {
      cwd: part.folder,
      stdio: ["ignore", log, log],
      detached: true,
      env: { PATH: process.env["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin", ...part.environment },
    });
    await once(child, "spawn");
    child.unref();
    const identity = child.pid === undefined ? undefined : await identifyProcess(child.pid);
    return identity ?? { pid: child.pid ?? 0, started: "ended" };
  } finally {
    closeSync(log);
  }
}

/** SIGKILL; resolves when it is gone. A process that only bears its number is left alone. */
export async function killDaemon(identity: ProcessIdentity): Promise<void> {
  while (await isAlive(identity)) {
    try {
      process.kill(identity.pid, "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // it ended by itself
    }
    await pause(10);
  }
}

export interface ReadyWait {
  readonly part: Part;
  readonly identity: ProcessIdentity;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Undefined when ready, else what is still missing. Rejections count as missing. */
  readonly look: () => Promise<string | undefined>;
}

/** Waits until the part works. @throws SetupError HUB-04 naming part, reason and log when it ends or takes too long. */
export async function untilReady(wait: ReadyWait): Promise<void> {
  const deadline = performance.now() + wait.timeoutMs;
  let missing = "not looked at yet";
  while (performance.now() < deadline && (await isAlive(wait.identity))) {
    wait.signal.throwIfAborted();
    const seen = await wait.look().catch((error: unknown) => String(error));
    if (seen === undefined) return;
    missing = seen;
    await pause(50, undefined, { signal: wait.signal });
  }
  const { name, logFile } = wait.part;
  throw new SetupError({
    id: "HUB-04",
    what: (await isAlive(wait.identity))
      ? `${name} is not ready after ${wait.timeoutMs / 1000} s: ${missing}`
      : `${name} ended while it was started`,
    why: `last lines of ${logFile}:\n    ${await lastLines(logFile, 8)}`,
    fix: "the log names the reason; on a machine under heavy load start again",
  });
}

export async function lastLines(file: string, count: number): Promise<string> {
  const lines = (await readFile(file, "utf8")).trimEnd().split("\n");
  return lines.slice(-count).join("\n    ");
}
