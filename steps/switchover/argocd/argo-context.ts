import { FairleadError } from "../../lib/errors/fairlead-error.ts";
import type { PhaseContext } from "../../lib/phase/types.ts";
import { objectName } from "../acm/constants.ts";
import type { HubName } from "../acm/hub-identity.ts";
import type { HubNamespaces } from "../acm/namespaces.ts";
import type { OperationMemory } from "../state/operation-memory.ts";
import type { ResolvedTuning } from "../tuning.ts";
import type { ApplicationSummary } from "./application.ts";
import { type ArgoHub, hasArgoCd, listApplications, localClusterOf } from "./find-applications.ts";
import type { PauseSeen } from "./plan-pause.ts";
import type { ResumeSeen } from "./plan-resume.ts";

/** What pausing and resuming need: inside a switchover both hubs, by themselves those that were given. */
export interface ArgoContext extends PhaseContext<OperationMemory> {
  readonly namespaces: HubNamespaces;
  readonly tuning: ResolvedTuning;
}

const hubNames: readonly HubName[] = ["primary", "secondary"];

function hubsOf({ clients }: ArgoContext): readonly ArgoHub[] {
  return hubNames.flatMap((name) => {
    const client = clients[name];
    return client === undefined ? [] : [{ name, client }];
  });
}

/** Turns a failure to look into one that says what was looked for. @throws FairleadError SW-ARGO-01 */
async function lookAt<T>(hub: ArgoHub, signal: AbortSignal, look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof FairleadError)) throw error;
    throw new FairleadError(
      {
        id: "SW-ARGO-01",
        what: `cannot tell which Argo CD Applications the ${hub.name} hub has`,
        why: `${error.text.what}: ${error.text.why}`,
        fix: `${error.text.fix}; the folder argocd of the roles in rbac/switchover holds what Argo CD needs`,
      },
      { exitCode: error.exitCode, cause: error },
    );
  }
}

/** Which of the hubs have Argo CD. @throws FairleadError SW-ARGO-01 */
async function argoHubs(context: ArgoContext): Promise<readonly ArgoHub[]> {
  const { signal } = context;
  const found = await Promise.all(
    hubsOf(context).map(async (hub) => ((await lookAt(hub, signal, () => hasArgoCd(hub.client, signal))) ? [hub] : [])),
  );
  return found.flat();
}

/** `localCluster` only matters where it is to be told what touches ACM. */
async function applicationsOf(
  hubs: readonly ArgoHub[],
  { namespaces, signal }: ArgoContext,
  localCluster: (hub: ArgoHub) => Promise<string>,
): Promise<readonly ApplicationSummary[]> {
  const lists = await Promise.all(
    hubs.map((hub) =>
      lookAt(hub, signal, async () =>
        listApplications(hub, { namespaces, localCluster: await localCluster(hub) }, { signal }),
      ),
    ),
  );
  return lists.flat();
}

/** For a pause: which Applications there are, on every hub that has Argo CD. @throws FairleadError SW-ARGO-01 */
export async function readForPause(context: ArgoContext): Promise<PauseSeen> {
  // All are asked before anything is changed on one.
  const hubs = await argoHubs(context);
  return {
    installed: hubs.length > 0,
    applications: await applicationsOf(hubs, context, ({ client }) =>
      localClusterOf(client, { signal: context.signal }),
    ),
    freshRunId: context.random.hex(6),
  };
}

/** Of the hubs on which this operation paused something. @throws FairleadError SW-ARGO-01 */
export async function readPaused(context: ArgoContext): Promise<ResumeSeen> {
  const concerned = new Set((context.memory().argocd_paused_apps ?? []).map(({ hub }) => hub));
  const hubs = hubsOf(context).filter(({ name }) => concerned.has(name));
  const applications = await applicationsOf(hubs, context, async () => objectName.localCluster);
  return { applications, hubs: hubs.map(({ name }) => name) };
}
