import type { KubeClient } from "../../lib/kube/types.ts";
import type { HubName } from "../acm/hub-identity.ts";
import type { HubFacts } from "../phases/switchover-context.ts";
import { isActivated, withOldHubBack, withoutOldHub } from "../state/lost-hub.ts";
import type { OperationMemory } from "../state/operation-memory.ts";
import { type FrozenParameters, freshDocument, type StateDocument, type StoredHub } from "../state/state-document.ts";
import { captureBaseline } from "./capture-baseline.ts";
import type { OperationRequest } from "./open-operation.ts";

// The state with which a run begins, or goes on.

function storedHub(client: KubeClient, { id, version }: HubFacts): StoredHub {
  return { id, api: client.server, acmVersion: version.text };
}

/** The hubs of this run, as a state names them. */
export function storedHubs(request: OperationRequest): Readonly<Record<HubName, StoredHub>> {
  const primary: StoredHub =
    request.oldHub === "reachable"
      ? storedHub(request.clients.primary, request.facts.primary)
      : { id: "", api: request.oldServer, acmVersion: "" };
  return { primary, secondary: storedHub(request.clients.secondary, request.facts.secondary) };
}

/** What the old hub shows before anything is changed. */
async function measured(request: OperationRequest): Promise<OperationMemory> {
  if (request.oldHub === "down") return { primary_unreachable: true };
  return {
    primary_version: request.facts.primary.version.text,
    cluster_baseline: await captureBaseline(request.clients.primary, request.context.signal),
  };
}

/**
 * Parameters bind once a step is recorded; until then the operation is what its latest run says. Pure.
 */
export function withOpenParameters(document: StateDocument, parameters: FrozenParameters): StateDocument {
  return document.completed_steps.length > 0 ? document : { ...document, parameters };
}

/** An operation that is known, as it goes on with the hubs that this run may ask. */
export async function resumedDocument(
  found: StateDocument,
  request: OperationRequest,
  parameters: FrozenParameters,
): Promise<StateDocument> {
  const document = withOpenParameters(found, parameters);
  if (request.oldHub === "down") return withoutOldHub(document, parameters);
  const back = withOldHubBack(document, storedHubs(request).primary);
  if (document.config.cluster_baseline !== undefined || isActivated(document)) return back;
  return { ...back, config: { ...back.config, ...(await measured(request)) } };
}

/** An operation that has done nothing yet, with the measure of its success. */
export async function newDocument(request: OperationRequest, parameters: FrozenParameters): Promise<StateDocument> {
  const { context, facts } = request;
  const document = freshDocument({
    toolVersion: context.run.toolVersion,
    operationId: request.operationId,
    contexts: request.contexts,
    hubs: storedHubs(request),
    parameters,
    at: new Date(context.clock.now()).toISOString(),
  });
  const config: OperationMemory = {
    secondary_version: facts.secondary.version.text,
    ...(await measured(request)),
  };
  return { ...document, config };
}
