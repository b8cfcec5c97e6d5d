import { parse } from "yaml";
import { type KindName, kinds } from "./kinds.ts";
import { SimClient, type SimObject } from "./kube/sim-client.ts";
import { claimSpokes } from "./spokes.ts";

// The klusterlet of one managed cluster: at its start it compares the hub that it obeys with the one of its bootstrap
// Secret, and where they differ registers with that one.

const namespace = "open-cluster-management-agent";
const lookMs = 100;

export interface KlusterletOptions {
  /** Of the managed cluster. */
  readonly kubeconfig: string;
  readonly cluster: string;
  /** Folder that the simulators of the hubs share. */
  readonly bucket: string;
  /** Host of each hub's API server → id of the hub. */
  readonly hubs: Readonly<Record<string, string>>;
}

function decode(secret: SimObject | undefined, key: string): string {
  return Buffer.from(secret?.data?.[key] ?? "", "base64").toString("utf8");
}

/** The host that the kubeconfig of a Secret leads to. */
export function hostOf(secret: SimObject | undefined): string {
  // The kubeconfigs of these tests have one cluster.
  const config = parse(decode(secret, "kubeconfig")) as
    | { readonly clusters?: readonly { readonly cluster: { readonly server: string } }[] }
    | undefined;
  const server = config?.clusters?.[0]?.cluster.server ?? "";
  return server === "" ? "" : new URL(server).hostname;
}

class RunningKlusterlet {
  private readonly ended = new AbortController();
  private readonly client: SimClient;
  private readonly options: KlusterletOptions;
  private starts: string | undefined;
  private looking: Promise<void> = Promise.resolve();

  constructor(client: SimClient, options: KlusterletOptions) {
    this.client = client;
    this.options = options;
  }

  start(): void {
    this.looking = this.look();
  }

  async stop(): Promise<void> {
    this.ended.abort();
    await this.looking;
    this.client.close();
  }

  private async look(): Promise<void> {
    const { signal } = this.ended;
    while (!signal.aborted) {
      try {
        await this.obey();
      } catch (error) {
        // The cluster's API server may be down on purpose.
        if (!signal.aborted) console.error(`klusterlet of ${this.options.cluster}: ${String(error)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, lookMs));
    }
  }

  private async find(kind: KindName, name: string): Promise<SimObject | undefined> {
    const { items } = await this.client.list(kinds[kind], this.ended.signal);
    return items.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
  }

  private async obey(): Promise<void> {
    const deployment = await this.find("deployments", "klusterlet");
    const template = JSON.stringify(deployment?.spec?.["template"] ?? {});
    if (this.starts !== undefined && this.starts !== template) await this.register();
    // Only now: a start that could not be played to its end is played again.
    this.starts = template;
  }

  private async register(): Promise<void> {
    const bootstrap = await this.find("secrets", "bootstrap-hub-kubeconfig");
    const registered = await this.find("secrets", "hub-kubeconfig-secret");
    const hub = this.options.hubs[hostOf(bootstrap)];
    if (hub === undefined || hostOf(bootstrap) === hostOf(registered) || registered === undefined) return;
    await this.client.patch(
      kinds.secrets,
      registered,
      { data: { kubeconfig: bootstrap?.data?.["kubeconfig"] } },
      this.ended.signal,
    );
    const { bucket, cluster } = this.options;
    await claimSpokes(bucket, [cluster], hub);
  }
}

/** Plays it until it is stopped. */
export async function startKlusterlet(options: KlusterletOptions): Promise<{ stop(): Promise<void> }> {
  const klusterlet = new RunningKlusterlet(await SimClient.open(options.kubeconfig), options);
  klusterlet.start();
  return klusterlet;
}
