import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { SetupError } from "../programs/setup-error.ts";

const run = promisify(execFile);

/** Where `ip netns` keeps its namespaces. */
const namespacesFolder = "/run/netns";

/** Runs `ip` with the words of the command. @throws SetupError HUB-02 with what ip said. */
export async function ip(command: string): Promise<string> {
  try {
    return (await run("ip", command.split(" "))).stdout;
  } catch (cause) {
    const said = (cause as { stderr?: string }).stderr?.trim(); // execFile adds what the program wrote
    throw new SetupError(
      {
        id: "HUB-02",
        what: `\`ip ${command}\` failed`,
        why: said || String(cause),
        fix: "the hubs need root and iproute2 (Debian: apt-get install iproute2); left-overs go with: node test/cluster/hub/cli.ts down",
      },
      cause,
    );
  }
}

/**
 * Removes the machine's end of a link; the rest goes with the namespace. Absent is fine, and it may go by itself at any
 * moment: the kernel removes the links of a namespace some time after its name.
 */
export async function removeHostLink(hostLink: string): Promise<void> {
  try {
    await ip(`link del ${hostLink}`);
  } catch (error) {
    if (!(error instanceof SetupError) || !error.message.includes("Cannot find device")) throw error;
  }
}

/** Creates a network namespace with its loopback up. */
export async function createNamespace(name: string): Promise<void> {
  await ip(`netns add ${name}`);
  await ip(`-n ${name} link set lo up`);
}

/** Names of the existing network namespaces with that prefix. */
export async function listNamespaces(prefix: string): Promise<readonly string[]> {
  try {
    return (await readdir(namespacesFolder)).filter((name) => name.startsWith(prefix)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return []; // readdir rejects with system errors only
    throw error;
  }
}

/** Ends every process inside, then removes the namespace with its links. Absent is fine. */
export async function removeNamespace(name: string): Promise<void> {
  if (!(await listNamespaces(name)).includes(name)) return;
  for (;;) {
    // A process may have forked since it was listed: looked at again until none is left.
    const pids = (await ip(`netns pids ${name}`))
      .split("\n")
      .filter((pid) => pid !== "")
      .map(Number);
    if (pids.length === 0) break;
    for (const pid of pids) kill(pid);
    await pause(20);
  }
  await ip(`netns del ${name}`);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // it ended by itself
  }
}

/** Words to put before a command so that it runs inside the namespace. */
export function insideNamespace(name: string): readonly string[] {
  // Not `ip netns exec`: that mounts a /sys of its own.
  return ["nsenter", `--net=${join(namespacesFolder, name)}`, "--"];
}
