import { readFile } from "node:fs/promises";

/** A process beyond the life of its number: process ids are reused, the start time beside it is not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat (clock ticks since boot); "unknown" where there is no /proc. */
  readonly started: string;
}

/** Identity of a living process, undefined when there is none of that number (a zombie counts as none). */
export async function identifyProcess(pid: number): Promise<ProcessIdentity | undefined> {
  if (process.platform !== "linux") {
    return answersSignals(pid) ? { pid, started: "unknown" } : undefined;
  }
  try {
    // The command name in parentheses may itself hold spaces and parentheses: fields are counted after the last one.
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state, started] = [fields[0], fields[19]];
    return started === undefined || state === "Z" || state === "X" ? undefined : { pid, started };
  } catch {
    return undefined;
  }
}

export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  const now = await identifyProcess(identity.pid);
  return now !== undefined && now.started === identity.started;
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // kill() throws system errors only
  }
}
