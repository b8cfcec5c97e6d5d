import fc from "fast-check";
import type { KubeObject } from "../../../../steps/lib/kube/types.ts";
import {
  annotation,
  label,
  objectName,
  restoreName,
  veleroScheduleName,
} from "../../../../steps/switchover/acm/constants.ts";
import type { HubName } from "../../../../steps/switchover/acm/hub-identity.ts";
import type {
  AcmRestore,
  BackupSchedule,
  BackupStorageLocation,
  ManagedCluster,
  MultiClusterEngine,
  Pod,
  VeleroBackup,
  VeleroRestore,
  VeleroSchedule,
} from "../../../../steps/switchover/acm/hub-objects.ts";
import { defaultNamespaces } from "../../../../steps/switchover/acm/namespaces.ts";
import * as kinds from "../../../../steps/switchover/acm/resources.ts";
import type {
  OperationMemory,
  RollbackScope,
  StandbyRestore,
} from "../../../../steps/switchover/state/operation-memory.ts";
import { HubInMemory } from "./hub-in-memory.ts";

// Hubs in every state that a step may find them in, likely or not.

export const now = Date.parse("2026-11-25T12:00:00Z");
const { acm, backup, engine, observability } = defaultNamespaces;
const isoTime = (time: number): string => new Date(time).toISOString();
const oneOf = fc.constantFrom;
const rarely = (value: boolean) => oneOf(value, !value, !value, !value);

export interface HubWorld {
  readonly version: string;
  /** Name of the hub's own ManagedCluster; `undefined` where it manages itself not at all. */
  readonly local: string | undefined;
  readonly clusters: readonly ManagedCluster[];
  readonly schedules: readonly BackupSchedule[];
  readonly veleroSchedules: readonly VeleroSchedule[];
  readonly restores: readonly AcmRestore[];
  readonly veleroRestores: readonly VeleroRestore[];
  readonly backups: readonly VeleroBackup[];
  readonly storage: readonly BackupStorageLocation[];
  readonly engines: readonly MultiClusterEngine[];
  readonly pods: readonly Pod[];
  readonly hubPhase: string;
  readonly strategy: string | undefined;
  /** Of the metrics compactor; `undefined` where there is no observability. */
  readonly replicas: number | undefined;
  readonly apiReplicas: number;
  /** MultiClusterObservability by name. */
  readonly instances: readonly string[];
}

export interface World {
  readonly hubs: Readonly<Record<HubName, HubWorld>>;
  readonly memory: OperationMemory;
  readonly method: "passive" | "full";
  readonly activationMethod: "patch" | "restore";
  readonly oldHubAction: "secondary" | "none";
  readonly clusterSelector: string | undefined;
  readonly pinBackup: boolean;
  readonly manageAutoImportStrategy: boolean;
  readonly minManagedClusters: number;
  readonly allowMissingClusters: boolean;
  readonly allowPartialRestore: boolean;
  readonly skipObservability: boolean;
  readonly pauseObservatoriumApi: boolean;
  readonly disableObservability: boolean;
}

const dnsName = fc.stringMatching(/^[a-z]([a-z0-9-]{0,12}[a-z0-9])?$/);
const status = oneOf("True", "True", "False", "Unknown");

type Labels = Readonly<Record<string, string>>;

function cluster(name: fc.Arbitrary<string>, labels: fc.Arbitrary<Labels>) {
  const facts = fc.record({
    name,
    labels,
    disable: oneOf(undefined, undefined, "", "true", "keep"),
    immediate: oneOf(undefined, undefined, "", "Completed"),
    available: status,
    joined: status,
  });
  return facts.map(
    (one): ManagedCluster => ({
      metadata: {
        name: one.name,
        labels: one.labels,
        annotations: {
          "example.com/owner": "team-a",
          ...(one.disable === undefined ? {} : { [annotation.disableAutoImport]: one.disable }),
          ...(one.immediate === undefined ? {} : { [annotation.immediateImport]: one.immediate }),
        },
      },
      status: {
        conditions: [
          { type: "ManagedClusterConditionAvailable", status: one.available },
          { type: "ManagedClusterJoined", status: one.joined },
        ],
      },
    }),
  );
}

