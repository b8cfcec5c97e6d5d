import type { ErrorText } from "../../lib/errors/fairlead-error.ts";
import { FairleadError } from "../../lib/errors/fairlead-error.ts";
import type { KubeClient } from "../../lib/kube/types.ts";
import type { ConnectTarget } from "../../lib/step/types.ts";
import { fieldManager } from "../acm/constants.ts";
import type { HubNamespaces } from "../acm/namespaces.ts";
import { namespaces as namespaceResource } from "../acm/resources.ts";
import type { KnownContext, ServerContexts } from "./known-contexts.ts";
import { type HubSnapshot, observeHub } from "./observe-hub.ts";

/** What became of the look at one API server. `used`: the context that it answered. */
export type Probe =
  | (ServerContexts & {
      readonly state: "hub";
      readonly used: KnownContext;
      readonly kubernetesVersion: string;
      readonly snapshot: HubSnapshot;
    })
  | (ServerContexts & { readonly state: "other"; readonly used: KnownContext; readonly kubernetesVersion: string })
  | (ServerContexts & { readonly state: "unreachable"; readonly text: ErrorText });

export interface ProbeEnvironment {
  readonly connect: (target: ConnectTarget) => Promise<KubeClient>;
  readonly onClient: (client: KubeClient) => void;
  readonly namespaces: HubNamespaces;
  /** For the first answer of a server. */
  readonly connectTimeoutMs: number;
  readonly signal: AbortSignal;
}

/** The look at a server, and the client that it answered. */
export interface Probed {
  readonly probe: Probe;
  readonly client: KubeClient | undefined;
}

interface Answer {
  readonly client: KubeClient;
  readonly kubernetesVersion: string;
  readonly isHub: boolean;
}

/** Tries the contexts of a server in turn until one is let in. */
export async function probeServer(server: ServerContexts, environment: ProbeEnvironment): Promise<Probed> {
  let failure: ErrorText | undefined;
  for (const used of server.contexts) {
    try {
      const { client, kubernetesVersion, isHub } = await ask(used, environment);
      const common = { ...server, used, kubernetesVersion };
      const probe: Probe = isHub
        ? { ...common, state: "hub", snapshot: await observeHub(client, environment.namespaces, environment.signal) }
        : { ...common, state: "other" };
      return { probe, client };
    } catch (error) {
      environment.signal.throwIfAborted();
      if (!(error instanceof FairleadError)) {
        throw error;
      }
      failure ??= error.text;
    }
  }
  const text = failure ?? {
    id: "SW-DIS-02",
    what: `${server.server} was not asked`,
    why: "it has no context",
    fix: "",
  };
  return { probe: { ...server, state: "unreachable", text }, client: undefined };
}

/** A hub is a cluster with the namespaces of ACM and of its backups. */
async function ask(used: KnownContext, environment: ProbeEnvironment): Promise<Answer> {
  const { connect, onClient, namespaces, connectTimeoutMs, signal } = environment;
  const { kubeconfig, context } = used;
  const client = await connect({ name: context, kubeconfig, context, fieldManager });
  onClient(client);
  const once = { signal, attempts: 1, requestTimeoutMs: connectTimeoutMs };
  const { gitVersion } = await client.serverVersion(once);
  const exists = async (name: string): Promise<boolean> =>
    (await client.find(namespaceResource, { name }, { signal })) !== undefined;
  const [acm, backup] = await Promise.all([exists(namespaces.acm), exists(namespaces.backup)]);
  return { client, kubernetesVersion: gitVersion, isHub: acm && backup };
}
