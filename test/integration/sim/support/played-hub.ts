import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { crdFolders, findCrdFiles } from "../../../cluster/hub/crd-files.ts";
import { type KindName, kinds } from "../../../sim/kinds.ts";
import { isStatus, SimClient, type SimObject } from "../../../sim/kube/sim-client.ts";
import { type RoleName, type Simulator, type SimulatorOptions, startSimulator } from "../../../sim/simulator.ts";
import { claimSpokes } from "../../../sim/spokes.ts";
import { startApiServers, type TestApiServer } from "../../../support/api-servers.ts";
import { eventually } from "../../../support/eventually.ts";
import { HubSeed } from "../../../support/hubs/hub-seed.ts";
import { backupNamespace, installCrds } from "../../../support/hubs.ts";
import { pooledServers } from "../../switchover/support/hub-pool.ts";

export const hubId = "this-hub";
export const otherHub = "other-hub";
const label = "cluster.open-cluster-management.io/";

/** ACM releases in their order. */
export const releases = ["2.11", "2.12", "2.13", "2.14", "2.15", "2.16", "2.17"] as const;

export function since(first: string): readonly string[] {
  return releases.filter((release) => Number(release.slice(2)) >= Number(first.slice(2)));
}

export function until(last: string): readonly string[] {
  return releases.filter((release) => Number(release.slice(2)) <= Number(last.slice(2)));
}

const backupTypes = {
  credentials: "acm-credentials-schedule",
  managedClusters: "acm-managed-clusters-schedule",
  resources: "acm-resources-schedule",
  resourcesGeneric: "acm-resources-generic-schedule",
  validation: "acm-validation-policy-schedule",
} as const;
export type BackupType = keyof typeof backupTypes;

export interface BackupOptions {
  /** Hub that made it. Default: the other one. */
  readonly author?: string;
  /** Default: the timestamp of the name. */
  readonly startTimestamp?: string;
  readonly phase?: string;
  readonly items?: readonly { readonly kind: KindName; readonly object: SimObject }[];
}

type Body = Omit<SimObject, "apiVersion" | "kind">;

const cleared: readonly KindName[] = [
  ...(["restores", "backupSchedules", "veleroRestores", "veleroSchedules", "veleroBackups"] as const),
  ...(["managedClusters", "clusterDeployments", "secrets", "configMaps", "storageLocations"] as const),
  ...(["hubComponents", "clusterManagementAddOns", "multiClusterEngines"] as const),
  ...(["webhooks", "admissionBindings", "admissionPolicies"] as const),
];

/** A real API server with what makes it a hub; its operators are played, as another release in each test if need be. */
export class PlayedHub {
  readonly server: TestApiServer;
  private readonly end: () => Promise<void>;
  private readonly client: SimClient;
  private readonly folder: string;
  private bucket = "";
  private rounds = 0;
  private simulator: Simulator | undefined;

  private constructor(server: TestApiServer, client: SimClient, folder: string, end: () => Promise<void>) {
    this.server = server;
    this.client = client;
    this.folder = folder;
    this.end = end;
  }

  static async open(): Promise<PlayedHub> {
    const servers = await pooledServers("played hub", async () => {
      const started = await startApiServers(["hub"]);
      await installCrds(started.server("hub"), await findCrdFiles(await crdFolders([])));
      return started;
    });
    const server = servers.server("hub");
    const folder = await mkdtemp(join(tmpdir(), "fairlead-sim-"));
    return new PlayedHub(server, await SimClient.open(server.kubeconfig()), folder, () => servers.stop());
  }