/** The hub's own cluster, whatever its name, among others; a labelled one leaves the usual name to any cluster. */
const fleet = oneOf("none", "by-name", "labelled", "renamed").chain((kind) => {
  const localName = kind === "renamed" ? dnsName : fc.constant<string>(objectName.localCluster);
  return localName.chain((name) => {
    const isLabelled = kind === "labelled" || kind === "renamed";
    const others = (isLabelled ? fc.oneof(dnsName, fc.constant<string>(objectName.localCluster)) : dnsName).filter(
      (other) => other !== name && (isLabelled || other !== objectName.localCluster),
    );
    const otherLabels = oneOf<Labels>({}, { [label.localCluster]: "false" }, { vendor: "OpenShift" });
    const local = cluster(fc.constant(name), fc.constant<Labels>(isLabelled ? { [label.localCluster]: "true" } : {}));
    return fc
      .record({
        own: local,
        rest: fc.uniqueArray(cluster(others, otherLabels), {
          maxLength: 5,
          selector: (one) => one.metadata.name,
        }),
        front: fc.boolean(),
      })
      .map(({ own, rest, front }) => ({
        local: kind === "none" ? undefined : name,
        clusters: kind === "none" ? rest : front ? [own, ...rest] : [...rest, own],
      }));
  });
});

function schedule(uid: string) {
  return fc
    .record({
      paused: oneOf(true, false, undefined),
      phase: oneOf("Enabled", "Paused", "Paused", "BackupCollision", "FailedValidation", "Failed", "New", ""),
      tokens: fc.boolean(),
      noBackupOnStart: oneOf(true, undefined),
      message: oneOf("", "Backup x, from cluster with id [east] is using the same storage location."),
    })
    .map(
      ({ paused, phase, tokens, noBackupOnStart, message }): BackupSchedule => ({
        metadata: { name: `acm-hub-backup-${uid}`, namespace: backup, uid },
        spec: {
          veleroSchedule: "0 */4 * * *",
          useManagedServiceAccount: tokens,
          ...(paused === undefined ? {} : { paused }),
          ...(noBackupOnStart === undefined ? {} : { noBackupOnStart }),
        },
        status: { phase, lastMessage: message },
      }),
    );
}

const veleroSchedule = fc.record({
  name: oneOf(...Object.values(veleroScheduleName), "nightly"),
  paused: fc.boolean(),
});
const veleroSchedules = fc.uniqueArray(veleroSchedule, { maxLength: 3, selector: ({ name }) => name }).chain((list) =>
  oneOf("s1", "s1", "gone").map((owner) =>
    list.map(
      ({ name, paused }): VeleroSchedule => ({
        metadata: {
          name,
          namespace: backup,
          creationTimestamp: isoTime(now - 3_600_000),
          ownerReferences: [{ apiVersion: "v1beta1", kind: "BackupSchedule", name: "x", uid: owner }],
        },
        spec: { paused },
      }),
    ),
  ),
);

