import { createHash } from "node:crypto";
import type { KubeClient } from "../../lib/kube/types.ts";
import type { HubName } from "../acm/hub-identity.ts";
import type { HubNamespaces } from "../acm/namespaces.ts";
import type { GivenHub } from "../operation/given-hubs.ts";
import type { Operation } from "../operation/open-operation.ts";
import { newStandalone, openStandalone } from "../operation/open-standalone.ts";
import { type StateDocument, stateShape, withWarnings } from "../state/state-document.ts";
import type { ResolvedTuning } from "../tuning.ts";
import type { ResumeContext } from "./declaration.ts";

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

/** The state of a pause that has paused nothing yet. */
export function newPause(context: ResumeContext, operationId: string, hubs: readonly GivenHub[]): StateDocument {
  return newStandalone({ context, operation: pauseOperation, operationId, hubs });
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

/** As `openStandalone`. */
export async function openArgocdState(
  request: ArgocdRequest,
  choose: (found: StateDocument | undefined) => StateDocument,
): Promise<Operation> {
  const clients = request.hubs.map(({ client }) => client);
  return await openStandalone({ ...request, clients, shape: bystander }, choose);
}
