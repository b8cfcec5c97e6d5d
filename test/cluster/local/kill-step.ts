import { readdir, readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";

const timeoutMs = 60_000;

/** Undefined for a process that has ended meanwhile. */
async function read(file: string): Promise<string | undefined> {
  return await readFile(file, "utf8").catch(() => undefined);
}

/** Tekton's entrypoint carries the step's command line too, and is not the step. */
async function isStep(pid: string, podUid: string): Promise<boolean> {
  const [cgroup = "", commandLine = ""] = await Promise.all([
    read(`/proc/${pid}/cgroup`),
    read(`/proc/${pid}/cmdline`),
  ]);
  return (
    cgroup.includes(podUid) && commandLine.includes("/opt/fairlead/fairlead") && !commandLine.includes("entrypoint")
  );
}

async function findStep(podUid: string): Promise<number | undefined> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(pids.map((pid) => isStep(pid, podUid)));
  const [pid] = pids.filter((_pid, index) => found[index]);
  return pid === undefined ? undefined : Number(pid);
}

/**
 * SIGKILL to the program that runs in a pod of a local cluster, as soon as it runs. Its TaskRun fails. (Deleting the pod
 * instead makes Tekton 1.15 start another one.)
 */
export async function killStep(podUid: string): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  let pid = await findStep(podUid);
  while (pid === undefined) {
    if (performance.now() > deadline) throw new Error(`no step runs in pod ${podUid} after ${timeoutMs / 1000} s`);
    // /proc cannot be watched.
    await pause(50);
    pid = await findStep(podUid);
  }
  process.kill(pid, "SIGKILL");
}
