import { ToolError } from "../../../images/build/run-tool.ts";
import { SetupError } from "../programs/setup-error.ts";
import type { Kubectl } from "./kubectl.ts";

interface ResourceList {
  readonly resources?: readonly { readonly name: string }[];
}

/** What the manifests and the runs are made of. */
const needed = [
  { group: "tekton.dev/v1", resource: "pipelineruns", part: "Tekton Pipelines" },
  { group: "triggers.tekton.dev/v1beta1", resource: "eventlisteners", part: "Tekton Triggers" },
] as const;

async function requireServer(kubectl: Kubectl): Promise<void> {
  try {
    await kubectl(["get", "--raw", "/version"]);
  } catch (cause) {
    if (!(cause instanceof ToolError)) throw cause;
    throw new SetupError(
      {
        id: "CURRENT-06",
        what: "the cluster of the current context does not answer",
        why: cause.message,
        fix: "see that kubectl cluster-info works: kubectl config use-context <name>, or KUBECONFIG=<file>",
      },
      cause,
    );
  }
}

async function serves(kubectl: Kubectl, group: string, resource: string): Promise<boolean> {
  try {
    const list: ResourceList = JSON.parse(await kubectl(["get", "--raw", `/apis/${group}`]));
    return list.resources?.some((one) => one.name === resource) ?? false;
  } catch (error) {
    if (error instanceof ToolError) return false;
    throw error;
  }
}

/**
 * Sees that the current cluster answers and has Tekton.
 *
 * @throws SetupError CURRENT-06 (no answer), CURRENT-07 (no Tekton)
 */
export async function requireTekton(kubectl: Kubectl): Promise<void> {
  await requireServer(kubectl);
  for (const { group, resource, part } of needed) {
    if (await serves(kubectl, group, resource)) continue;
    throw new SetupError({
      id: "CURRENT-07",
      what: `the cluster of the current context has no ${part}`,
      why: `its API server serves no ${resource} in ${group}`,
      fix: "install OpenShift Pipelines 1.15 or newer, or Tekton Pipelines 0.59 and Triggers 0.27 or newer",
    });
  }
}
