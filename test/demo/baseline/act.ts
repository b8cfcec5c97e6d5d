import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { down, type LocalCluster, up } from "../../cluster/local/cluster.ts";
import { ensurePrograms } from "../../cluster/programs/ensure-programs.ts";
import { fairleadNamespace, installArea } from "../../support/stage.ts";
import { barePlatform } from "./bare-platform.ts";
import type { DemoPlatform } from "./platform.ts";
import { sceneTable, tellStory, type Voice } from "./story.ts";
import { tektonPlatform } from "./tekton-platform.ts";

async function play(platform: DemoPlatform, voice: Voice): Promise<void> {
  const { scenes, report } = await tellStory(platform, voice);
  voice.chapter("The runs");
  console.log(sceneTable(scenes));
  voice.chapter("The report of the run that found a drift, a patch and a paused object");
  voice.log(`report: ${report}`);
}

/** On an API server that ends with the act: no root, no cluster. */
async function playBare(folder: string, voice: Voice): Promise<void> {
  voice.chapter("An API server with the CRDs of a virtualization platform, and no controller");
  const platform = await barePlatform(folder);
  try {
    await play(platform, voice);
  } finally {
    await platform.stop();
  }
}

/** A cluster without a platform: what an earlier act left would be in place already. */
async function freshCluster({ log }: Voice): Promise<LocalCluster> {
  const cluster = await up({ log });
  const crd = await cluster.kubectl([
    "get",
    "crd",
    "hyperconvergeds.hco.kubevirt.io",
    "-o",
    "name",
    "--ignore-not-found",
  ]);
  if (crd.trim() === "") return cluster;
  log("an earlier act left its platform there: the cluster is started anew");
  await down();
  return await up({ log });
}

async function playOnTekton(folder: string, voice: Voice): Promise<void> {
  voice.chapter("Parts: built once from pinned sources, kept in ~/.cache/fairlead");
  await ensurePrograms(["api-server", "cluster", "tekton", "tkn", "dns"], { log: voice.log });
  voice.chapter("A cluster with Tekton, which is the virtualization platform too");
  const cluster = await freshCluster(voice);
  voice.chapter("Fairlead: image and manifests");
  await installArea(cluster, "baseline");
  await play(await tektonPlatform(cluster, folder), voice);
  const { kubectl = "kubectl", tkn = "tkn" } = await ensurePrograms(["kubectl", "tkn"]);
  voice.chapter("Try next (the cluster stays up; make cluster-down removes it)");
  console.log(`  export KUBECONFIG=${cluster.kubeconfig()}
  export PATH=${dirname(kubectl)}:${dirname(tkn)}:$PATH

  tkn pipelinerun list -n ${fairleadNamespace}                   # what ran
  kubectl get events.events.k8s.io -n openshift-cnv       # what it told
  make demo ACT="baseline bare"                     # the same without Tekton and root`);
}

/** The act of the baseline, with Pipelines or by the program alone. */
export async function baselineAct(isBare: boolean, reportFolder: string, voice: Voice): Promise<void> {
  const folder = join(reportFolder, "baseline");
  // Reports of an earlier act must not be taken for this one's.
  await rm(folder, { recursive: true, force: true });
  await (isBare ? playBare : playOnTekton)(folder, voice);
}
