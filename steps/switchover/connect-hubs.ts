import { join } from "node:path";
import { exitCode } from "../lib/errors/exit-code.ts";
import { FairleadError } from "../lib/errors/fairlead-error.ts";
import { homeFolder } from "../lib/kube/home-folder.ts";
import type { KubeClient } from "../lib/kube/types.ts";
import type { ConnectTarget } from "../lib/step/types.ts";
import { fieldManager } from "./acm/constants.ts";
import type { HubName } from "./acm/hub-identity.ts";

/** What a step's context and parameters say about the way to the hubs. */
export interface HubAccess {
  readonly connect: (target: ConnectTarget) => Promise<KubeClient>;
  readonly setting: (name: string) => string | undefined;
  /** Folder of each mounted Secret; absent on a laptop, where the user's own kubeconfig serves. */
  readonly folders: Readonly<Record<HubName, string | undefined>>;
  readonly contexts: Readonly<Record<HubName, string | undefined>>;
  readonly inTekton: boolean;
}

export interface ConnectedHubs {
  readonly clients: Readonly<Record<HubName, KubeClient>>;
  /** The kubeconfig file that each client came from. */
  readonly files: Readonly<Record<HubName, string>>;
}

/** Key of the kubeconfig in the Secrets that are mounted as workspaces. */
const kubeconfigKey = "kubeconfig";

/**
 * Opens both hubs. Sends nothing yet.
 *
 * @throws FairleadError KUBE-20 to KUBE-25 for a kubeconfig that cannot be used, SW-PAR-03 for a missing Secret
 */
export async function connectHubs(access: HubAccess): Promise<ConnectedHubs> {
  const files = { primary: kubeconfigFile(access, "primary"), secondary: kubeconfigFile(access, "secondary") };
  const primary = await open(access, "primary", files.primary);
  const secondary = await open(access, "secondary", files.secondary);
  return { clients: { primary, secondary }, files };
}

async function open({ connect, contexts }: HubAccess, hub: HubName, file: string): Promise<KubeClient> {
  const context = contexts[hub];
  return await connect({ name: hub, kubeconfig: file, ...(context === undefined ? {} : { context }), fieldManager });
}

function kubeconfigFile({ folders, setting, inTekton }: HubAccess, hub: HubName): string {
  const folder = folders[hub];
  if (folder !== undefined) {
    return join(folder, kubeconfigKey);
  }
  if (inTekton) {
    throw new FairleadError(
      {
        id: "SW-PAR-03",
        what: `workspace ${hub}-kubeconfig is not bound`,
        why: "inside a pod there is no other way to the hub",
        fix: `bind ${hub}-kubeconfig to a Secret with the key ${kubeconfigKey}`,
      },
      { exitCode: exitCode.invalidInput },
    );
  }
  const listed = setting("KUBECONFIG")
    ?.split(":")
    .find((path) => path !== "");
  return listed ?? join(homeFolder(setting), ".kube", "config");
}
