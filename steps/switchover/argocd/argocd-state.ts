import { createHash } from "node:crypto";
import type { KubeClient } from "../../lib/kube/types.ts";
import type { HubName } from "../acm/hub-identity.ts";
import type { HubNamespaces } from "../acm/namespaces.ts";
import { loadState } from "../operation/load-state.ts";
import { type Operation, recordOperation } from "../operation/open-operation.ts";
import { takeLocks } from "../operation/operation-locks.ts";
import {
  freshDocument,
  type StateDocument,
  type StoredHub,
  stateShape,
  withWarnings,
} from "../state/state-document.ts";
import type { ResolvedTuning } from "../tuning.ts";
import type { ResumeContext } from "./declaration.ts";
import type { GivenHub } from "./given-hubs.ts";

/** Value of `operation` in the state of what was paused apart from a switchover. */
export const pauseOperation = "argocd-pause";

/** Name of the pause of these hubs, the same in whichever order they are given. */
export function pauseOperationId(hubs: readonly { readonly facts: { readonly id: string } }[]): string {
  const ids = hubs.map(({ facts }) => facts.id).sort();
  return `${pauseOperation}-${createHash("sha256").update(JSON.stringify(ids)).digest("hex").slice(0, 8)}`;
}

/** Neither command moves the phase of an operation, nor counts as one of its steps: the journal tells of them. */
const bystander: typeof stateShape = {
  ...stateShape,
  isRecorded: () => false,
  withRecord: (document, { warnings }) => withWarnings(document, warnings),
  withoutRecord: (document) => document,
  withError: (document) => document,
};

const noHub: StoredHub = { id: "", api: "", acmVersion: "" };

/** The state of a pause that has paused nothing yet. */
export function newPause(context: ResumeContext, operationId: string, hubs: readonly GivenHub[]): StateDocument {
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
    // A pause moves no fleet.
    parameters: { method: "", activationMethod: "", oldHubAction: "" },
    at: new Date(clock.now()).toISOString(),
  });
  return { ...document, operation: pauseOperation };
}

/** The clients by the names that the state has for their hubs; contexts that were swapped matter not. */
export function clientsOf(document: StateDocument, hubs: readonly GivenHub[]): Partial<Record<HubName, KubeClient>> {
  const client = (name: HubName): KubeClient | undefined =>
    hubs.find(({ facts }) => facts.id === document.hubs[name].id)?.client;
  const [primary, secondary] = [client("primary"), client("secondary")];
  return { ...(primary === undefined ? {} : { primary }), ...(secondary === undefined ? {} : { secondary }) };
}

export interface ArgocdRequest {
  readonly context: ResumeContext;
  readonly hubs: readonly GivenHub[];
  readonly namespaces: HubNamespaces;
  readonly tuning: ResolvedTuning;
  readonly operationId: string;
  readonly stateFile: string;
}

/**
 * Takes the locks of the operation, then loads its state: nobody else writes it from here on. `choose` makes a new
 * state or takes the one that was found; what it throws refuses.
 *
 * @throws FairleadError exit 4: held by another run, unusable state
 */
export async function openArgocdState(
  request: ArgocdRequest,
  choose: (found: StateDocument | undefined) => StateDocument,
): Promise<Operation> {
  const { context, hubs, stateFile } = request;
  const lost = new AbortController();
  const clients = hubs.map(({ client }) => client);
  const locks = await takeLocks({ ...request, clients, onLost: (error) => lost.abort(error) });
  try {
    const document = choose(await loadState(stateFile, context.clock));
    return await recordOperation({ context, document, stateFile, locks, lost, shape: bystander });
  } catch (error) {
    await locks.release(AbortSignal.timeout(releaseMs));
    throw error;
  }
}

// Well within the grace period of a pod (30 s).
const releaseMs = 15_000;
