import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { startKlusterlet } from "../../../sim/klusterlet.ts";
import type { SimObject } from "../../../sim/kube/sim-client.ts";
import { kubeconfig } from "../../../support/api-servers/kubeconfig.ts";
import { type ApiServers, startApiServers, type TestApiServer } from "../../../support/api-servers.ts";
import { rolesFolder } from "./accounts.ts";
import { pooledServers } from "./hub-pool.ts";
import { type Ended, patientTuning, SwitchoverBench } from "./switchover-bench.ts";

const namespace = "open-cluster-management-agent";
const accounts = "acm-switchover";
const encode = (text: string): string => Buffer.from(text).toString("base64");

/** Two hubs after the activation, and the cluster c1, which goes on obeying the old one: its import fails. */
export class KlusterletBench {
  readonly hubs: SwitchoverBench;
  readonly spoke: TestApiServer;
  private readonly servers: ApiServers;
  private readonly klusterlet: { stop(): Promise<void> };

  private constructor(hubs: SwitchoverBench, servers: ApiServers, klusterlet: { stop(): Promise<void> }) {
    this.hubs = hubs;
    this.servers = servers;
    this.spoke = servers.server("spoke");
    this.klusterlet = klusterlet;
  }

  static async open(): Promise<KlusterletBench> {
    const servers = await pooledServers("spoke", () => startApiServers(["spoke"]));
    try {
      const tuning = { ...patientTuning, clusterInitialWait: 1, clusterWait: 10, clusterPoll: 1 };
      const hubs = await SwitchoverBench.open({ clusters: 2 }, tuning);
      const { pair } = hubs;
      await renameHost(join(pair.folder, "secondary.kubeconfig"));
      const spoke = servers.server("spoke");
      const klusterlet = await startKlusterlet({
        kubeconfig: spoke.kubeconfig(),
        cluster: "c1",
        bucket: join(pair.folder, "bucket"),
        hubs: { "127.0.0.1": pair.ids.primary, localhost: pair.ids.secondary },
      });
      const bench = new KlusterletBench(hubs, servers, klusterlet);
      await bench.furnish();
      pair.simulators.secondary.inject({ kind: "import-fails", cluster: "c1" });
      await hubs.tasksUntil("post-activate");
      return bench;
    } catch (error) {
      await servers.stop();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.klusterlet.stop();
    await this.hubs.close();
    await this.servers.stop();
  }

  private async furnish(): Promise<void> {
    const old = encode(await this.hubKubeconfig("primary"));
    const secret = (name: string, data: object): object => ({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name, namespace },
      data,
    });
    const labels = { app: "klusterlet" };
    const objects = [
      { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
      secret("hub-kubeconfig-secret", { kubeconfig: old, "cluster-name": encode("c1") }),
      secret("bootstrap-hub-kubeconfig", { kubeconfig: old, "of-the-old-hub": encode("x") }),
      {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "klusterlet", namespace },
        spec: {
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers: [{ name: "main", image: "none" }] } },
        },
      },
    ];
    await this.apply(objects);
  }

  async apply(items: readonly object[], server: TestApiServer = this.spoke): Promise<void> {
    await server.kubectl(["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));
  }

  /** As a hub hands it out: the new hub has another host than the old one. */
  async hubKubeconfig(hub: "primary" | "secondary"): Promise<string> {
    const server = this.hubs.pair[hub];
    const url = hub === "secondary" ? server.url.replace("127.0.0.1", "localhost") : server.url;
    const authority = await readFile(server.caFile, "utf8");
    return kubeconfig({ name: "hub", url, authority, user: "bootstrap", credential: { token: `of-${hub}` } });
  }

  /** What a hub's import controller keeps for c1; its bootstrap leads to that hub, unless told otherwise. */
  async importSecret(
    leadsTo: "primary" | "secondary" = "secondary",
    on: "primary" | "secondary" = "secondary",
  ): Promise<void> {
    const bootstrap = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "bootstrap-hub-kubeconfig", namespace },
      type: "Opaque",
      data: { kubeconfig: encode(await this.hubKubeconfig(leadsTo)) },
    };
    const other = { apiVersion: "v1", kind: "Namespace", metadata: { name: "never-to-be-made" } };
    const text = [other, bootstrap].map((document) => stringify(document)).join("---\n");
    const hub = this.hubs.pair[on];
    await this.apply([{ apiVersion: "v1", kind: "Namespace", metadata: { name: "c1" } }], hub);
    const metadata = { name: "c1-import", namespace: "c1" };
    await this.apply([{ apiVersion: "v1", kind: "Secret", metadata, data: { "import.yaml": encode(text) } }], hub);
  }

  /** A folder with the kubeconfig of c1 under the account of a role, as a mounted Secret has it. */
  async spokeFolder(role: "operator" | "validator"): Promise<string> {
    await this.spoke.kubectl(["apply", "-k", join(rolesFolder, "managed-cluster", role)]);
    const account = `acm-switchover-${role}`;
    const token = await this.spoke.kubectl(["-n", accounts, "create", "token", account, "--duration=48h"]);
    return await this.folderWith(this.spoke.url, token.trim());
  }

  async folderWith(url: string, token: string): Promise<string> {
    const folder = join(this.hubs.pair.folder, "mounted", "spokes");
    await mkdir(folder, { recursive: true });
    const authority = await readFile(this.spoke.caFile, "utf8");
    const text = kubeconfig({ name: "c1", url, authority, user: "spoke", credential: { token } });
    await writeFile(join(folder, "c1.kubeconfig"), text, { mode: 0o600 });
    return folder;
  }

  run(folder: string, args: readonly string[] = []): Promise<Ended> {
    return this.hubs.task("post-activate", ["--workspace", `spoke-kubeconfigs=${folder}`, ...args]);
  }

  async read(kind: string, name: string): Promise<SimObject> {
    return JSON.parse(await this.spoke.kubectl(["-n", namespace, "get", kind, name, "-o", "json"]));
  }

  /** Writes of the accounts of the switchover on the cluster, those that were let through: `update secrets`. */
  async writes(): Promise<readonly string[]> {
    const events = await this.spoke.auditEvents();
    return events
      .filter(({ user, verb, responseStatus }) => {
        const ours = user.username.startsWith(`system:serviceaccount:${accounts}:`);
        return ours && !["get", "list", "watch"].includes(verb) && (responseStatus?.code ?? 0) < 300;
      })
      .map(({ verb, objectRef }) => `${verb} ${objectRef?.resource}`);
  }
}

async function renameHost(file: string): Promise<void> {
  await writeFile(file, (await readFile(file, "utf8")).replaceAll("https://127.0.0.1", "https://localhost"));
}
