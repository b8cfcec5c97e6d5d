// make demo: a fleet of twelve clusters moves from one hub to another, on real parts, before your eyes; or a
// virtualization platform is kept at its baseline.
//   node test/demo/demo.ts [switchover | interrupted | rollback | disaster | baseline [bare]]
import { dirname, join } from "node:path";
import { type LocalCluster, up } from "../cluster/local/cluster.ts";
import { killStep } from "../cluster/local/kill-step.ts";
import { ensurePrograms } from "../cluster/programs/ensure-programs.ts";
import { SetupError } from "../cluster/programs/setup-error.ts";
import { runningPod } from "../support/running-pod.ts";
import {
  fairleadNamespace,
  handOver,
  type Installation,
  installFairlead,
  type StagedHubs,
  stageHubs,
} from "../support/stage.ts";
import { baselineAct } from "./baseline/act.ts";
import { follow, pipelineRun, type RunOptions, tuning } from "./pipeline-run.ts";
import { readWaits, shareLines } from "./shares.ts";
import { copyReport, fleetOf } from "./show-hubs.ts";

const acts = ["switchover", "interrupted", "rollback", "disaster"] as const;
type Act = (typeof acts)[number];

const root = join(import.meta.dirname, "../..");
const reportFolder = join(root, "dist/demo");
const began = performance.now();

function elapsedMs(): number {
  return performance.now() - began;
}

function log(line: string): void {
  console.log(`${String(Math.round(elapsedMs() / 1000)).padStart(4)} s  ${line}`);
}

function chapter(title: string): void {
  console.log(`\n== ${title}`);
}

interface Scene {
  readonly cluster: LocalCluster;
  readonly installation: Installation;
  readonly hubs: StagedHubs;
  /** When cluster, image and bundles were ready to be used. */
  readonly preparedMs: number;
}

async function createRun({ cluster, installation }: Scene, options: RunOptions): Promise<string> {
  const name = `${options.pipeline}-demo-${Math.round(Date.now() / 1000)}`;
  await cluster.kubectl(["create", "-f", "-"], JSON.stringify(pipelineRun(installation, name, options)));
  return name;
}

async function runToEnd(scene: Scene, options: RunOptions): Promise<Played> {
  const name = await createRun(scene, options);
  return { name, code: await follow(scene.cluster, options.pipeline, name) };
}

interface Played {
  readonly name: string;
  readonly code: number;
}

/** Kills the program in the pod of a Task without a warning. */
async function killDuring(cluster: LocalCluster, run: string, task: string): Promise<void> {
  const { uid } = await runningPod(cluster, run, task);
  await killStep(uid);
  log(`the step of ${task} was killed`);
}

async function killedIn(task: string, scene: Scene): Promise<void> {
  chapter(`The switchover, whose step is killed in ${task}`);
  const name = await createRun(scene, { pipeline: "switchover" });
  await Promise.all([follow(scene.cluster, "switchover", name), killDuring(scene.cluster, name, task)]);
}

/** The last run of each act. */
const plays: Readonly<Record<Act, (scene: Scene) => Promise<Played>>> = {
  async switchover(scene) {
    chapter(`The switchover: a PipelineRun from the bundle by digest, tuning ${JSON.stringify(tuning)}`);
    return await runToEnd(scene, { pipeline: "switchover" });
  },
  async interrupted(scene) {
    await killedIn("finalize", scene);
    chapter("The same once more: what was done is not repeated");
    return await runToEnd(scene, { pipeline: "switchover" });
  },
  async rollback(scene) {
    // Once activated, imported clusters would return only by an import on the old hub.
    await killedIn("activate", scene);
    chapter("Somebody decides against it: the switchover is taken back");
    return await runToEnd(scene, { pipeline: "switchover-rollback" });
  },
  async disaster(scene) {
    chapter("The old hub is lost: nothing of it answers any more");
    const { primary, ids } = scene.hubs;
    for (const program of await primary.lose()) log(`${program} of the old hub was killed`);
    chapter("The new hub takes the fleet over without it: primary-unreachable, confirmed by the new hub's id");
    return await runToEnd(scene, { pipeline: "switchover", lostPrimary: { acknowledgedBy: ids.secondary } });
  },
};

