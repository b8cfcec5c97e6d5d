import type { KubeClient } from "../../lib/kube/types.ts";
import type { Logger } from "../../lib/log/logger.ts";
import type { ConnectTarget } from "../../lib/step/types.ts";
import { fieldManager } from "../acm/constants.ts";
import { kubeconfigLimit } from "../connect-hubs.ts";
import { readSpokeContexts, type SpokeContext } from "./spoke-contexts.ts";

/** The ways to managed clusters that a run was given. */
export interface SpokeAccess {
  readonly contexts: readonly SpokeContext[];
  /** Sends nothing yet. The caller closes it. @throws FairleadError KUBE-20 to KUBE-25 */
  open(spoke: SpokeContext): Promise<KubeClient>;
}

interface Way {
  readonly connect: (target: ConnectTarget) => Promise<KubeClient>;
  readonly setting: (name: string) => string | undefined;
  readonly log: Logger;
}

/** @throws FairleadError SW-KLU-01 (exit 2) */
export async function spokeAccess(path: string, { connect, setting, log }: Way): Promise<SpokeAccess> {
  const limit = kubeconfigLimit(setting);
  return {
    contexts: await readSpokeContexts(path, limit, (message) => log.warn(message)),
    open: ({ target, file, context }) =>
      connect({ name: target, kubeconfig: file, context, fieldManager, maximumKubeconfigBytes: limit }),
  };
}