const restore = fc
  .record({
    name: oneOf("restore-acm-passive-sync", "restore-acm-passive-sync", "restore-acm-full", "mine"),
    phase: oneOf("Enabled", "Enabled", "Enabled", "Started", "Finished", "FinishedWithErrors", "Error", ""),
    managedClusters: oneOf("skip", "skip", "latest"),
    sync: oneOf(true, true, false),
    interval: oneOf("10m", undefined),
    deleting: rarely(true),
    velero: fc.boolean(),
  })
  .map(
    (one): AcmRestore => ({
      metadata: {
        name: one.name,
        namespace: backup,
        uid: `uid-${one.name}`,
        creationTimestamp: isoTime(now - 7_200_000),
        ...(one.deleting ? { deletionTimestamp: isoTime(now) } : {}),
      },
      spec: {
        veleroManagedClustersBackupName: one.managedClusters,
        veleroCredentialsBackupName: "latest",
        veleroResourcesBackupName: "latest",
        cleanupBeforeRestore: "CleanupRestored",
        syncRestoreWithNewBackups: one.sync,
        ...(one.interval === undefined ? {} : { restoreSyncInterval: one.interval }),
      },
      status: {
        phase: one.phase,
        ...(one.velero ? { veleroCredentialsRestoreName: "v-credentials" } : {}),
        ...(one.velero && one.managedClusters === "latest" ? { veleroManagedClustersRestoreName: "v-clusters" } : {}),
      },
    }),
  );

const veleroRestores = oneOf("Completed", "Completed", "InProgress", "Failed").map((phase): readonly VeleroRestore[] =>
  ["v-credentials", "v-clusters"].map((name) => ({
    metadata: { name, namespace: backup, creationTimestamp: isoTime(now - 60_000) },
    spec: { backupName: "acm-credentials-schedule-20261125100000" },
    status: { phase },
  })),
);

const veleroBackup = fc
  .record({
    type: oneOf("managedClusters", "managedClusters", "credentials", "resources", "resourcesGeneric"),
    hour: fc.integer({ min: 8, max: 11 }),
    phase: oneOf("Completed", "Completed", "Completed", "InProgress", "Queued", "PartiallyFailed", "Failed"),
    producer: oneOf("west", "east"),
    errors: oneOf(0, 0, 2),
  })
  .map(({ type, hour, phase, producer, errors }): VeleroBackup => {
    const at = isoTime(Date.parse("2026-11-25T00:00:00Z") + hour * 3_600_000);
    return {
      metadata: {
        name: `${veleroScheduleName[type]}-20261125${String(hour).padStart(2, "0")}0000`,
        namespace: backup,
        creationTimestamp: at,
        labels: { [label.backupScheduleType]: type, [label.backupCluster]: producer },
      },
      status: { phase, errors, ...(phase === "Queued" ? {} : { startTimestamp: at }) },
    };
  });

function pod(name: string, namespace: string, labels: Labels) {
  return fc.record({ phase: oneOf("Running", "Running", "Pending"), ready: status }).map(
    ({ phase, ready }): Pod => ({
      metadata: { name, namespace, labels },
      status: { phase, conditions: [{ type: "Ready", status: ready }] },
    }),
  );
}

const storageLocation = oneOf("Available", "Available", "Unavailable").map(
  (phase): BackupStorageLocation => ({
    metadata: {
      name: "dpa-1",
      namespace: backup,
      ownerReferences: [{ apiVersion: "v1alpha1", kind: "DataProtectionApplication", name: "dpa", uid: "d" }],
    },
    status: { phase },
  }),
);

const multiClusterEngine = oneOf(true, true, false).map(
  (enabled): MultiClusterEngine => ({
    metadata: { name: "multiclusterengine" },
    spec: { overrides: { components: [{ name: "managedserviceaccount", enabled }] } },
  }),
);

