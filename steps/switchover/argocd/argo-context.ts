import { FairleadError } from "../../lib/errors/fairlead-error.ts";
import type { PhaseContext } from "../../lib/phase/types.ts";
import { objectName } from "../acm/constants.ts";
import type { HubName } from "../acm/hub-identity.ts";
import type { HubNamespaces } from "../acm/namespaces.ts";
import type { OperationMemory } from "../state/operation-memory.ts";
import type { ResolvedTuning } from "../tuning.ts";
import type { ApplicationSummary } from "./application.ts";
import { argoCd } from "./argo-keeper.ts";
import { localClusterOf } from "./find-applications.ts";
import { type Keeper, type KeptHub, ownerKey } from "./keeper.ts";
import type { PauseSeen } from "./plan-pause.ts";
import type { ResumeSeen } from "./plan-resume.ts";

/** What pausing and resuming need: inside a switchover both hubs, by themselves those that were given. */
export interface ArgoContext extends PhaseContext<OperationMemory> {
  readonly namespaces: HubNamespaces;
  readonly tuning: ResolvedTuning;
}

const hubNames: readonly HubName[] = ["primary", "secondary"];

function hubsOf({ clients }: ArgoContext): readonly KeptHub[] {
  return hubNames.flatMap((name) => {
    const client = clients[name];
    return client === undefined ? [] : [{ name, client }];
  });
}

/** Turns a failure to look into one that says what was looked for. @throws FairleadError SW-ARGO-01, SW-FLUX-01 */
async function lookAt<T>(keeper: Keeper, hub: KeptHub, signal: AbortSignal, look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof FairleadError)) throw error;
    const { id, what, part } = keeper.errors.unreadable(hub.name);
    throw new FairleadError(
      { id, what, why: `${error.text.what}: ${error.text.why}`, fix: `${error.text.fix}; ${part}` },
      { exitCode: error.exitCode, cause: error },
    );
  }
}

/** Which of the hubs have it. @throws FairleadError SW-ARGO-01, SW-FLUX-01 */
async function hubsWith(keeper: Keeper, context: ArgoContext): Promise<readonly KeptHub[]> {
  const { signal } = context;
  const found = await Promise.all(
    hubsOf(context).map(async (hub) =>
      (await lookAt(keeper, hub, signal, () => keeper.isInstalled(hub.client, signal))) ? [hub] : [],
    ),
  );
  return found.flat();
}

type Look = (hub: KeptHub, kinds: Keeper["kinds"]) => Promise<readonly ApplicationSummary[]>;

async function objectsOf(
  keeper: Keeper,
  hubs: readonly KeptHub[],
  { signal }: ArgoContext,
  look: Look,
): Promise<readonly ApplicationSummary[]> {
  const lists = await Promise.all(hubs.map((hub) => lookAt(keeper, hub, signal, () => look(hub, keeper.kinds))));
  return lists.flat();
}

/** What there is, and what of it touches ACM. */
function touching(keeper: Keeper, { namespaces, signal }: ArgoContext): Look {
  return async (hub, kinds) => {
    const scope = { namespaces, localCluster: await localClusterOf(hub.client, { signal }) };
    const [owners, ...lists] = await Promise.all([
      keeper.owners?.(hub, scope, { signal }),
      ...kinds.map((kind) => kind.list(hub, scope, { signal })),
    ]);
    return lists.flat().map((one) => (owners?.has(ownerKey(one)) === true ? { ...one, touchesAcm: true } : one));
  };
}

/** For a pause: what there is, on every hub that has it. @throws FairleadError SW-ARGO-01, SW-FLUX-01 */
export async function readForPause(context: ArgoContext, keeper: Keeper = argoCd): Promise<PauseSeen> {
  // All are asked before anything is changed on one.
  const hubs = await hubsWith(keeper, context);
  return {
    installed: hubs.length > 0,
    applications: await objectsOf(keeper, hubs, context, touching(keeper, context)),
    freshRunId: context.random.hex(6),
  };
}

/** Of the hubs on which this operation paused something. @throws FairleadError SW-ARGO-01, SW-FLUX-01 */
export async function readPaused(context: ArgoContext, keeper: Keeper = argoCd): Promise<ResumeSeen> {
  const { namespaces, signal } = context;
  const entries = keeper.state.entries(context.memory()) ?? [];
  const hubs = hubsOf(context).filter(({ name }) => entries.some(({ hub }) => hub === name));
  // What touches ACM does not matter any more, nor what the hub's own cluster is called.
  const scope = { namespaces, localCluster: objectName.localCluster };
  const applications = await objectsOf(keeper, hubs, context, async (hub, kinds) => {
    const concerned = kinds.filter(({ kind }) => entries.some((one) => one.hub === hub.name && one.kind === kind));
    return (await Promise.all(concerned.map(({ list }) => list(hub, scope, { signal })))).flat();
  });
  return { applications, hubs: hubs.map(({ name }) => name) };
}
