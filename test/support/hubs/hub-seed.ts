import { setTimeout as pause } from "node:timers/promises";
import { type KindName, kinds } from "../../sim/kinds.ts";
import { editFinalizers, type FinalizersEdit } from "../../sim/kube/finalizers.ts";
import { isStatus, SimClient, type SimKind, type SimObject } from "../../sim/kube/sim-client.ts";
import { stamp } from "../../sim/player.ts";
import type { TestApiServer } from "../api-servers.ts";

export const backupNamespace = "open-cluster-management-backup";
const acmNamespace = "open-cluster-management";
const tokenLabel = "authentication.open-cluster-management.io/is-managed-serviceaccount";
const hourMs = 3600 * 1000;
const yearMs = 365 * 24 * 3600 * 1000;

function kind(group: string, version: string, plural: string, name: string): SimKind {
  return { group, version, plural, kind: name, statusEndpoint: true };
}

/** Kinds that a seed writes beside those of the players. */
export const platformKinds = {
  nodes: kind("", "v1", "nodes", "Node"),
  dataProtection: kind("oadp.openshift.io", "v1alpha1", "dataprotectionapplications", "DataProtectionApplication"),
} as const;

/** What has to lie on an API server so that it is an ACM hub; operators that move it on come from the simulator. */
export class HubSeed {
  readonly id: string;
  private readonly client: SimClient;
  private readonly version: string;
  private readonly signal = new AbortController().signal;

  private constructor(client: SimClient, id: string, version: string) {
    this.client = client;
    this.id = id;
    this.version = version;
  }

  static async open(server: Pick<TestApiServer, "kubeconfig">, id: string, version: string): Promise<HubSeed> {
    return new HubSeed(await SimClient.open(server.kubeconfig()), id, version);
  }

  close(): void {
    this.client.close();
  }

  /** Namespaces, versions, health: everything but storage, fleet and backups. */
  async platform(): Promise<void> {
    for (const name of [acmNamespace, backupNamespace, "multicluster-engine", "local-cluster"]) {
      await this.create(kinds.namespaces, { metadata: { name } });
    }
    await this.withStatus(
      kinds.clusterVersions,
      { metadata: { name: "version" }, spec: { clusterID: this.id } },
      {
        desired: { version: "4.18.1", image: "quay.io/openshift-release-dev/ocp-release:4.18.1" },
        conditions: [{ type: "Progressing", status: "False", lastTransitionTime: new Date().toISOString() }],
        availableUpdates: [],
        observedGeneration: 1,
        versionHash: "4.18.1",
      },
    );
    await this.withStatus(
      platformKinds.nodes,
      { metadata: { name: "node-1" } },
      { conditions: [{ type: "Ready", status: "True" }] },
    );
    const components = [
      { name: "cluster-backup", enabled: true },
      { name: "managedserviceaccount", enabled: true },
    ];
    await this.withStatus(
      kinds.multiClusterHubs,
      { metadata: { name: "multiclusterhub", namespace: acmNamespace }, spec: { overrides: { components } } },
      { phase: "Running", currentVersion: this.version },
    );
    await this.withStatus(
      kinds.multiClusterEngines,
      { metadata: { name: "multiclusterengine" }, spec: { overrides: { components } } },
      { phase: "Available", currentVersion: this.version },
    );
    // The backup operator asks for both: whether it is in charge here, and whether tokens can be had.
    await this.create(kinds.hubComponents, { metadata: { name: "cluster-backup", namespace: acmNamespace } });
    await this.create(kinds.clusterManagementAddOns, { metadata: { name: "managed-serviceaccount" }, spec: {} });
    await this.pod("multiclusterhub-operator-1", acmNamespace, {});
    await this.pod("velero-1", backupNamespace, { "app.kubernetes.io/name": "velero" });
    await this.cluster("local-cluster", { "local-cluster": "true" });
  }

  /** `platform` and a storage location as OADP makes it. */
  async fixedObjects(): Promise<void> {
    await this.platform();
    const metadata = { name: "dpa-hub", namespace: backupNamespace };
    const application = await this.withStatus(
      platformKinds.dataProtection,
      { metadata, spec: { configuration: { velero: { defaultPlugins: ["openshift", "aws"] } } } },
      {
        conditions: [
          {
            type: "Reconciled",
            status: "True",
            reason: "Complete",
            message: "Reconcile complete",
            lastTransitionTime: new Date().toISOString(),
          },
        ],
      },
    );
    const owner = {
      apiVersion: "oadp.openshift.io/v1alpha1",
      kind: "DataProtectionApplication",
      name: "dpa-hub",
      uid: application.metadata.uid ?? "",
    };
    await this.create(kinds.storageLocations, {
      metadata: { name: "dpa-hub-1", namespace: backupNamespace, ownerReferences: [owner] },
      spec: {
        provider: "aws",
        default: true,
        objectStorage: { bucket: "acm-backups", prefix: "hub" },
        config: { region: "local" },
      },
    });
  }