const hubWorld: fc.Arbitrary<HubWorld> = fc
  .record({
    version: oneOf("2.11.5", "2.12.1", "2.14.2", "2.16.0", "2.17.3", "unknown"),
    fleet,
    schedules: fc.oneof(fc.constant([]), fc.tuple(schedule("s1")), fc.tuple(schedule("s1"), schedule("s2"))),
    veleroSchedules,
    restores: fc.uniqueArray(restore, { maxLength: 2, selector: (one) => one.metadata.name }),
    veleroRestores,
    backups: fc.uniqueArray(veleroBackup, { maxLength: 6, selector: (one) => one.metadata.name }),
    storage: fc.oneof(fc.constant([]), fc.tuple(storageLocation), fc.tuple(storageLocation)),
    engines: fc.tuple(multiClusterEngine),
    pods: fc.tuple(
      pod("velero-1", backup, { "app.kubernetes.io/name": "velero" }),
      pod("console-1", acm, {}),
      pod("api-1", observability, { "app.kubernetes.io/name": "observatorium-api" }),
      pod("compactor-1", observability, { "app.kubernetes.io/name": "thanos-compact" }),
    ),
    hubPhase: oneOf("Running", "Running", "Pending"),
    strategy: oneOf(undefined, undefined, "ImportOnly", "ImportAndSync", "importandsync"),
    replicas: oneOf(undefined, 0, 1, 2),
    apiReplicas: oneOf(0, 2),
    instances: oneOf([], ["observability"], ["observability", "second"]),
  })
  .map(({ fleet: { local, clusters }, ...rest }) => ({ ...rest, local, clusters }));

const memory: fc.Arbitrary<OperationMemory> = fc.record(
  {
    cluster_baseline: fc.constant([{ name: "a", available: true, joined: true, hive: false, hasUrl: true }]),
    saved_backup_schedules: fc.tuple(schedule("saved")),
    passive_snapshot: fc.constant({
      name: "restore-acm-passive-sync",
      namespace: backup,
      labels: {},
      annotations: {},
      spec: {
        veleroManagedClustersBackupName: "skip",
        veleroCredentialsBackupName: "latest",
        veleroResourcesBackupName: "latest",
        cleanupBeforeRestore: "CleanupRestored",
        syncRestoreWithNewBackups: true,
      },
    }),
    activation: oneOf("uid-restore-acm-passive-sync", "another").map((restoreUid) => ({
      restoreName: "restore-acm-passive-sync",
      restoreUid,
      expectedManagedClustersBackup: "acm-managed-clusters-schedule-20261125100000",
      appliedAt: now - 120_000,
    })),
    activation_plan: fc
      .record({
        stage: oneOf("data", "activation"),
        hour: fc.integer({ min: 8, max: 11 }),
        marker: oneOf("ours", "other"),
      })
      .map(({ stage, hour, marker }) => {
        const stamp = `20261125${String(hour).padStart(2, "0")}0000`;
        const managedClusters = `${veleroScheduleName.managedClusters}-${stamp}`;
        return {
          stage,
          marker,
          restoreName: stage === "data" ? restoreName.full : restoreName.activate,
          names: {
            managedClusters: stage === "data" ? "skip" : managedClusters,
            credentials: `${veleroScheduleName.credentials}-${stamp}`,
            resources: "latest",
          },
          expectedManagedClustersBackup: managedClusters,
        };
      }),
    selection: fc
      .record({
        clusters: fc.uniqueArray(dnsName, { minLength: 1, maxLength: 3 }),
        restoreUid: oneOf(undefined, "gone"),
        marker: oneOf("ours", "other"),
      })
      .map(({ clusters, restoreUid, marker }) => ({
        selector: "vendor=OpenShift",
        clusters,
        restoreName: restoreName.selected,
        marker,
        expectedManagedClustersBackup: "acm-managed-clusters-schedule-20261125100000",
        ...(restoreUid === undefined ? {} : { restoreUid, appliedAt: now - 90_000 }),
      })),
    archived_restores: fc.constant([
      {
        name: "restore-acm-passive-sync",
        namespace: backup,
        uid: "earlier",
        archived_at: "2026-11-25T10:00:00Z",
        phase: "Enabled",
        last_message: "",
        spec: null,
      },
    ]),
    last_restored: fc.constant({ credentials: "acm-credentials-schedule-20261125080000", resources: "r" }),
    data_restore: fc
      .boolean()
      .map((ended) => ({ name: restoreName.full, uid: "gone", appliedAt: now - 60_000, ended })),
    auto_import_strategy_set: fc.constant(true as const),
    auto_import_strategy_previous: oneOf(null, "ImportOnly"),
    auto_import_strategy_created_config: fc.boolean(),
    abandoned_activation: fc.constant({ uid: "earlier", phase: "Error", lastMessage: "" }),
    created_schedule: fc.record({
      name: fc.constant("acm-hub-backup-s1"),
      recreations: oneOf(0, 1),
      suppressed: oneOf({}, { noBackupOnStart: true }, { noBackupOnStart: true, skipImmediately: true }),
    }),
    schedule_watched: fc.boolean(),
    standby_restore: oneOf<StandbyRestore>(
      {},
      { awaited: true },
      { replaced: "earlier" },
      { replaced: "earlier", awaited: true },
    ),
    backup_schedule_enabled_at: oneOf("2026-11-25T09:30:00Z", "2026-11-25T12:00:00Z"),
    replicas_before: fc.constant({ "primary/StatefulSet/observability-thanos-compact": 2 }),
    rollback: fc.record(
      {
        scope: oneOf<RollbackScope>("preparation", "full", "full"),
        deletion_awaited: fc.boolean(),
        clusters_awaited: fc.boolean(),
      },
      { requiredKeys: ["scope"] },
    ),
  },
  { requiredKeys: [] },
);

