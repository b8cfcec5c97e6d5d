import { join } from "node:path";
import type { KubeClient } from "../../lib/kube/types.ts";
import type { ConnectTarget } from "../../lib/step/types.ts";
import { manager } from "../markers/marker-keys.ts";

/** The parts of a step's context that lead to the cluster. */
export interface ClusterAccess {
  readonly params: { readonly context?: string };
  readonly run: { readonly inTekton: boolean };
  readonly connect: (target: ConnectTarget) => Promise<KubeClient>;
  readonly onExit: (cleanup: () => Promise<void>) => void;
  readonly workspace: (name: "kubeconfig") => string | undefined;
  /** Outside of Tekton, too: a pod that is no step. */
  readonly isInCluster?: boolean;
}

/** The kubeconfig of the workspace, else the cluster that the pod runs in, else the user's current context. */
function kubeconfigOf({ workspace, run, isInCluster = run.inTekton }: ClusterAccess): ConnectTarget["kubeconfig"] {
  const folder = workspace("kubeconfig");
  if (folder !== undefined) return join(folder, "kubeconfig");
  return { kind: isInCluster ? "in-cluster" : "default" };
}

/** Opens the cluster; nothing is sent yet. It is closed when the step ends. @throws FairleadError KUBE-20 to KUBE-25 */
export async function openCluster(access: ClusterAccess): Promise<KubeClient> {
  const { context } = access.params;
  const client = await access.connect({
    name: "cluster",
    kubeconfig: kubeconfigOf(access),
    fieldManager: manager,
    ...(context === undefined ? {} : { context }),
  });
  access.onExit(() => client.close());
  return client;
}
