import { randomUUID } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { type Bundles, publishBundles } from "../../images/build/bundle.ts";
import { publishImage } from "../../images/build/image.ts";
import { renderManifests } from "../../images/build/render.ts";
import type { Hub } from "../cluster/hub/hub.ts";
import { environmentOptions } from "../cluster/hub/hubs-options.ts";
import { insideNamespace } from "../cluster/hub/network-namespace.ts";
import { startOperators } from "../cluster/hub/operators.ts";
import { type Hubs, startHubs } from "../cluster/hub/start-hubs.ts";
import { stopHubs } from "../cluster/hub/stop-hubs.ts";
import { hubsFolder } from "../cluster/local/clean-up.ts";
import type { LocalCluster } from "../cluster/local/cluster.ts";
import { ensurePrograms } from "../cluster/programs/ensure-programs.ts";
import { claimSpokes } from "../sim/spokes.ts";
import { HubSeed } from "./hubs/hub-seed.ts";

export const fairleadNamespace = "fairlead";
export const manualToken = "manual-token-of-the-tests";
export const webhookSecret = "webhook-secret-of-the-tests";

export interface FleetOptions {
  readonly imported: number;
  readonly hive: number;
  /** Of each hub's Velero; one after the other, as Velero does by itself, when absent. */
  readonly concurrentBackups?: number;
  /** When the real Velero is to make backups by itself, in cron's words; each four hours when absent. */
  readonly veleroSchedule?: string;
}

// Played operators are thirty times faster than real ones: their five minutes become ten seconds. Velero keeps its time.
const timeScale = 30;
const playedVersion = "2.16.1";

/** Wait times in seconds that suit the operators of the hubs. A real one takes the times of the product. */
export function stageTuning(environment: NodeJS.ProcessEnv): Readonly<Record<string, number>> {
  const isReal = (environment["HUB_OPERATOR"] ?? "") !== "";
  return isReal ? { errorGrace: 120 } : { collisionCheckAfter: 12, scheduleHealthyWait: 240, errorGrace: 60 };
}

/** Two hubs with real Velero, a fleet on the first one. */
export interface StagedHubs {
  readonly hubs: Hubs;
  readonly primary: Hub;
  readonly secondary: Hub;
  readonly ids: { readonly primary: string; readonly secondary: string };
  readonly seeds: { readonly primary: HubSeed; readonly secondary: HubSeed };
  /** How long staging waited for Velero's first backups and their arrival on the second hub. */
  readonly waitedMs: number;
  /** Lets go of the hubs, which go on; the end of their cluster ends them. */
  leave(): void;
  stop(): Promise<void>;
}

/** Starts both hubs beside the cluster, seeds the fleet and waits until the second follows the first. */
export async function stageHubs(
  cluster: LocalCluster,
  options: FleetOptions,
  log: (line: string) => void,
): Promise<StagedHubs> {
  const folder = hubsFolder(cluster.layout);
  // New hubs: an operation between those of an earlier stage does not go on here.
  const ids = { primary: randomUUID(), secondary: randomUUID() };
  const environment = await environmentOptions(process.env);
  const acmVersion = environment.operator?.acmVersion ?? playedVersion;
  // Hubs that an earlier stage left hold another fleet.
  await stopHubs(folder);
  const hubs = await startHubs({
    ...environment,
    ...(options.concurrentBackups === undefined ? {} : { concurrentBackups: options.concurrentBackups }),
    folder,
    network: cluster.hubNetwork,
    log,
  });
  const [primary, secondary] = [hubs.hub("primary"), hubs.hub("secondary")];
  const bucket = join(cluster.layout.folder, "spokes");
  const imported = Array.from(
    { length: options.imported },
    (_, index) => `cluster-${String(index + 1).padStart(2, "0")}`,
  );
  const hive = Array.from({ length: options.hive }, (_, index) => `hive-${index + 1}`);
  const seeds = {
    primary: await HubSeed.open(primary, ids.primary, acmVersion),
    secondary: await HubSeed.open(secondary, ids.secondary, acmVersion),
  };
  await Promise.all([seeds.primary.platform(), seeds.secondary.platform()]);
  await claimSpokes(bucket, [...imported, ...hive], ids.primary);
  await seeds.primary.fleet(imported, hive);
  log(`fleet of ${imported.length + hive.length} clusters (${hive.length} Hive) is on the primary hub`);
  const operate = (hub: Hub): Promise<void> => startOperators(hub, { ...environment, acmVersion, timeScale, bucket });
  const leave = (): void => {
    seeds.primary.close();
    seeds.secondary.close();
  };
  const stop = async (): Promise<void> => {
    leave();
    await hubs.stop();
  };
  const waitsBegan = performance.now();
  try {
    await Promise.all([operate(primary), operate(secondary)]);
    await seeds.primary.backupSchedule(
      options.veleroSchedule === undefined ? {} : { veleroSchedule: options.veleroSchedule },
    );
    await seeds.primary.untilBackupsCompleted(5, 240_000);
    log("five backups are in object storage");
    await seeds.secondary.untilBackupsCompleted(5, 240_000);
    await seeds.secondary.passiveRestore();
    await seeds.secondary.untilPhase("restores", "restore-acm-passive-sync", "Enabled", 120_000);
    log("the secondary hub has restored them and follows");
  } catch (error) {
    await stop();
    throw error;
  }
  const waitedMs = performance.now() - waitsBegan;
  return { hubs, primary, secondary, ids, seeds, waitedMs, leave, stop };
}

