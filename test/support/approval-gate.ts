import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { LocalCluster } from "../cluster/local/cluster.ts";
import { registryName } from "../cluster/local/layout.ts";
import { koImage } from "../cluster/local/platform-images.ts";
import { pushImage } from "../cluster/local/push-image.ts";
import { inStages, type KubeManifest } from "../cluster/local/tekton-manifests.ts";
import { ensurePrograms } from "../cluster/programs/ensure-programs.ts";
import { moduleFolder } from "../cluster/programs/module-folder.ts";
import { untilEstablished } from "./api-servers/until-established.ts";

const source = "github.com/openshift-pipelines/manual-approval-gate";
const command = /ko:\/\/github\.com\/openshift-pipelines\/manual-approval-gate\/cmd\/([a-z]+)/g;

async function manifests(): Promise<readonly KubeManifest[]> {
  const folder = join(await moduleFolder("manual-approval-gate", source), "config/kubernetes");
  const files = (await readdir(folder)).filter((name) => name.endsWith(".yaml")).toSorted();
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), "utf8")));
  return (
    texts
      .map((text) => text.replace(command, (_match, name: string) => `${registryName}/platform/approval-${name}:1`))
      .flatMap((text) => parseAllDocuments(text))
      // The add-on's own manifests; comments alone make an empty document.
      .map((document) => document.toJS() as KubeManifest | null)
      .filter((manifest): manifest is KubeManifest => manifest !== null)
  );
}

/** The real controller and webhook of OpenShift Pipelines' manual approval gate, on a cluster that has Tekton. */
export async function installApprovalGate(cluster: LocalCluster): Promise<void> {
  const programs = await ensurePrograms(["gate"]);
  for (const name of Object.keys(programs)) await pushImage(cluster.registryUrl, koImage(programs, name));
  const apply = (yaml: string) => cluster.kubectl(["apply", "--server-side", "--force-conflicts", "-f", "-"], yaml);
  const stages = inStages(await manifests()).filter((stage) => stage !== "");
  for (const stage of stages) {
    await apply(stage);
    // Its programs look for their type when they start.
    await untilEstablished(cluster, "crd/approvaltasks.openshift-pipelines.org");
  }
  const available = ["wait", "--for=condition=Available", "-n", "tekton-pipelines", "--timeout=180s"];
  await cluster.kubectl([
    ...available,
    "deployment/manual-approval-gate-controller",
    "deployment/manual-approval-gate-webhook",
  ]);
}
