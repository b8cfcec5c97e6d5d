import { readFile } from "node:fs/promises";
import type { KubeObject, Resource } from "../../lib/kube/types.ts";
import { isLocalOwnerGone } from "../../lib/state/file-lock.ts";
import type { LockRecord } from "../../lib/state/lock-record.ts";
import type { CommandContext } from "../../lib/step/types.ts";

interface PipelineRun extends KubeObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

const pipelineRuns: Resource<PipelineRun> = {
  group: "tekton.dev",
  version: "v1",
  plural: "pipelineruns",
  kind: "PipelineRun",
  scope: "namespaced",
};

const namespaceFile = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

/** The parts of a step's context that the look at another run needs. */
export type OwnerContext = Pick<CommandContext<Record<never, never>>, "connect" | "log" | "run" | "signal">;

/**
 * Whether the holder of a lock is certainly gone: its PipelineRun has ended, was deleted or is another one of the same
 * name; on a laptop, its process no longer runs. Anything unclear counts as alive.
 */
export function ownerGone(context: OwnerContext): (holder: LockRecord) => Promise<boolean> {
  return async (holder) => {
    if (!context.run.inTekton) {
      return await isLocalOwnerGone(holder);
    }
    try {
      return await isRunOver(context, holder);
    } catch (error) {
      context.log.debug(`cannot tell whether PipelineRun ${holder.pod} has ended: ${String(error)}`);
      return false;
    }
  };
}

async function isRunOver(context: OwnerContext, holder: LockRecord): Promise<boolean> {
  const namespace = (await readFile(namespaceFile, "utf8")).trim();
  const client = await context.connect({
    name: "home",
    kubeconfig: { kind: "in-cluster" },
    fieldManager: "fairlead-switchover",
  });
  try {
    const run = await client.find(pipelineRuns, { name: holder.pod, namespace }, { signal: context.signal });
    const succeeded = run?.status?.conditions?.find((condition) => condition.type === "Succeeded");
    return (
      run === undefined ||
      run.metadata.uid !== holder.owner ||
      (succeeded !== undefined && succeeded.status !== "Unknown")
    );
  } finally {
    await client.close();
  }
}
