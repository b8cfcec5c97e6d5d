import { execFile } from "node:child_process";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { removeNamespace } from "../hub/network-namespace.ts";
import { removeHubs } from "../hub/stop-hubs.ts";
import { removeCgroups } from "./cgroups.ts";
import type { ClusterLayout } from "./layout.ts";
import { removeHostLink } from "./node-network.ts";

const run = promisify(execFile);

/** Deepest first; lazily, since a killed container's mount may be busy for a moment. */
async function unmountBelow(folder: string): Promise<void> {
  const table = await readFile("/proc/self/mounts", "utf8");
  const points = table
    .split("\n")
    .map((line) => (line.split(" ")[1] ?? "").replace(/\\040/g, " "))
    .filter((point) => point.startsWith(`${folder}/`))
    .sort((left, right) => right.length - left.length);
  for (const point of points) await run("umount", ["-l", point]);
}

/**
 * Folders that the host-path provisioner made. It puts them below /tmp whatever it is told; etcd's files name each, also
 * when the cluster did not end in order.
 */
async function volumeFolders(folder: string): Promise<readonly string[]> {
  const files = await readdir(join(folder, "etcd"), { recursive: true, withFileTypes: true }).catch(() => []);
  const found = new Set<string>();
  for (const file of files.filter((entry) => entry.isFile())) {
    const text = (await readFile(join(file.parentPath, file.name))).toString("latin1");
    for (const match of text.matchAll(/\/tmp\/hostpath_pv\/[0-9a-f-]{36}/g)) found.add(match[0]);
  }
  return [...found];
}

/** Where hubs that are plugged into the cluster keep their files. */
export function hubsFolder(layout: ClusterLayout): string {
  return join(layout.folder, "hubs");
}

/** Ends and removes all that a cluster made, by names alone: it also cleans up what a crash left. Absent is fine. */
export async function cleanUp(layout: ClusterLayout): Promise<void> {
  // Whoever holds the lock of the cluster holds its hubs too.
  await removeHubs(hubsFolder(layout), { files: true });
  // Kubelet and containerd first, or they would start again what is ended.
  await removeNamespace(layout.namespace);
  await removeCgroups(layout.cgroup);
  await removeHostLink(layout.hostLink);
  await unmountBelow(layout.folder);
  for (const volume of await volumeFolders(layout.folder)) await rm(volume, { recursive: true, force: true });
  await rm(layout.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