  async close(): Promise<void> {
    await this.simulator?.stop();
    this.client.close();
    await this.end();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** A hub of this release with its fixed objects, empty storage and no fleet; a minute of the product is 0.6 s. */
  async play(version: string, options: Partial<SimulatorOptions> = {}): Promise<void> {
    const seed = await HubSeed.open(this.server, hubId, version);
    await seed.fixedObjects();
    seed.close();
    this.rounds += 1;
    this.bucket = join(this.folder, `bucket-${this.rounds}`);
    await mkdir(join(this.bucket, "backups"), { recursive: true });
    const play: readonly RoleName[] = ["operator", "velero", "clusters", "garbage"];
    this.simulator = await startSimulator({
      kubeconfig: this.server.kubeconfig(),
      acmVersion: `${version}.1`,
      play,
      bucket: this.bucket,
      timeScale: 100,
      ...options,
    });
    await this.phase("storageLocations", "dpa-hub-1", "Available");
  }

  /** Stops the players and removes what the test left. */
  async clear(): Promise<void> {
    await this.simulator?.stop();
    this.simulator = undefined;
    for (const kind of cleared) {
      for (const object of await this.list(kind)) await this.removeNow(kind, object);
    }
    await eventually(async () => {
      await this.create("restores", passive({ veleroCredentialsBackupName: "probe" }), "?dryRun=All");
    });
  }

  get played(): Simulator {
    if (this.simulator === undefined) throw new Error("nothing is played");
    return this.simulator;
  }

  async create(kind: KindName, body: Body, search = ""): Promise<SimObject> {
    const { group, version, kind: name } = kinds[kind];
    const apiVersion = group === "" ? version : `${group}/${version}`;
    return await this.client.create(kinds[kind], { ...body, apiVersion, kind: name }, this.signal, search);
  }

  async list(kind: KindName): Promise<readonly SimObject[]> {
    return (await this.client.list(kinds[kind], this.signal)).items;
  }

  async names(kind: KindName): Promise<readonly string[]> {
    return (await this.list(kind)).map(({ metadata }) => metadata.name).sort();
  }

  async find(kind: KindName, name: string): Promise<SimObject> {
    const found = (await this.list(kind)).find(({ metadata }) => metadata.name === name);
    if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
    return found;
  }

  async status(kind: KindName, name: string): Promise<Readonly<Record<string, unknown>>> {
    return (await this.find(kind, name)).status ?? {};
  }

  async patch(kind: KindName, name: string, patch: unknown): Promise<void> {
    await this.client.patch(kinds[kind], await this.find(kind, name), patch, this.signal);
  }

  async setStatus(kind: KindName, name: string, status: unknown): Promise<void> {
    await this.client.patchStatus(kinds[kind], await this.find(kind, name), status, this.signal);
  }

  async remove(kind: KindName, name: string): Promise<void> {
    await this.client.delete(kinds[kind], await this.find(kind, name), this.signal);
  }

  async backupsCompleted(count: number): Promise<void> {
    await eventually(async () => {
      const phases = (await this.list("veleroBackups")).map(({ status }) => status?.["phase"]);
      if (phases.filter((one) => one === "Completed").length !== count) throw new Error(`backups are ${phases}`);
    });
  }

  async phase(kind: KindName, name: string, phase: string): Promise<void> {
    await eventually(async () => {
      const status = await this.status(kind, name);
      if (status["phase"] !== phase) throw new Error(`${name} is not ${phase} but ${JSON.stringify(status)}`);
    });
  }

  async schedule(spec: Readonly<Record<string, unknown>> = {}, name = "acm-hub-backup"): Promise<void> {
    await this.create("backupSchedules", {
      metadata: { name, namespace: backupNamespace },
      spec: { veleroSchedule: "0 3 1 1 *", veleroTtl: "168h", useManagedServiceAccount: true, ...spec },
    });
  }

  /** A finished backup of one kind, on this hub and in the storage. */
  async backup(type: BackupType, stamp: string, options: BackupOptions = {}): Promise<string> {
    const schedule = backupTypes[type];
    const name = `${schedule}-${stamp}`;
    const startTimestamp = options.startTimestamp ?? stampTime(stamp);
    const body = {
      metadata: {
        name,
        namespace: backupNamespace,
        labels: {
          "velero.io/schedule-name": schedule,
          [`${label}backup-schedule-type`]: type,
          [`${label}backup-cluster`]: options.author ?? otherHub,
        },
      },
      spec: { ttl: "168h" },
      status: { phase: options.phase ?? "Completed", startTimestamp, completionTimestamp: startTimestamp },
    };
    const stored = { backup: body, items: options.items ?? [] };
    await writeFile(join(this.bucket, "backups", `${name}.json`), JSON.stringify(stored));
    await this.createUnlessThere("veleroBackups", body);
    return name;
  }

  /** One of each kind that a Restore may ask for. */
  async backupSet(stamp: string, options: BackupOptions = {}): Promise<void> {
    for (const type of ["credentials", "managedClusters", "resources", "resourcesGeneric"] as const) {
      await this.backup(type, stamp, options);
    }
  }

  /** Every Backup, all of them ended; in the storage first: from there it would come back. */
  async removeBackups(): Promise<void> {
    await rm(join(this.bucket, "backups"), { recursive: true, force: true });
    await mkdir(join(this.bucket, "backups"), { recursive: true });
    for (const backup of await this.names("veleroBackups")) await this.remove("veleroBackups", backup);
  }

  /** What a hub leaves that restored managed clusters. */
  async marker(restorer: string, startTimestamp: string): Promise<string> {
    const name = `acm-restore-clusters-${startTimestamp.replace(/\D/g, "").slice(0, 14)}`;
    const labels = { [`${label}restore-cluster`]: restorer };
    const status = { phase: "Completed", startTimestamp, completionTimestamp: startTimestamp };
    await this.create("veleroBackups", { metadata: { name, namespace: backupNamespace, labels }, spec: {}, status });
    return name;
  }

  async restore(spec: Readonly<Record<string, unknown>> = {}, name = "restore-acm-passive-sync"): Promise<void> {
    await this.create("restores", passive(spec, name));
  }

  /** A managed cluster of the hub, without conditions. */
  async cluster(name: string, spec: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.namespace(name);
    await this.create("managedClusters", { metadata: { name }, spec: { hubAcceptsClient: true, ...spec } });
  }

  /** Which hub the spoke listens to. */
  async spokeListensTo(name: string, hub: string): Promise<void> {
    await claimSpokes(this.bucket, [name], hub);
  }

  async token(cluster: string, more: { readonly expires?: string; readonly backup?: string } = {}): Promise<void> {
    await this.namespace(cluster);
    await this.create("secrets", {
      metadata: {
        name: "auto-import-account",
        namespace: cluster,
        labels: {
          "authentication.open-cluster-management.io/is-managed-serviceaccount": "true",
          [`${label}backup`]: "msa",
          ...(more.backup === undefined ? {} : { "velero.io/backup-name": more.backup }),
        },
        annotations: { expirationTimestamp: more.expires ?? "2100-01-01T00:00:00Z" },
      },
      type: "Opaque",
      data: { token: btoa("token") },
    });
  }

  async namespace(name: string): Promise<void> {
    await this.createUnlessThere("namespaces", { metadata: { name } });
  }

  private readonly signal = new AbortController().signal;

  private async createUnlessThere(kind: KindName, body: Body): Promise<void> {
    try {
      await this.create(kind, body);
    } catch (error) {
      if (!isStatus(error, 409)) throw error;
    }
  }

  private async removeNow(kind: KindName, object: SimObject): Promise<void> {
    const isOwn = object.metadata.namespace === "kube-system" || object.metadata.name.includes("kubernetes.io");
    if (isOwn) return;
    const held = (object.metadata.finalizers ?? []).length > 0;
    // The policy of the release may refuse the first patch: then the value that it minds goes too.
    const spec = kind === "restores" ? { spec: { veleroManagedClustersBackupName: "skip" } } : {};
    if (held) await this.client.patch(kinds[kind], object, { metadata: { finalizers: [] }, ...spec }, this.signal);
    await this.client.delete(kinds[kind], object, this.signal);
  }
}

export function passive(spec: Readonly<Record<string, unknown>> = {}, name = "restore-acm-passive-sync"): Body {
  return {
    metadata: { name, namespace: backupNamespace },
    spec: {
      syncRestoreWithNewBackups: true,
      restoreSyncInterval: "10m",
      cleanupBeforeRestore: "CleanupRestored",
      veleroManagedClustersBackupName: "skip",
      veleroCredentialsBackupName: "latest",
      veleroResourcesBackupName: "latest",
      ...spec,
    },
  };
}

/** `20260101120000` as a time of the Kubernetes API. */
export function stampTime(stamp: string): string {
  return stamp.replace(/(....)(..)(..)(..)(..)(..)/, "$1-$2-$3T$4:$5:$6Z");
}

export function ago(seconds: number): string {
  return new Date(Date.now() - seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z");
}

/** Holds for so many played seconds, a hundred of which are one. */
export async function stays(check: () => Promise<void>, playedSeconds: number): Promise<void> {
  const end = performance.now() + playedSeconds * 10;
  do {
    await check();
    await pause(50);
  } while (performance.now() < end);
}
