import { readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";
import { pid } from "node:process";
import { errorCode } from "./state-error.ts";

/** What names one process for good: process ids are reused, within a boot and across containers. */
export interface ProcessIdentity {
  readonly host: string;
  readonly bootId: string;
  /** Containers on one node share host and boot, but each counts its own process ids. */
  readonly pidNamespace: string;
  readonly pid: number;
  /** Clock ticks from boot to the process's start. */
  readonly startTicks: string;
}

/** Fields 3 (state) and 22 (start time) of proc(5) stat; field 2, the program's name, may hold spaces and brackets. */
async function readStat(processId: number): Promise<{ state: string; startTicks: string } | undefined> {
  try {
    const text = await readFile(`/proc/${processId}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const [state, startTicks] = [fields[0], fields[19]];
    return state === undefined || startTicks === undefined ? undefined : { state, startTicks };
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ESRCH") return undefined;
    throw error;
  }
}

/** This process; `undefined` where there is no procfs (macOS), which makes nothing provable. */
export async function ownProcess(): Promise<ProcessIdentity | undefined> {
  try {
    const [boot, pidNamespace, stat] = await Promise.all([
      readFile("/proc/sys/kernel/random/boot_id", "utf8"),
      readlink("/proc/self/ns/pid"),
      readStat(pid),
    ]);
    if (stat === undefined) return undefined;
    return { host: hostname(), bootId: boot.trim(), pidNamespace, pid, startTicks: stat.startTicks };
  } catch {
    return undefined;
  }
}

/**
 * True only when it is certain that the process no longer runs: same host, boot and process id space as ours, and no
 * live process with that id and start time. Anything uncertain is `false`.
 */
export async function isProcessGone(process: ProcessIdentity): Promise<boolean> {
  const own = await ownProcess();
  if (own === undefined || process.host !== own.host) return false;
  if (process.bootId !== own.bootId || process.pidNamespace !== own.pidNamespace) return false;
  const stat = await readStat(process.pid);
  // Z and X: a zombie has ended and only waits for its parent to look.
  return stat === undefined || stat.startTicks !== process.startTicks || stat.state === "Z" || stat.state === "X";
}
