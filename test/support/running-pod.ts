import type { LocalCluster } from "../cluster/local/cluster.ts";
import { fairleadNamespace } from "./stage.ts";

export interface RunningPod {
  readonly name: string;
  readonly uid: string;
}

/** Resolves when a Task of a PipelineRun has a running pod. @throws Error when the run ends without one. */
export async function runningPod(cluster: LocalCluster, run: string, task: string): Promise<RunningPod> {
  const selector = `tekton.dev/pipelineRun=${run},tekton.dev/pipelineTask=${task}`;
  const pods = ["-n", fairleadNamespace, "pod", "-l", selector];
  await createdBeforeTheEnd(cluster, run, pods);
  await cluster.kubectl(["wait", "--for=jsonpath={.status.phase}=Running", ...pods, "--timeout=120s"]);
  const [pod] = JSON.parse(await cluster.kubectl(["get", ...pods, "-o", "json"])).items;
  return { name: pod.metadata.name, uid: pod.metadata.uid };
}

async function createdBeforeTheEnd(cluster: LocalCluster, run: string, pods: readonly string[]): Promise<void> {
  const enough = new AbortController();
  const created = cluster.kubectl(["wait", "--for=create", ...pods, "--timeout=600s"], "", enough.signal);
  const end = ["wait", "--for=jsonpath={.status.completionTime}", `pipelinerun/${run}`, "--timeout=660s"];
  const ended = cluster.kubectl(["-n", fairleadNamespace, ...end], "", enough.signal).then(() => {
    throw new Error(`PipelineRun ${run} ended without this: kubectl get ${pods.join(" ")}`);
  });
  try {
    await Promise.race([created, ended]);
  } finally {
    enough.abort();
  }
}
