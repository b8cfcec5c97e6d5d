import type { LocalCluster } from "../cluster/local/cluster.ts";
import { fairleadNamespace } from "./stage.ts";

export interface RunningPod {
  readonly name: string;
  readonly uid: string;
}

/** Resolves when a Task of a PipelineRun has a running pod. */
export async function runningPod(cluster: LocalCluster, run: string, task: string): Promise<RunningPod> {
  const selector = `tekton.dev/pipelineRun=${run},tekton.dev/pipelineTask=${task}`;
  const pods = ["-n", fairleadNamespace, "pod", "-l", selector];
  await cluster.kubectl(["wait", "--for=create", ...pods, "--timeout=300s"]);
  await cluster.kubectl(["wait", "--for=jsonpath={.status.phase}=Running", ...pods, "--timeout=120s"]);
  const [pod] = JSON.parse(await cluster.kubectl(["get", ...pods, "-o", "json"])).items;
  return { name: pod.metadata.name, uid: pod.metadata.uid };
}
