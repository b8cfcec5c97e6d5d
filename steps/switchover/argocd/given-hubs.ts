import type { KubeClient } from "../../lib/kube/types.ts";
import type { HubName } from "../acm/hub-identity.ts";
import type { HubNamespaces } from "../acm/namespaces.ts";
import { connectHub, type HubAccess } from "../connect-hubs.ts";
import { readHubFacts } from "../operation/hub-facts.ts";
import type { HubFacts } from "../phases/switchover-context.ts";
import { switchoverError } from "../switchover-error.ts";
import type { ResumeContext } from "./declaration.ts";

/** A hub that a kubeconfig was given for. */
export interface GivenHub {
  /** As the kubeconfig was given; a state may know the hub as the other one. */
  readonly name: HubName;
  readonly client: KubeClient;
  readonly facts: HubFacts;
}

const names: readonly HubName[] = ["primary", "secondary"];

type Context = Pick<ResumeContext, "params" | "workspace" | "connect" | "setting" | "run" | "onExit" | "signal">;

function accessOf({ params, workspace, connect, setting, run }: Context): HubAccess {
  return {
    connect,
    setting,
    folders: { primary: workspace("primary-kubeconfig"), secondary: workspace("secondary-kubeconfig") },
    contexts: { primary: params["primary-context"], secondary: params["secondary-context"] },
    inTekton: run.inTekton,
  };
}

/**
 * Opens the hubs that something leads to, one or both, and tells them apart.
 *
 * @throws FairleadError SW-ARGO-06 without any; as `connectHub` and `readHubFacts`
 */
export async function openGivenHubs(context: Context, namespaces: HubNamespaces): Promise<readonly GivenHub[]> {
  const access = accessOf(context);
  const given = names.filter((name) => access.folders[name] !== undefined || access.contexts[name] !== undefined);
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
  return await Promise.all(
    given.map(async (name) => {
      const { client } = await connectHub(access, name);
      context.onExit(() => client.close());
      return { name, client, facts: await readHubFacts(client, name, namespaces, context.signal) };
    }),
  );
}
