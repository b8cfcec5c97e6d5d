import { execFile } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { removeHostLink, removeNamespace } from "../hub/network-namespace.ts";
import { removeHubs } from "../hub/stop-hubs.ts";
import { removeCgroups } from "./cgroups.ts";
import type { ClusterLayout } from "./layout.ts";

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
  await rm(layout.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
