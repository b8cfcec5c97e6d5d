import type { Clock } from "../../lib/clock/clock.ts";
import { type TimedVersion, timedVersion } from "../../lib/kube/timed-version.ts";
import type { KubeClient } from "../../lib/kube/types.ts";
import { summariseBackup } from "../acm/backup.ts";
import { summariseStorageLocation } from "../acm/backup-storage.ts";
import { importStrategy, objectName, podSelector } from "../acm/constants.ts";
import { hubIdentity } from "../acm/hub-identity.ts";
import type { HubNamespaces } from "../acm/namespaces.ts";
import * as api from "../acm/resources.ts";
import { attempt } from "../preflight/attempt.ts";
import { type HubReader, hubReader } from "../preflight/hub-reader.ts";
import * as project from "../preflight/projections.ts";
import { absentAsEmpty, allOf, mapReading, type Reading, read } from "../preflight/reading.ts";
import type { NewHub, OldHub, PostflightObservation } from "./observation.ts";
import { clusterImport, fleetClusters, podHealth } from "./projections.ts";

export interface ObserveInput {
  readonly clients: { readonly secondary: KubeClient; readonly primary: KubeClient | undefined };
  readonly namespaces: HubNamespaces;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** One hub while it is read. */
interface Hub {
  readonly client: KubeClient;
  readonly connection: Reading<TimedVersion>;
  readonly reader: HubReader;
  readonly namespaces: HubNamespaces;
}

const logLines = 500;

/** Reads the new hub, and the old one where it is given, once and at the same time. Never writes. */
export async function observe(input: ObserveInput): Promise<PostflightObservation> {
  const { secondary, primary } = input.clients;
  const [renewed, former] = await Promise.all([
    open(secondary, input).then(observeNewHub),
    primary === undefined ? undefined : open(primary, input).then(observeOldHub),
  ]);
  return { secondary: renewed, primary: former, takenAt: input.clock.now() };
}

async function open(client: KubeClient, { clock, namespaces, signal }: ObserveInput): Promise<Hub> {
  const connection = await attempt("version", signal, () => timedVersion(client, clock, { signal }));
  return { client, connection, reader: hubReader(client, connection.state === "read", signal), namespaces };
}

async function observeOldHub(hub: Hub): Promise<OldHub> {
  return { hub: "primary", ...(await observeAnyHub(hub)) };
}

async function observeNewHub(hub: Hub): Promise<NewHub> {
  const { reader, namespaces } = hub;
  const namespace = namespaces.backup;
  const [common, acmPods, backups, storageLocations, veleroLog, strategy] = await Promise.all([
    observeAnyHub(hub),
    reader.list(api.pods, { namespace: namespaces.acm }, podHealth),
    reader.list(api.veleroBackups, { namespace }, summariseBackup),
    reader.list(api.backupStorageLocations, { namespace }, summariseStorageLocation),
    readVeleroLog(hub),
    reader.find(
      api.configMaps,
      { namespace: namespaces.engine, name: objectName.importControllerConfig },
      (found) => found?.data?.[importStrategy.key] || importStrategy.importOnly,
    ),
  ]);
  const route = { namespace: namespaces.observability, name: objectName.grafanaRoute };
  const grafanaRoute =
    common.observability.state === "read" && common.observability.value
      ? await reader.find(api.routes, route, (found) => found !== undefined)
      : mapReading(common.observability, () => false);
  return {
    hub: "secondary",
    ...common,
    acmPods,
    backups,
    storageLocations,
    veleroLog,
    grafanaRoute,
    importStrategy: strategy,
  };
}

async function observeAnyHub(hub: Hub): Promise<Omit<OldHub, "hub">> {
  const { reader, namespaces } = hub;
  const namespace = namespaces.backup;
  const [version, system, installations, clusters, schedules, restores, observability] = await Promise.all([
    reader.find(api.clusterVersions, { name: objectName.clusterVersion }, (found) => found),
    reader.find(api.namespaces, { name: objectName.identityNamespace }, (found) => found),
    reader.list(api.multiClusterHubs, { namespace: namespaces.acm }, project.acmInstallation),
    reader.list(api.managedClusters, {}, clusterImport),
    reader.list(api.backupSchedules, { namespace }, project.trimmedSchedule),
    reader.list(api.acmRestores, { namespace }, project.trimmedRestore),
    observeObservability(hub),
  ]);
  return {
    server: hub.client.server,
    connection: hub.connection,
    identity: mapReading(allOf(version, system), ([found, kubeSystem]) => hubIdentity(found, kubeSystem)),
    installations,
    fleet: mapReading(clusters, fleetClusters),
    schedules,
    restores,
    ...observability,
  };
}

type Observability = Pick<OldHub, "observability" | "observabilities" | "observabilityPods">;

/** Pods only where the namespace exists: elsewhere the role that reads them cannot be granted. */
async function observeObservability({ reader, namespaces }: Hub): Promise<Observability> {
  const namespace = namespaces.observability;
  const [observability, observabilities] = await Promise.all([
    reader.find(api.namespaces, { name: namespace }, (found) => found !== undefined),
    reader.list(api.multiClusterObservabilities, {}, project.conditioned),
  ]);
  const installed = observability.state === "read" && observability.value;
  return {
    observability,
    observabilities: absentAsEmpty(observabilities),
    observabilityPods: installed
      ? await reader.list(api.pods, { namespace }, podHealth)
      : mapReading(observability, () => []),
  };
}

async function readVeleroLog({ client, reader, namespaces }: Hub): Promise<Reading<string | undefined>> {
  const namespace = namespaces.backup;
  const pods = await reader.list(api.pods, { namespace, labelSelector: podSelector.velero }, podHealth);
  if (pods.state !== "read") {
    return pods;
  }
  const pod = pods.value.find(({ ready }) => ready) ?? pods.value[0];
  if (pod === undefined) {
    return read(undefined);
  }
  const query = { container: objectName.veleroContainer, tailLines: logLines };
  return await reader.call("Pod/log", (options) => client.podLog({ namespace, name: pod.name }, query, options));
}
