import { access } from "node:fs/promises";
import type { KubeClient } from "../../lib/kube/types.ts";
import type { LeaseVerdict } from "../../lib/state/lease-object.ts";
import { label, lookAtLease, refusal } from "../../lib/state/take-lease.ts";
import { objectName } from "../acm/constants.ts";
import type { HubNamespaces } from "../acm/namespaces.ts";
import { unlessForbidden } from "../phases/unless-forbidden.ts";
import { switchoverError, switchoverExit } from "../switchover-error.ts";

export interface BusyHubsRequest {
  readonly clients: readonly KubeClient[];
  readonly namespaces: HubNamespaces;
  readonly operationId: string;
  /** `undefined` where no state folder is given. */
  readonly stateFile: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Refuses hubs that a switchover is at work on which this run cannot be a part of: another operation, or the same one
 * with its state elsewhere. Without it the checks would take the work of that switchover for faults of the hubs, and
 * advise to undo it. Reads only: whoever comes at the same instant meets at the locks.
 *
 * @throws FairleadError STATE-11, SW-STATE-10 (exit 4)
 */
export async function refuseBusyHubs(request: BusyHubsRequest): Promise<void> {
  for (const client of request.clients) await refuseBusyHub(request, client);
}

async function refuseBusyHub(request: BusyHubsRequest, client: KubeClient): Promise<void> {
  const { namespaces, operationId, stateFile } = request;
  const lease = { client, namespace: namespaces.backup, name: objectName.lease };
  const verdict = await look(request, lease);
  if (verdict?.state !== "held") return;
  if (verdict.holder !== operationId) {
    throw refusal({ ...lease, refusedExitCode: switchoverExit.refused }, verdict.holder, verdict.renewedAt);
  }
  if (stateFile !== undefined && !(await isHere(stateFile))) {
    throw switchoverError(
      "SW-STATE-10",
      {
        what: `operation "${operationId}" is under way, and its state is not in this folder`,
        why: `${label(lease)} was renewed at ${verdict.renewedAt}, but there is no ${stateFile}`,
        fix: "wait until that run has ended, or resume it with the folder that it keeps its state in; if that is lost, its lease expires by itself",
      },
      "refused",
    );
  }
}

/** A role that may not look goes on without this guard, as it does without a lease of its own. */
async function look(
  { signal }: BusyHubsRequest,
  lease: { readonly client: KubeClient; readonly namespace: string; readonly name: string },
): Promise<Exclude<LeaseVerdict, { readonly state: "ours" }> | undefined> {
  return await unlessForbidden(() => lookAtLease({ ...lease, signal }), undefined);
}

/** A run that was killed before its first state leaves at least its lock. */
async function isHere(stateFile: string): Promise<boolean> {
  const found = await Promise.allSettled([access(stateFile), access(`${stateFile}.lock`)]);
  return found.some(({ status }) => status === "fulfilled");
}
