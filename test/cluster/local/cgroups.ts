import { access, mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const root = "/sys/fs/cgroup";
// What kubelet wants in a cgroup root (Kubernetes 1.35).
const version1Controllers = [
  "cpu",
  "cpuacct",
  "cpuset",
  "memory",
  "devices",
  "freezer",
  "blkio",
  "pids",
  "systemd",
  "hugetlb",
];
const version2Controllers = ["cpu", "cpuset", "memory", "pids", "io", "hugetlb"];

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Version 2 has one hierarchy with this file at its top. */
export async function isCgroupVersion2(): Promise<boolean> {
  return await exists(join(root, "cgroup.controllers"));
}

async function hierarchies(): Promise<readonly string[]> {
  if (await isCgroupVersion2()) return [root];
  const found = await Promise.all(version1Controllers.map((controller) => exists(join(root, controller))));
  return version1Controllers.filter((_, index) => found[index]).map((controller) => join(root, controller));
}

async function prepareVersion2(folder: string): Promise<void> {
  const available = (await readFile(join(root, "cgroup.controllers"), "utf8")).split(/\s+/);
  const wanted = version2Controllers.filter((controller) => available.includes(controller));
  const enable = wanted.map((controller) => `+${controller}`).join(" ");
  await writeFile(join(root, "cgroup.subtree_control"), enable);
  await writeFile(join(folder, "cgroup.subtree_control"), enable);
}

async function prepareCpuset(hierarchy: string, folder: string): Promise<void> {
  // A new cpuset of version 1 has no processors: nothing could run in it.
  for (const file of ["cpuset.cpus", "cpuset.mems"]) {
    const path = join(hierarchy, file);
    if (await exists(path)) await writeFile(join(folder, file), await readFile(path, "utf8"));
  }
}

/** Makes the cluster's own cgroup in every hierarchy of this machine. */
export async function createCgroups(name: string): Promise<void> {
  for (const hierarchy of await hierarchies()) {
    const folder = join(hierarchy, name);
    await mkdir(folder, { recursive: true });
    if (hierarchy.endsWith("/cpuset")) await prepareCpuset(hierarchy, folder);
  }
  if (await isCgroupVersion2()) await prepareVersion2(join(root, name));
}

async function folders(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const below = await Promise.all(
    entries.filter((entry) => entry.isDirectory()).map((entry) => folders(join(folder, entry.name))),
  );
  return [...below.flat(), folder];
}

async function killAll(folder: string): Promise<number> {
  const text = await readFile(join(folder, "cgroup.procs"), "utf8").catch(() => "");
  const pids = text.split("\n").filter((line) => line !== "");
  for (const pid of pids) {
    try {
      process.kill(Number(pid), "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // it ended by itself
    }
  }
  return pids.length;
}

/** Ends every process in the cluster's cgroups and removes them, deepest first. Absent is fine. */
export async function removeCgroups(name: string): Promise<void> {
  const tops = (await hierarchies()).map((hierarchy) => join(hierarchy, name));
  for (const top of tops) {
    if (!(await exists(top))) continue;
    const all = await folders(top);
    while ((await Promise.all(all.map(killAll))).some((count) => count > 0)) await pause(20);
    for (const folder of all) await rmdir(folder);
  }
}