  /** Managed clusters with what their import needs: a token for imported ones, a ClusterDeployment for Hive's. */
  async fleet(imported: readonly string[], provisioned: readonly string[]): Promise<void> {
    const batch = 20;
    const all = [
      ...imported.map((name) => ({ name, hive: false })),
      ...provisioned.map((name) => ({ name, hive: true })),
    ];
    for (let index = 0; index < all.length; index += batch) {
      await Promise.all(all.slice(index, index + batch).map(({ name, hive }) => this.member(name, hive)));
    }
  }

  async backupSchedule(spec: Readonly<Record<string, unknown>> = {}, name = "acm-hub-backup"): Promise<void> {
    await this.create(kinds.backupSchedules, {
      metadata: { name, namespace: backupNamespace },
      spec: { veleroSchedule: "0 */4 * * *", veleroTtl: "168h", useManagedServiceAccount: true, ...spec },
    });
  }

  async passiveRestore(name = "restore-acm-passive-sync"): Promise<void> {
    await this.create(kinds.restores, {
      metadata: { name, namespace: backupNamespace },
      spec: {
        syncRestoreWithNewBackups: true,
        restoreSyncInterval: "10m",
        cleanupBeforeRestore: "CleanupRestored",
        veleroManagedClustersBackupName: "skip",
        veleroCredentialsBackupName: "latest",
        veleroResourcesBackupName: "latest",
      },
    });
  }

  /** A further backup, made of what the newest one of that Velero Schedule is made of; Velero takes it up by itself. */
  async backup(
    veleroSchedule: string,
    change: {
      readonly hub?: string;
      readonly status?: Readonly<Record<string, unknown>>;
      /** End of its name; default: a time to come. */
      readonly stamp?: string;
    } = {},
  ): Promise<string> {
    const model = (await this.list("veleroBackups")).findLast(
      ({ metadata }) => metadata.labels?.["velero.io/schedule-name"] === veleroSchedule,
    );
    if (model === undefined) throw new Error(`${veleroSchedule} has made no backup yet`);
    // No other one has this name: those of the played operators are stamped with the time of their creation.
    const name = `${veleroSchedule}-${change.stamp ?? stamp(Date.now() + hourMs)}`;
    const hubLabel = "cluster.open-cluster-management.io/backup-cluster";
    await this.create(kinds.veleroBackups, {
      metadata: {
        name,
        namespace: backupNamespace,
        labels: { ...model.metadata.labels, [hubLabel]: change.hub ?? this.id },
      },
      spec: model.spec ?? {},
      ...(change.status === undefined ? {} : { status: change.status }),
    });
    return name;
  }

  async list(name: KindName): Promise<readonly SimObject[]> {
    return (await this.client.list(kinds[name], this.signal)).items;
  }

  async find(name: KindName, objectName: string): Promise<SimObject | undefined> {
    return (await this.list(name)).find((object) => object.metadata.name === objectName);
  }

  /** A write by someone else than the tool. */
  async patch(name: KindName, object: SimObject, patch: unknown): Promise<void> {
    await this.client.patch(kinds[name], object, patch, this.signal);
  }

  async editFinalizers(name: KindName, object: SimObject, edit: FinalizersEdit): Promise<void> {
    await editFinalizers(this.client, kinds[name], object, edit, this.signal);
  }

  /** As the operator of the object writes it. */
  async setStatus(name: KindName, object: SimObject, status: unknown): Promise<void> {
    await this.client.patchStatus(kinds[name], object, status, this.signal);
  }

  async untilPhase(name: KindName, objectName: string, phase: string, withinMs?: number): Promise<void> {
    await this.until(
      `${objectName} is ${phase}`,
      async () => (await this.find(name, objectName))?.status?.["phase"] === phase,
      withinMs,
    );
  }

  async untilBackupsCompleted(count: number, withinMs?: number): Promise<void> {
    await this.until(
      `${count} backups are Completed`,
      async () => {
        const backups = await this.list("veleroBackups");
        return backups.filter((backup) => backup.status?.["phase"] === "Completed").length >= count;
      },
      withinMs,
    );
  }

  /** uid and resourceVersion of every object of the kinds that a switchover touches: equal means nothing changed. */
  async snapshot(
    names: readonly KindName[] = ["managedClusters", "backupSchedules", "restores", "veleroBackups", "veleroSchedules"],
  ): Promise<readonly string[]> {
    const lists = await Promise.all(names.map((name) => this.list(name)));
    return lists
      .flat()
      .map(
        ({ kind: kindName, metadata }) => `${kindName} ${metadata.name} ${metadata.uid} ${metadata.resourceVersion}`,
      );
  }