export const world: fc.Arbitrary<World> = fc.record({
  hubs: fc.record({ primary: hubWorld, secondary: hubWorld }),
  // Every operation begins without a memory.
  memory: fc.oneof(fc.constant({}), memory, memory),
  method: oneOf("passive", "passive", "full"),
  activationMethod: oneOf("patch", "restore"),
  oldHubAction: oneOf("secondary", "secondary", "none"),
  clusterSelector: oneOf(undefined, "vendor=OpenShift"),
  pinBackup: fc.boolean(),
  manageAutoImportStrategy: fc.boolean(),
  minManagedClusters: oneOf(0, 1),
  allowMissingClusters: fc.boolean(),
  allowPartialRestore: fc.boolean(),
  skipObservability: rarely(true),
  pauseObservatoriumApi: fc.boolean(),
  disableObservability: fc.boolean(),
});

const named = (name: string, namespace?: string): KubeObject => ({
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
});

export function hubOf(name: HubName, from: HubWorld): HubInMemory {
  const hub = new HubInMemory(name, now);
  hub.put(kinds.managedClusters, from.clusters);
  hub.put(kinds.backupSchedules, from.schedules);
  hub.put(kinds.veleroSchedules, from.veleroSchedules);
  hub.put(kinds.acmRestores, from.restores);
  hub.put(kinds.veleroRestores, from.veleroRestores);
  hub.put(kinds.veleroBackups, from.backups);
  hub.put(kinds.backupStorageLocations, from.storage);
  hub.put(kinds.multiClusterEngines, from.engines);
  hub.put(kinds.pods, from.pods);
  hub.put(kinds.multiClusterHubs, [{ ...named(objectName.multiClusterHub, acm), status: { phase: from.hubPhase } }]);
  if (from.strategy !== undefined) {
    const data = { autoImportStrategy: from.strategy };
    const { metadata } = named(objectName.importControllerConfig, engine);
    hub.put(kinds.configMaps, [{ metadata: { ...metadata, uid: "config", resourceVersion: "1" }, data }]);
  }
  if (from.replicas !== undefined) {
    hub.put(kinds.namespaces, [named(observability)]);
    hub.put(kinds.statefulSets, [
      { ...named(objectName.thanosCompactor, observability), spec: { replicas: from.replicas } },
    ]);
    hub.put(kinds.deployments, [
      { ...named(objectName.observatoriumApi, observability), spec: { replicas: from.apiReplicas } },
    ]);
    hub.put(
      kinds.multiClusterObservabilities,
      from.instances.map((name) => named(name)),
    );
  }
  return hub;
}
