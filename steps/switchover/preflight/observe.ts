import type { Clock } from "../../lib/clock/clock.ts";
import { type TimedVersion, timedVersion } from "../../lib/kube/timed-version.ts";
import type { KubeClient } from "../../lib/kube/types.ts";
import { summariseVeleroRestore } from "../acm/acm-restore.ts";
import { summariseBackup } from "../acm/backup.ts";
import { managedServiceAccountComponent } from "../acm/backup-schedule.ts";
import { summariseStorageLocation } from "../acm/backup-storage.ts";
import { projectSelected } from "../acm/cluster-selector.ts";
import { importStrategy, label, objectName, podSelector } from "../acm/constants.ts";
import type { HubName } from "../acm/hub-identity.ts";
import { hubIdentity } from "../acm/hub-identity.ts";
import { importToken } from "../acm/import-token.ts";
import { splitFleet } from "../acm/managed-cluster.ts";
import type { HubNamespaces } from "../acm/namespaces.ts";
import * as api from "../acm/resources.ts";
import type { OfBothHubs, OfNewHub } from "../hubs.ts";
import { type AccessContext, accessQuestions } from "./access-requests.ts";
import { attempt } from "./attempt.ts";
import { type HubReader, hubReader } from "./hub-reader.ts";
import type {
  AccessFinding,
  HubObservation,
  Observation,
  PrimaryObservation,
  SecondaryObservation,
  SharedUser,
} from "./observation.ts";
import { isFluxThere, isPassiveSync, listMarked, marksOf, observeArgoCd } from "./observe-gitops.ts";
import * as project from "./projections.ts";
import { allOf, mapReading, type Reading, read, valueOr } from "./reading.ts";
import type { PreflightSettings } from "./settings.ts";