  /** What only somebody's write changes: nothing that operators tell of an object by its status. */
  async written(names: readonly KindName[] = ["managedClusters", "backupSchedules", "restores"]): Promise<unknown> {
    const lists = await Promise.all(names.map((name) => this.list(name)));
    return lists.flat().map(({ kind: kindName, metadata: { name, uid, labels, annotations }, spec }) => ({
      kindName,
      name,
      uid,
      labels,
      annotations,
      spec,
    }));
  }

  /** From ACM 2.16, with the operator down: the API server takes up only after a moment that nobody answers for Restores. */
  async untilRestoresUnanswered(): Promise<void> {
    const probe = {
      apiVersion: "cluster.open-cluster-management.io/v1beta1",
      kind: "Restore",
      metadata: { name: "webhook-probe", namespace: backupNamespace },
      spec: {
        cleanupBeforeRestore: "None",
        veleroManagedClustersBackupName: "skip",
        veleroCredentialsBackupName: "skip",
        veleroResourcesBackupName: "skip",
      },
    };
    await this.until("Restores are refused", async () => {
      try {
        await this.client.create(kinds.restores, probe, this.signal, "?dryRun=All");
        return false;
      } catch (error) {
        if (isStatus(error, 500)) return true;
        throw error;
      }
    });
  }

  private async until(what: string, look: () => Promise<boolean>, withinMs = 60_000): Promise<void> {
    const deadline = performance.now() + withinMs;
    while (!(await look())) {
      if (performance.now() > deadline) throw new Error(`after ${withinMs / 1000} s still not: ${what}`);
      await pause(50);
    }
  }

  private async member(name: string, hive: boolean): Promise<void> {
    await this.create(kinds.namespaces, { metadata: { name } });
    // The console labels what it imports so.
    await this.cluster(name, { name });
    if (hive) {
      await this.create(kinds.clusterDeployments, {
        metadata: { name, namespace: name },
        spec: { baseDomain: "example.com", clusterName: name, platform: { none: {} }, preserveOnDelete: true },
      });
      await this.create(kinds.secrets, {
        metadata: {
          name: `${name}-admin-kubeconfig`,
          namespace: name,
          labels: { "cluster.open-cluster-management.io/backup": "hive" },
        },
        type: "Opaque",
        data: { kubeconfig: Buffer.from(`kubeconfig of ${name}`).toString("base64") },
      });
      return;
    }
    await this.create(kinds.secrets, {
      metadata: {
        name: "auto-import-account",
        namespace: name,
        labels: { [tokenLabel]: "true", "cluster.open-cluster-management.io/backup": "msa" },
        annotations: { expirationTimestamp: new Date(Date.now() + yearMs).toISOString() },
      },
      type: "Opaque",
      data: { token: Buffer.from(`token of ${name}`).toString("base64") },
    });
  }

  private async cluster(name: string, labels: Readonly<Record<string, string>>): Promise<void> {
    const types = [
      "HubAcceptedManagedCluster",
      "ManagedClusterImportSucceeded",
      "ManagedClusterJoined",
      "ManagedClusterConditionAvailable",
    ];
    const at = new Date().toISOString();
    await this.withStatus(
      kinds.managedClusters,
      {
        metadata: { name, labels },
        spec: {
          hubAcceptsClient: true,
          managedClusterClientConfigs: [{ url: `https://api.${name}.example.com:6443` }],
        },
      },
      {
        conditions: types.map((type) => ({
          type,
          status: "True",
          reason: type,
          message: type,
          lastTransitionTime: at,
        })),
      },
    );
  }

  async pod(name: string, namespace: string, labels: Readonly<Record<string, string>>): Promise<void> {
    const spec = { containers: [{ name: "main", image: "none" }] };
    await this.withStatus(
      kinds.pods,
      { metadata: { name, namespace, labels }, spec },
      { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
    );
  }

  private async withStatus(of: SimKind, body: SimObject, status: unknown): Promise<SimObject> {
    const created = await this.create(of, body);
    return await this.client.patchStatus(of, created, status, this.signal);
  }

  private async create(of: SimKind, body: SimObject): Promise<SimObject> {
    const apiVersion = of.group === "" ? of.version : `${of.group}/${of.version}`;
    try {
      return await this.client.create(of, { ...body, apiVersion, kind: of.kind }, this.signal);
    } catch (error) {
      if (isStatus(error, 409)) return { ...body, apiVersion, kind: of.kind };
      throw error;
    }
  }
}
