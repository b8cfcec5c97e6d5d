import { FairleadError } from "../../lib/errors/fairlead-error.ts";
import type { KubeClient } from "../../lib/kube/types.ts";
import type { HubName } from "../acm/hub-identity.ts";
import type { ConnectedHubs } from "../connect-hubs.ts";
import { findOperation } from "../operation/find-operation.ts";
import { readHubFacts } from "../operation/hub-facts.ts";
import { type OperationHub, operationId } from "../operation-id.ts";
import { resolveNamespaces } from "../parameters.ts";
import type { ResolvedTuning } from "../tuning.ts";
import type { PreflightContext } from "./declaration.ts";

/** The name of an operation that was given none; `undefined` where a hub does not say who it is. @throws as `findOperation` */
export async function nameOf(
  context: PreflightContext,
  hubs: ConnectedHubs,
  tuning: ResolvedTuning,
): Promise<string | undefined> {
  const known = await whoTheyAre(context, hubs);
  if (known === undefined) return undefined;
  const { primary, secondary } = known;
  if (primary !== undefined) return operationId(primary, secondary);
  return await findOperation({
    given: undefined,
    stateFolder: context.workspace("state"),
    oldServer: hubs.oldHub === "down" ? hubs.oldServer : "",
    secondary,
    staleHours: tuning.staleHours,
    now: context.clock.now(),
  });
}

interface KnownHubs {
  readonly secondary: OperationHub;
  readonly primary?: OperationHub;
}

async function whoTheyAre(
  { params, signal, log }: PreflightContext,
  hubs: ConnectedHubs,
): Promise<KnownHubs | undefined> {
  const namespaces = resolveNamespaces(params.namespaces);
  const hub = async (client: KubeClient, name: HubName): Promise<OperationHub> => ({
    server: client.server,
    id: (await readHubFacts(client, name, namespaces, signal)).id,
  });
  try {
    const primary = hubs.oldHub === "down" ? {} : { primary: await hub(hubs.clients.primary, "primary") };
    return { ...primary, secondary: await hub(hubs.clients.secondary, "secondary") };
  } catch (error) {
    if (!(error instanceof FairleadError) || signal.aborted) throw error;
    log.warn(`the operation is not known yet: ${error.text.what}`);
    return undefined;
  }
}
