import type { LocalCluster } from "../cluster/local/cluster.ts";
import { fairleadNamespace } from "../support/stage.ts";

/** Waits until a Task of the run works, then takes its pod away without a warning, as the loss of a node does. */
export async function killStep(
  cluster: LocalCluster,
  run: string,
  task: string,
  log: (line: string) => void,
): Promise<void> {
  const selector = `tekton.dev/pipelineRun=${run},tekton.dev/pipelineTask=${task}`;
  const pods = ["-n", fairleadNamespace, "pod", "-l", selector];
  await cluster.kubectl(["wait", "--for=create", ...pods, "--timeout=300s"]);
  await cluster.kubectl(["wait", "--for=jsonpath={.status.phase}=Running", ...pods, "--timeout=120s"]);
  await cluster.kubectl(["delete", ...pods, "--grace-period=0", "--force"]);
  log(`the pod of ${task} was killed`);
}
