import { copyFile, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { LocalCluster } from "../cluster/local/cluster.ts";
import { isAvailable } from "../support/hubs/is-available.ts";
import { fairleadNamespace, type StagedHubs } from "../support/stage.ts";

/** One line on what a hub's API says of its fleet and its backups. */
export async function fleetOf(hubs: StagedHubs, hub: "primary" | "secondary"): Promise<string> {
  const clusters = (await hubs.seeds[hub].list("managedClusters")).filter(
    (one) => one.metadata.labels?.["local-cluster"] !== "true",
  );
  const available = clusters.filter(isAvailable).length;
  const schedules = (await hubs.seeds[hub].list("backupSchedules")).map(
    (one) => `${one.metadata.name} is ${String(one.status?.["phase"])}`,
  );
  const restores = (await hubs.seeds[hub].list("restores")).map(
    (one) => `${one.metadata.name} is ${String(one.status?.["phase"])}`,
  );
  return `${available} of ${clusters.length} clusters available; ${[...schedules, ...restores].join("; ") || "no schedule, no Restore"}`;
}

/** What a run left on a claim, and where it is to be copied. */
export interface RunOutput {
  readonly claim: string;
  /** Of the PipelineRun. */
  readonly name: string;
  readonly target: string;
}

/** The claim's folder lies on this machine: the files of a run are copied to where they can be opened. Returns their names. */
export async function copyOutput(
  cluster: LocalCluster,
  { claim, name, target }: RunOutput,
): Promise<readonly string[]> {
  const bound = ["get", "pvc", claim, "-n", fairleadNamespace, "-o", "jsonpath={.spec.volumeName}"];
  const volume = (await cluster.kubectl(bound)).trim();
  const folder = (await cluster.kubectl(["get", "pv", volume, "-o", "jsonpath={.spec.hostPath.path}"])).trim();
  const output = join(folder, "output", name);
  const files = await readdir(output);
  // That of an earlier run must not be taken for this one's.
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  for (const file of files) await copyFile(join(output, file), join(target, file));
  return files;
}

/** Copies the report of a switchover. Returns the HTML file, `undefined` where the run wrote none. */
export async function copyReport(cluster: LocalCluster, name: string, target: string): Promise<string | undefined> {
  const files = await copyOutput(cluster, { claim: "switchover-data", name, target });
  return files.includes("report.html") ? join(target, "report.html") : undefined;
}
