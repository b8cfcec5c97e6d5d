import type { KubeClient } from "../../lib/kube/types.ts";
import type { CommandContext } from "../../lib/step/types.ts";
import type { HubName } from "../acm/hub-identity.ts";
import type { HubNamespaces } from "../acm/namespaces.ts";
import { connectHub, givenHubNames, type HubAccessContext, hubAccess } from "../connect-hubs.ts";
import type { HubFacts } from "../phases/switchover-context.ts";
import { switchoverError } from "../switchover-error.ts";
import { readHubFacts } from "./hub-facts.ts";

/** A hub that a kubeconfig was given for. */
export interface GivenHub {
  /** As the kubeconfig was given; a state may know the hub as the other one. */
  readonly name: HubName;
  readonly client: KubeClient;
  readonly facts: HubFacts;
}

export type GivenHubsContext = HubAccessContext & Pick<CommandContext<Record<never, never>>, "onExit" | "signal">;

/**
 * Opens these hubs and tells them apart.
 *
 * @throws FairleadError as `connectHub` and `readHubFacts`
 */
export async function openHubs(
  context: GivenHubsContext,
  wanted: readonly HubName[],
  namespaces: HubNamespaces,
): Promise<readonly GivenHub[]> {
  const access = hubAccess(context);
  return await Promise.all(
    wanted.map(async (name) => {
      const { client } = await connectHub(access, name);
      context.onExit(() => client.close());
      return { name, client, facts: await readHubFacts(client, name, namespaces, context.signal) };
    }),
  );
}

/**
 * Opens the hubs that something leads to, one or both, and tells them apart.
 *
 * @throws FairleadError SW-ARGO-06 without any; as `openHubs`
 */
export async function openGivenHubs(
  context: GivenHubsContext,
  namespaces: HubNamespaces,
): Promise<readonly GivenHub[]> {
  const given = givenHubNames(hubAccess(context));
  if (given.length === 0) {
    throw switchoverError(
      "SW-ARGO-06",
      {
        what: "no hub is given",
        why: "neither primary-kubeconfig nor secondary-kubeconfig is bound, and neither context is named",
        fix: "bind the kubeconfig of one hub or both, or name primary-context or secondary-context",
      },
      "invalid",
    );
  }
  return await openHubs(context, given, namespaces);
}