export interface ObserveInput {
  readonly clients: OfBothHubs<KubeClient> | OfNewHub<KubeClient>;
  /** API server of an old hub that is declared down, where its kubeconfig says it. */
  readonly oldServer?: string;
  readonly settings: PreflightSettings;
  readonly sharedUsers: Reading<readonly SharedUser[]>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** One hub while it is read. */
interface Hub<N extends HubName> {
  readonly name: N;
  readonly client: KubeClient;
  readonly settings: PreflightSettings;
  readonly connection: Reading<TimedVersion>;
  readonly reader: HubReader;
  readonly signal: AbortSignal;
}

type Common = Omit<HubObservation, "hub">;

/**
 * Reads both hubs once and at the same time; lists are paged and projected as they arrive. A hub that does not answer
 * its first question is asked no other. Never writes.
 */
export async function observe(input: ObserveInput): Promise<Observation> {
  const { clients } = input;
  const [primary, secondary] = await Promise.all([
    clients.primary === undefined
      ? lostPrimary(input.oldServer ?? "")
      : open("primary", clients.primary, input).then(observePrimary),
    open("secondary", clients.secondary, input).then(observeSecondary),
  ]);
  return { primary, secondary, takenAt: input.clock.now(), sharedUsers: input.sharedUsers };
}

/** Nothing is asked of a hub that is declared down. */
function lostPrimary(server: string): PrimaryObservation {
  const lost = { state: "declared-down" } as const;
  return {
    hub: "primary",
    server,
    connection: lost,
    credential: lost,
    namespaces: { acm: lost, backup: lost, observability: lost, engine: lost },
    access: lost,
    identity: lost,
    clusterVersion: lost,
    clusterOperators: lost,
    nodes: lost,
    acm: lost,
    managedServiceAccounts: lost,
    fleet: lost,
    veleroPods: lost,
    dataProtection: lost,
    storageLocations: lost,
    backups: lost,
    schedules: lost,
    importTokens: lost,
    importStrategy: lost,
    argoCd: lost,
    gitops: [lost],
    clusterDeployments: lost,
  };
}

async function open<N extends HubName>(name: N, client: KubeClient, input: ObserveInput): Promise<Hub<N>> {
  const { clock, settings, signal } = input;
  const connection = await attempt("version", signal, () => timedVersion(client, clock, { signal }));
  const reader = hubReader(client, connection.state === "read", signal);
  return { name, client, settings, connection, reader, signal };
}

async function observePrimary(hub: Hub<"primary">): Promise<PrimaryObservation> {
  const [common, clusterDeployments, marks] = await Promise.all([
    observeCommon(hub),
    listMarked(hub.reader, api.clusterDeployments, {}, project.hiveCluster),
    observabilityMarks(hub),
  ]);
  const gitops = [...common.gitops, marksOf("BackupSchedule", common.schedules), clusterDeployments.marks, marks];
  return { ...common, hub: hub.name, clusterDeployments: clusterDeployments.values, gitops };
}

async function observabilityMarks({ reader, settings }: Hub<"primary">): Promise<HubObservation["gitops"][number]> {
  if (settings.skipGitopsCheck) return read([]);
  return (await listMarked(reader, api.multiClusterObservabilities, {}, () => undefined)).marks;
}

async function observeSecondary(hub: Hub<"secondary">): Promise<SecondaryObservation> {
  const namespace = hub.settings.namespaces.backup;
  const [common, restores, veleroRestores, observabilities] = await Promise.all([
    observeCommon(hub),
    hub.reader.list(api.acmRestores, { namespace }, project.trimmedRestore),
    hub.reader.list(api.veleroRestores, { namespace }, summariseVeleroRestore),
    listMarked(hub.reader, api.multiClusterObservabilities, {}, ({ metadata }) => metadata.name),
  ]);
  const passive = mapReading(restores, (list) => list.filter(isPassiveSync));
  const gitops = [...common.gitops, marksOf("Restore", passive), observabilities.marks];
  const parts = await observeObservability(hub, common.namespaces.observability);
  return {
    ...common,
    hub: hub.name,
    restores,
    veleroRestores,
    observabilities: observabilities.values,
    gitops,
    ...parts,
  };
}

/** Only where its namespace exists: elsewhere the role that reads it cannot be granted. */
async function observeObservability(
  { reader, settings }: Hub<"secondary">,
  installed: Reading<boolean>,
): Promise<Pick<SecondaryObservation, "observabilityPods" | "observabilityStorage">> {
  if (installed.state !== "read" || !installed.value) {
    return {
      observabilityPods: mapReading(installed, () => []),
      observabilityStorage: mapReading(installed, () => false),
    };
  }
  const namespace = settings.namespaces.observability;
  const pods = (labelSelector: string) => reader.list(api.pods, { namespace, labelSelector }, project.podSummary);
  const [compactor, queries, observabilityStorage] = await Promise.all([
    pods(podSelector.thanosCompactor),
    pods(podSelector.observatoriumApi),
    reader.find(api.secrets, { namespace, name: objectName.thanosObjectStorage }, (found) => found !== undefined),
  ]);
  return { observabilityPods: mapReading(allOf(compactor, queries), (lists) => lists.flat()), observabilityStorage };
}

async function observeCommon(hub: Hub<HubName>): Promise<Common> {
  const namespaces = observeNamespaces(hub);
  const query = { namespace: hub.settings.namespaces.acm };
  const hubs = listMarked(hub.reader, api.multiClusterHubs, query, project.acmInstallation);
  const acm = hubs.then(({ values }) => mapReading(values, project.chooseInstallation));
  const fleetPart = observeFleet(hub);
  const argoCd = fleetPart.then(({ fleet }) => observeArgoCd({ ...hub, hub: hub.name, fleet }));
  const [cluster, fleet, backups, access] = await Promise.all([
    observeCluster(hub),
    fleetPart,
    observeBackups(hub),
    Promise.all([namespaces, acm, argoCd]).then((known) => observeAccess(hub, ...known)),
  ]);
  return {
    server: hub.client.server,
    connection: hub.connection,
    credential: await attempt("credential", hub.signal, () => hub.client.credential()),
    namespaces: await namespaces,
    acm: await acm,
    argoCd: await argoCd,
    gitops: [(await hubs).marks],
    access,
    ...cluster,
    ...fleet,
    ...backups,
  };
}

async function observeNamespaces({ reader, settings }: Hub<HubName>): Promise<Common["namespaces"]> {
  const exists = (name: string) => reader.find(api.namespaces, { name }, (found) => found !== undefined);
  const { namespaces } = settings;
  const [acm, backup, observability, engine] = await Promise.all([
    exists(namespaces.acm),
    exists(namespaces.backup),
    exists(namespaces.observability),
    exists(namespaces.engine),
  ]);
  return { acm, backup, observability, engine };
}

type ClusterPart = Pick<Common, "identity" | "clusterVersion" | "clusterOperators" | "nodes">;

async function observeCluster({ reader }: Hub<HubName>): Promise<ClusterPart> {
  const [version, kubeSystem, clusterOperators, nodes] = await Promise.all([
    reader.find(api.clusterVersions, { name: objectName.clusterVersion }, (found) => found),
    reader.find(api.namespaces, { name: objectName.identityNamespace }, (found) => found),
    reader.list(api.clusterOperators, {}, project.conditioned),
    reader.list(api.nodes, {}, project.conditioned),
  ]);
  return {
    identity: mapReading(allOf(version, kubeSystem), ([found, namespace]) => hubIdentity(found, namespace)),
    clusterVersion: mapReading(version, (found) =>
      found === undefined ? undefined : project.conditioned(found).conditions,
    ),
    clusterOperators,
    nodes,
  };
}

type FleetPart = Pick<Common, "fleet" | "managedServiceAccounts" | "importTokens" | "importStrategy">;

async function observeFleet({ reader, settings }: Hub<HubName>): Promise<FleetPart> {
  const [clusters, engines, tokens, strategy] = await Promise.all([
    reader.list(api.managedClusters, {}, projectSelected(settings.clusterSelector)),
    reader.list(api.multiClusterEngines, {}, (engine) => managedServiceAccountComponent(engine)),
    reader.list(api.secrets, { labelSelector: `${label.managedServiceAccountToken}=true` }, importToken),
    reader.find(
      api.configMaps,
      { namespace: settings.namespaces.engine, name: objectName.importControllerConfig },
      (found) => found?.data?.[importStrategy.key] || importStrategy.importOnly,
    ),
  ]);
  return {
    fleet: mapReading(clusters, splitFleet),
    managedServiceAccounts:
      engines.state === "absent" ? read("no-engine") : mapReading(engines, ([first]) => first ?? "no-engine"),
    importTokens: mapReading(tokens, (list) => list.filter((token) => token !== undefined)),
    importStrategy: strategy,
  };
}

type BackupPart = Pick<Common, "schedules" | "backups" | "storageLocations" | "dataProtection" | "veleroPods">;

async function observeBackups({ reader, settings }: Hub<HubName>): Promise<BackupPart> {
  const namespace = settings.namespaces.backup;
  const [schedules, backups, storageLocations, dataProtection, veleroPods] = await Promise.all([
    reader.list(api.backupSchedules, { namespace }, project.trimmedSchedule),
    reader.list(api.veleroBackups, { namespace }, summariseBackup),
    reader.list(api.backupStorageLocations, { namespace }, summariseStorageLocation),
    reader.list(api.dataProtectionApplications, { namespace }, project.conditioned),
    reader.list(api.pods, { namespace, labelSelector: podSelector.velero }, project.podSummary),
  ]);
  return { schedules, backups, storageLocations, dataProtection, veleroPods };
}

/** One access review per question, at the client's bounded concurrency. */
async function observeAccess(
  hub: Hub<HubName>,
  namespaces: Common["namespaces"],
  acm: Common["acm"],
  argoCd: Common["argoCd"],
): Promise<Reading<readonly AccessFinding[]>> {
  if (hub.settings.skipRbacValidation) {
    return read([]);
  }
  const exists = (role: keyof HubNamespaces): boolean | undefined => valueOr(namespaces[role], undefined);
  const context: AccessContext = {
    hub: hub.name,
    version: valueOr(acm, undefined)?.version ?? { known: false, text: "" },
    exists: {
      acm: exists("acm"),
      backup: exists("backup"),
      observability: exists("observability"),
      engine: exists("engine"),
    },
    argoCd: valueOr(argoCd, undefined)?.install ?? "unknown",
    flux: hub.settings.fluxManage ? await isFluxThere(hub.reader) : false,
  };
  const questions = accessQuestions(context, hub.settings);
  const askable = questions.filter(({ namespaceAbsent }) => !namespaceAbsent);
  const answers = await hub.reader.call("SelfSubjectAccessReview.authorization.k8s.io", (options) =>
    hub.client.reviewAccess(
      askable.map(({ request }) => request),
      options,
    ),
  );
  return mapReading(answers, (list) => {
    const allowed = new Set(askable.filter((_, index) => list[index]?.allowed === true));
    return questions.map((question) => ({
      permission: question.permission,
      request: question.request,
      outcome: question.namespaceAbsent ? "namespace-absent" : allowed.has(question) ? "allowed" : "denied",
    }));
  });
}