/** Where the fleet has moved, and the hub that it came from is there. */
function hasWayBack(act: Act): boolean {
  return act === "switchover" || act === "interrupted";
}

function wayBack({ primary, secondary }: StagedHubs): string {
  return `
  # the plan of the way back; it changes nothing:
  node steps/cli.ts switchover run --dry-run true \\
    --primary-kubeconfig ${secondary.kubeconfig()} \\
    --secondary-kubeconfig ${primary.kubeconfig()}`;
}

async function sayNext(act: Act, { cluster, hubs }: Scene): Promise<void> {
  const { kubectl = "kubectl", tkn = "tkn" } = await ensurePrograms(["kubectl", "tkn"]);
  chapter("Try next (cluster and hubs stay up; make cluster-down removes them)");
  console.log(`  export KUBECONFIG=${cluster.kubeconfig()}
  export PATH=${dirname(kubectl)}:${dirname(tkn)}:${join(root, "node_modules/.bin")}:$PATH

  tkn pipelinerun list -n ${fairleadNamespace}                   # what ran
  kubectl --kubeconfig ${hubs.secondary.kubeconfig()} get managedclusters${hasWayBack(act) ? wayBack(hubs) : ""}
  make demo ACT=interrupted                         # a step is killed half-way; the next run goes on where it was
  make demo ACT=rollback                            # a step is killed half-way; the switchover is taken back
  make demo ACT=disaster                            # the old hub is lost; the new one takes over without it
  make demo ACT=baseline                            # a virtualization platform is kept at its baseline
  make cluster-status                               # every part with its log`);
}

async function show(act: Act, scene: Scene): Promise<void> {
  const { cluster, hubs } = scene;
  const { name, code } = await plays[act](scene);
  chapter("What the hubs say now");
  log(`old hub: ${act === "disaster" ? "gone" : await fleetOf(hubs, "primary")}`);
  log(`new hub: ${await fleetOf(hubs, "secondary")}`);
  const report = await copyReport(cluster, name, reportFolder);
  log(`report: ${report ?? "the run ended before it wrote one"}`);
  process.exitCode = code;
  if (code !== 0) return;
  chapter("Where the time went");
  const waits = await readWaits(join(reportFolder, "report.json"));
  for (const line of shareLines({
    totalMs: elapsedMs(),
    preparedMs: scene.preparedMs,
    stagingMs: hubs.waitedMs,
    ...waits,
  }))
    console.log(`  ${line}`);
  await sayNext(act, scene);
}

async function demo(act: Act): Promise<void> {
  chapter("Parts: built once from pinned sources, kept in ~/.cache/fairlead");
  await ensurePrograms(["api-server", "cluster", "tekton", "tkn", "dns", "hub"], { log });
  chapter("A cluster with Tekton");
  const cluster = await up({ log });
  chapter("Fairlead: image, bundles, manifests");
  const installation = await installFairlead(cluster);
  log(`image     ${installation.image}`);
  log(`pipelines ${installation.pipelines}`);
  const preparedMs = elapsedMs();
  chapter("Two hubs with real Velero on one object storage, twelve clusters on the first");
  const hubs = await stageHubs(cluster, { imported: 9, hive: 3 }, log);
  try {
    await handOver(cluster, hubs);
    await show(act, { cluster, installation, hubs, preparedMs });
    hubs.leave();
  } catch (error) {
    await hubs.stop();
    throw error;
  }
}

/** What an act of that name plays; `undefined` where there is none. */
function playOf([name = "switchover", where, ...further]: readonly string[]): (() => Promise<void>) | undefined {
  if (further.length > 0) return undefined;
  if (name === "baseline" && (where === undefined || where === "bare")) {
    return () => baselineAct(where === "bare", reportFolder, { chapter, log });
  }
  const act = acts.find((one) => one === name);
  return act === undefined || where !== undefined ? undefined : () => demo(act);
}

const wanted = process.argv.slice(2);
const play = playOf(wanted);
if (play === undefined) {
  console.error(`there is no act "${wanted.join(" ")}"; acts are ${acts.join(", ")}, baseline, baseline bare`);
  process.exitCode = 2;
} else {
  try {
    await play();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