export interface Installation extends Bundles {
  readonly image: string;
}

/** Builds the step image from this checkout and pushes it to the cluster's registry; returns its name there. */
async function pushStepImage(cluster: LocalCluster): Promise<string> {
  const pushed = await publishImage({ registry: `${new URL(cluster.registryUrl).host}/fairlead`, plainHttp: true });
  return `${cluster.registry}/fairlead/step:${pushed.version}@${pushed.digest}`;
}

/** The manifests with their CronJobs suspended: whoever installs them starts a Job when it is time for it, the clock never. */
async function withoutClock(cluster: LocalCluster, area: string, manifests: string): Promise<string> {
  const folder = join(cluster.layout.folder, "without-clock", area);
  await mkdir(folder, { recursive: true });
  const suspend = { op: "add", path: "/spec/suspend", value: true };
  const kustomization = {
    resources: [relative(folder, manifests)],
    patches: [{ target: { kind: "CronJob" }, patch: JSON.stringify([suspend]) }],
  };
  await writeFile(join(folder, "kustomization.yaml"), JSON.stringify(kustomization));
  return folder;
}

/** Applies the manifests of an area with this image; returns the folder that they were rendered to. */
async function applyArea(cluster: LocalCluster, area: string, image: string): Promise<string> {
  await apply(cluster, { apiVersion: "v1", kind: "Namespace", metadata: { name: fairleadNamespace } });
  const manifests = await renderManifests(area, image, join(cluster.layout.folder, "manifests"));
  const folder = await withoutClock(cluster, area, manifests);
  await cluster.kubectl(["apply", "--server-side", "--force-conflicts", "-k", folder]);
  return manifests;
}

/** Builds the image from this checkout and installs an area with it; returns the folder of the applied manifests. */
export async function installArea(cluster: LocalCluster, area: string): Promise<string> {
  return await applyArea(cluster, area, await pushStepImage(cluster));
}

/** Builds image and bundles from this checkout, pushes them to the cluster's registry and applies the manifests. */
export async function installFairlead(cluster: LocalCluster): Promise<Installation> {
  const { tkn = "tkn" } = await ensurePrograms(["tkn"]);
  const image = await pushStepImage(cluster);
  const bundles = await publishBundles({
    area: "switchover",
    // Go's registry client speaks plain HTTP to localhost only, which the registry is inside the cluster's network.
    registry: "localhost:5000/fairlead",
    clusterRegistry: `${cluster.registry}/fairlead`,
    image,
    tkn: [...insideNamespace(cluster.layout.namespace), tkn],
  });
  await applyArea(cluster, "switchover", image);
  return { ...bundles, image };
}

async function apply(cluster: LocalCluster, object: unknown): Promise<void> {
  await cluster.kubectl(["apply", "--server-side", "--force-conflicts", "-f", "-"], JSON.stringify(object));
}

/** Hands the hubs' kubeconfigs and the webhook's secrets to the cluster. `reversed` swaps the hubs' parts. */
export async function handOver(
  cluster: LocalCluster,
  hubs: Pick<StagedHubs, "primary" | "secondary">,
  reversed = false,
): Promise<void> {
  const [first, second] = reversed ? [hubs.secondary, hubs.primary] : [hubs.primary, hubs.secondary];
  const files = {
    "switchover-primary-kubeconfig": first.kubeconfig(),
    "switchover-secondary-kubeconfig": second.kubeconfig(),
  };
  for (const [name, file] of Object.entries(files)) {
    const manifest = await cluster.kubectl([
      "create",
      "secret",
      "generic",
      name,
      "-n",
      fairleadNamespace,
      `--from-file=kubeconfig=${file}`,
      "--dry-run=client",
      "-o",
      "json",
    ]);
    await apply(cluster, JSON.parse(manifest));
  }
  const metadata = (name: string) => ({ name, namespace: fairleadNamespace });
  await apply(cluster, {
    apiVersion: "v1",
    kind: "Secret",
    metadata: metadata("switchover-webhook"),
    stringData: { token: webhookSecret },
  });
  await apply(cluster, {
    apiVersion: "v1",
    kind: "Secret",
    metadata: metadata("switchover-manual-token"),
    stringData: { token: manualToken },
  });
}
