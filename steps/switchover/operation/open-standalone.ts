import type { Clock, Random } from "../../lib/clock/clock.ts";
import type { KubeClient } from "../../lib/kube/types.ts";
import type { HubName } from "../acm/hub-identity.ts";
import type { HubNamespaces } from "../acm/namespaces.ts";
import { freshDocument, type StateDocument, type StoredHub, type stateShape } from "../state/state-document.ts";
import type { ResolvedTuning } from "../tuning.ts";
import type { GivenHub } from "./given-hubs.ts";
import { loadState } from "./load-state.ts";
import { type Operation, recordOperation } from "./open-operation.ts";
import { releaseMs, takeLocks } from "./operation-locks.ts";
import type { OwnerContext } from "./run-owner.ts";

// Operations of their own beside a switchover: a pause of Argo CD, the removal of a hub.

export interface StandaloneRequest {
  readonly context: OwnerContext & { readonly clock: Clock; readonly random: Random };
  /** Of the hubs that nobody else may work on meanwhile. */
  readonly clients: readonly KubeClient[];
  readonly namespaces: HubNamespaces;
  readonly tuning: ResolvedTuning;
  readonly operationId: string;
  readonly stateFile: string;
  /** How its steps are recorded. */
  readonly shape: typeof stateShape;
}

export interface NewStandalone {
  readonly context: Pick<StandaloneRequest["context"], "run" | "clock"> & {
    readonly params: { readonly "primary-context"?: string; readonly "secondary-context"?: string };
  };
  readonly operation: string;
  readonly operationId: string;
  readonly hubs: readonly GivenHub[];
}

const noHub: StoredHub = { id: "", api: "", acmVersion: "" };

/** The state of an operation that has done nothing yet, with the hubs that were given. */
export function newStandalone({ context, operation, operationId, hubs }: NewStandalone): StateDocument {
  const { params, run, clock } = context;
  const stored = (name: HubName): StoredHub => {
    const hub = hubs.find((one) => one.name === name);
    if (hub === undefined) return noHub;
    return { id: hub.facts.id, api: hub.client.server, acmVersion: hub.facts.version.text };
  };
  const document = freshDocument({
    toolVersion: run.toolVersion,
    operationId,
    contexts: { primary: params["primary-context"] ?? "", secondary: params["secondary-context"] ?? "" },
    hubs: { primary: stored("primary"), secondary: stored("secondary") },
    // It moves no fleet.
    parameters: { method: "", activationMethod: "", oldHubAction: "" },
    at: new Date(clock.now()).toISOString(),
  });
  return { ...document, operation };
}

/**
 * Takes the locks of the operation, then loads its state: nobody else writes it from here on. `choose` makes a new
 * state or takes the one that was found; what it throws refuses.
 *
 * @throws FairleadError exit 4: held by another run, unusable state
 */
export async function openStandalone(
  request: StandaloneRequest,
  choose: (found: StateDocument | undefined) => StateDocument,
): Promise<Operation> {
  const { context, stateFile, shape } = request;
  const lost = new AbortController();
  const locks = await takeLocks({ ...request, onLost: (error) => lost.abort(error) });
  try {
    const document = choose(await loadState(stateFile, context.clock));
    return await recordOperation({ context, document, stateFile, locks, lost, shape });
  } catch (error) {
    await locks.release(AbortSignal.timeout(releaseMs));
    throw error;
  }
}
