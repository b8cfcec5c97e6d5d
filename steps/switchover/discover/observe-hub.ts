import type { KubeClient } from "../../lib/kube/types.ts";
import { type StorageLocation, summariseStorageLocation } from "../acm/backup-storage.ts";
import { objectName } from "../acm/constants.ts";
import { hubIdentity } from "../acm/hub-identity.ts";
import type { AcmRestore, BackupSchedule, ManagedCluster } from "../acm/hub-objects.ts";
import { splitFleet, summariseManagedCluster } from "../acm/managed-cluster.ts";
import type { HubNamespaces } from "../acm/namespaces.ts";
import * as api from "../acm/resources.ts";
import { hubReader } from "../preflight/hub-reader.ts";
import * as project from "../preflight/projections.ts";
import { absentAsEmpty, allOf, mapReading, type Reading } from "../preflight/reading.ts";
import { serverKey } from "./known-contexts.ts";

/** A cluster of the hub's fleet. */
export interface FleetMember {
  readonly name: string;
  readonly available: boolean;
  /** Key of its own API server, as far as the hub knows it; empty where it does not. */
  readonly server: string;
}

/** What tells which part a hub plays, read once. */
export interface HubSnapshot {
  readonly id: Reading<string>;
  readonly openShiftVersion: Reading<string>;
  readonly acmVersion: Reading<string>;
  readonly schedules: Reading<readonly BackupSchedule[]>;
  readonly restores: Reading<readonly AcmRestore[]>;
  readonly storage: Reading<readonly StorageLocation[]>;
  readonly fleet: Reading<readonly FleetMember[]>;
}

/** Never writes. */
export async function observeHub(
  client: KubeClient,
  namespaces: HubNamespaces,
  signal: AbortSignal,
): Promise<HubSnapshot> {
  const reader = hubReader(client, true, signal);
  const namespace = namespaces.backup;
  const [version, kubeSystem, acm, schedules, restores, storage, clusters] = await Promise.all([
    reader.find(api.clusterVersions, { name: objectName.clusterVersion }, (found) => found),
    reader.find(api.namespaces, { name: objectName.identityNamespace }, (found) => found),
    reader.list(api.multiClusterHubs, { namespace: namespaces.acm }, project.acmInstallation),
    reader.list(api.backupSchedules, { namespace }, project.trimmedSchedule),
    reader.list(api.acmRestores, { namespace }, project.trimmedRestore),
    reader.list(api.backupStorageLocations, { namespace }, summariseStorageLocation),
    reader.list(api.managedClusters, {}, withServer),
  ]);
  return {
    id: mapReading(allOf(version, kubeSystem), ([found, system]) => hubIdentity(found, system)?.id ?? ""),
    openShiftVersion: mapReading(version, (found) => found?.status?.desired?.version ?? ""),
    acmVersion: mapReading(acm, (found) => project.chooseInstallation(found)?.version.text ?? ""),
    schedules: absentAsEmpty(schedules),
    restores: absentAsEmpty(restores),
    storage: absentAsEmpty(storage),
    fleet: mapReading(absentAsEmpty(clusters), fleetOf),
  };
}

type WithServer = ReturnType<typeof withServer>;

function withServer(cluster: ManagedCluster) {
  const url = cluster.spec?.managedClusterClientConfigs?.[0]?.url ?? "";
  return { summary: summariseManagedCluster(cluster), server: serverKey(url) };
}

function fleetOf(all: readonly WithServer[]): readonly FleetMember[] {
  const servers = new Map(all.map(({ summary, server }) => [summary.name, server]));
  return splitFleet(all.map(({ summary }) => summary)).clusters.map(({ name, available }) => ({
    name,
    available,
    server: servers.get(name) ?? "",
  }));
}
