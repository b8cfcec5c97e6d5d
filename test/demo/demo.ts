// make demo: a fleet of twelve clusters moves from one hub to another, on real parts, before your eyes.
import { spawn } from "node:child_process";
import { copyFile, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { LocalCluster } from "../cluster/local/cluster.ts";
import { up } from "../cluster/local/cluster.ts";
import { ensurePrograms } from "../cluster/programs/ensure-programs.ts";
import { SetupError } from "../cluster/programs/setup-error.ts";
import { isAvailable } from "../support/hubs/is-available.ts";
import {
  fairleadNamespace,
  handOver,
  type Installation,
  installFairlead,
  type StagedHubs,
  stageHubs,
} from "../support/stage.ts";

const root = join(import.meta.dirname, "../..");
const began = performance.now();

// The operators of the hubs are played thirty times faster than they are: their five minutes become ten seconds.
const timeScale = 30;
const tuning = { collisionCheckAfter: 12, scheduleHealthyWait: 240, errorGrace: 60 };

function log(line: string): void {
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(`${String(seconds).padStart(4)} s  ${line}`);
}

function chapter(title: string): void {
  console.log(`\n== ${title}`);
}

function switchoverRun(installation: Installation, name: string): unknown {
  const params = [
    { name: "bundle", value: installation.pipelines },
    { name: "name", value: "switchover" },
    { name: "kind", value: "pipeline" },
  ];
  const secret = (hub: string) => ({
    name: `${hub}-kubeconfig`,
    secret: { secretName: `switchover-${hub}-kubeconfig` },
  });
  return {
    apiVersion: "tekton.dev/v1",
    kind: "PipelineRun",
    metadata: { name, namespace: fairleadNamespace },
    spec: {
      pipelineRef: { resolver: "bundles", params },
      taskRunTemplate: { serviceAccountName: "switchover-runner" },
      timeouts: { pipeline: "7h0m0s", tasks: "6h30m0s", finally: "10m0s" },
      params: [
        { name: "dry-run", value: "false" },
        { name: "tuning", value: JSON.stringify(tuning) },
      ],
      workspaces: [
        { name: "data", persistentVolumeClaim: { claimName: "switchover-data" } },
        secret("primary"),
        secret("secondary"),
      ],
    },
  };
}

/** `fairlead trigger` on the run, as a user would follow it. */
function follow(cluster: LocalCluster, name: string): Promise<number> {
  const args = [
    "trigger",
    "--pipeline",
    "switchover",
    "--run-name",
    name,
    "--namespace",
    fairleadNamespace,
    "--kubeconfig",
    cluster.kubeconfig(),
  ];
  const child = spawn(process.execPath, [join(root, "steps/cli.ts"), ...args], { stdio: "inherit" });
  return new Promise((resolve) => child.once("close", (code) => resolve(code ?? 1)));
}

async function fleetOf(hubs: StagedHubs, hub: "primary" | "secondary"): Promise<string> {
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

/** The claim's folder lies on this machine: the report can be opened from here. */
async function copyReport(cluster: LocalCluster, name: string): Promise<string> {
  const volume = (
    await cluster.kubectl([
      "get",
      "pvc",
      "switchover-data",
      "-n",
      fairleadNamespace,
      "-o",
      "jsonpath={.spec.volumeName}",
    ])
  ).trim();
  const folder = (await cluster.kubectl(["get", "pv", volume, "-o", "jsonpath={.spec.hostPath.path}"])).trim();
  const output = join(folder, "output", name);
  const target = join(root, "dist", "demo");
  await mkdir(target, { recursive: true });
  for (const file of await readdir(output)) await copyFile(join(output, file), join(target, file));
  return join(target, "report.html");
}

async function demo(): Promise<void> {
  chapter("Parts: built once from pinned sources, kept in ~/.cache/fairlead");
  await ensurePrograms(["api-server", "cluster", "tekton", "tkn", "dns", "hub"], { log });
  chapter("A cluster with Tekton");
  const cluster = await up({ log });
  chapter("Fairlead: image, bundles, manifests");
  const installation = await installFairlead(cluster);
  log(`image     ${installation.image}`);
  log(`pipelines ${installation.pipelines}`);
  chapter("Two hubs with real Velero on one object storage, twelve clusters on the first");
  const hubs = await stageHubs(cluster, { imported: 9, hive: 3, acmVersion: "2.16.1", timeScale }, log);
  try {
    await handOver(cluster, hubs);
    await show(cluster, installation, hubs);
  } finally {
    await hubs.stop();
  }
}

async function show(cluster: LocalCluster, installation: Installation, hubs: StagedHubs): Promise<void> {
  chapter(`The switchover: a PipelineRun from the bundle by digest, tuning ${JSON.stringify(tuning)}`);
  const name = `switchover-demo-${Math.round(Date.now() / 1000)}`;
  await cluster.kubectl(["create", "-f", "-"], JSON.stringify(switchoverRun(installation, name)));
  const started = performance.now();
  const code = await follow(cluster, name);
  log(`the run took ${Math.round((performance.now() - started) / 1000)} s`);
  chapter("What the hubs say now");
  log(`old hub: ${await fleetOf(hubs, "primary")}`);
  log(`new hub: ${await fleetOf(hubs, "secondary")}`);
  log(`report: ${await copyReport(cluster, name)}`);
  if (code !== 0) {
    process.exitCode = code;
    return;
  }
  chapter("Try next (the cluster stays up; make cluster-down removes it)");
  console.log(`  export KUBECONFIG=${cluster.kubeconfig()}
  kubectl get pipelineruns -n ${fairleadNamespace}
  make demo                 # again: kill the run half-way with
                            #   tkn pipelinerun cancel -n ${fairleadNamespace} <run> --grace CancelledRunFinally
                            # and start it anew with the same parameters: finished steps are not repeated`);
}

try {
  await demo();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
