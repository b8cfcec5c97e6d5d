import { type Source, source } from "../../lib/kube/live-collection.ts";
import { timedVersion } from "../../lib/kube/timed-version.ts";
import type { KubeClient, KubeObject, ListQuery, Resource } from "../../lib/kube/types.ts";
import { summariseVeleroRestore, type VeleroRestoreSummary } from "../acm/acm-restore.ts";
import { throttlesOperator } from "../acm/acm-version.ts";
import { type BackupSummary, summariseBackup } from "../acm/backup.ts";
import { type StorageLocation, summariseStorageLocation } from "../acm/backup-storage.ts";
import { podSelector, veleroScheduleName } from "../acm/constants.ts";
import type { HubName } from "../acm/hub-identity.ts";
import type { AcmRestore, BackupSchedule, Pod, VeleroSchedule } from "../acm/hub-objects.ts";
import {
  hiveClusterNames,
  type ManagedClusterSummary,
  splitFleet,
  summariseManagedCluster,
} from "../acm/managed-cluster.ts";
import type { HubNamespaces } from "../acm/namespaces.ts";
import {
  acmRestores,
  backupSchedules,
  backupStorageLocations,
  clusterDeployments,
  managedClusters,
  pods,
  veleroBackups,
  veleroRestores,
  veleroSchedules,
} from "../acm/resources.ts";
import { noneIfAbsent } from "./none-if-absent.ts";
import { type HubFacts, ms, type SwitchoverContext } from "./switchover-context.ts";

// The collections that steps look at, each in its two forms: listed once, and kept current for a wait.

/** What a look at a hub needs. An operation may have but one of the two. */
export interface HubContext<H extends HubName> {
  readonly clients: Readonly<Record<H, KubeClient>>;
  readonly namespaces: HubNamespaces;
  readonly signal: AbortSignal;
}

interface Collection<P> {
  once<H extends HubName>(context: HubContext<H>, hub: H): Promise<readonly P[]>;
  live<H extends HubName>(context: HubContext<H>, hub: H): Source<P>;
}

function collection<T extends KubeObject, P>(
  resource: Resource<T>,
  scope: "backup" | "cluster",
  project: (object: T) => P,
  labelSelector?: string,
): Collection<P> {
  const query = (context: Pick<HubContext<HubName>, "namespaces">): ListQuery => ({
    ...(scope === "backup" ? { namespace: context.namespaces.backup } : {}),
    ...(labelSelector === undefined ? {} : { labelSelector }),
  });
  return {
    async once(context, hub) {
      const { signal } = context;
      return (await context.clients[hub].list(resource, query(context), { signal, project })).items;
    },
    live: (context, hub) => source(context.clients[hub], resource, query(context), project),
  };
}

export const schedulesOf = collection<BackupSchedule, BackupSchedule>(backupSchedules, "backup", (object) => object);
export const restoresOf = collection<AcmRestore, AcmRestore>(acmRestores, "backup", (object) => object);
export const backupsOf: Collection<BackupSummary> = collection(veleroBackups, "backup", summariseBackup);
export const storageOf: Collection<StorageLocation> = collection(
  backupStorageLocations,
  "backup",
  summariseStorageLocation,
);
export const veleroRestoresOf: Collection<VeleroRestoreSummary> = collection(
  veleroRestores,
  "backup",
  summariseVeleroRestore,
);
export const clustersOf: Collection<ManagedClusterSummary> = collection(
  managedClusters,
  "cluster",
  summariseManagedCluster,
);

export function isPodReady(pod: Pod): boolean {
  return (
    pod.status?.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True") === true
  );
}

/** Velero's pods: whether each is Ready. */
export const veleroPodsOf: Collection<boolean> = collection(pods, "backup", isPodReady, podSelector.velero);

export function describeVelero(ready: readonly boolean[]): string {
  if (ready.length === 0) return "Velero has no pod";
  return ready.some(Boolean) ? "Velero is Ready" : "Velero is not Ready";
}

/** What a step says of a wait for a BackupSchedule's phase, with what {@link scheduleAllowanceMs} adds to its limit. */
export function withAllowance(note: string, allowanceMs: number): string {
  return allowanceMs === 0 ? note : `${note} (may take ${allowanceMs / 1000} s longer for the imported clusters)`;
}

/** One of the five Velero Schedules of a BackupSchedule. */
export interface OwnedVeleroSchedule {
  readonly name: string;
  readonly paused: boolean;
  readonly ownerUid: string;
  /** ms since the epoch. */
  readonly createdAt: number;
}

const acmScheduleNames: ReadonlySet<string> = new Set(Object.values(veleroScheduleName));

function summariseVeleroSchedule(schedule: VeleroSchedule): OwnedVeleroSchedule {
  return {
    name: schedule.metadata.name,
    paused: schedule.spec?.paused === true,
    ownerUid: schedule.metadata.ownerReferences?.find((owner) => owner.kind === "BackupSchedule")?.uid ?? "",
    createdAt: Date.parse(schedule.metadata.creationTimestamp ?? ""),
  };
}

const allVeleroSchedules = collection(veleroSchedules, "backup", summariseVeleroSchedule);

/** Only those that ACM's backup operator makes. */
export function acmSchedules(schedules: readonly OwnedVeleroSchedule[]): readonly OwnedVeleroSchedule[] {
  return schedules.filter((schedule) => acmScheduleNames.has(schedule.name));
}

export const veleroSchedulesOf = allVeleroSchedules;

/** The clusters of a hub without its own, by name. */
export async function fleetOf<H extends HubName>(
  context: HubContext<H>,
  hub: H,
): Promise<readonly ManagedClusterSummary[]> {
  return splitFleet(await clustersOf.once(context, hub)).clusters;
}

interface AllowanceContext<H extends HubName> extends HubContext<H>, Pick<SwitchoverContext, "tuning"> {
  readonly hubs: Readonly<Record<H, HubFacts>>;
}

/**
 * What a wait for a BackupSchedule's phase is longer by: to ACM 2.14 the operator prepares up to 0.1 s per imported
 * cluster before it looks at a pause.
 */
export async function scheduleAllowanceMs<H extends HubName>(context: AllowanceContext<H>, hub: H): Promise<number> {
  if (!throttlesOperator(context.hubs[hub].version)) {
    return 0;
  }
  const { signal } = context;
  const project = (object: KubeObject): { readonly namespace?: string } =>
    object.metadata.namespace === undefined ? {} : { namespace: object.metadata.namespace };
  const deployments = await listOrNone(context, hub, project, signal);
  const hive = hiveClusterNames(deployments);
  const imported = (await fleetOf(context, hub)).filter((cluster) => !hive.has(cluster.name)).length;
  return ms(context.tuning.schedulePerCluster) * imported;
}

// Clocks drift by milliseconds in such a time; a run asks in each round of a step.
const offsetHoldsMs = 300_000;
const offsets = new WeakMap<KubeClient, { readonly clockOffsetMs: number; readonly askedAt: number }>();

/**
 * How far the clock of a hub is ahead of this machine's, ms: what a hub stamps is compared with its own time. Asked at
 * most each five minutes.
 */
export async function clockOffsetOf<H extends HubName>(
  { clients, clock, signal }: HubContext<H> & Pick<SwitchoverContext, "clock">,
  hub: H,
): Promise<number> {
  const client: KubeClient = clients[hub];
  const known = offsets.get(client);
  if (known !== undefined && clock.monotonic() - known.askedAt < offsetHoldsMs) return known.clockOffsetMs;
  const { clockOffsetMs } = await timedVersion(client, clock, { signal });
  offsets.set(client, { clockOffsetMs, askedAt: clock.monotonic() });
  return clockOffsetMs;
}

/** What the clock of a hub shows now, ms since the epoch, to within a second. */
export async function hubTimeOf<H extends HubName>(
  context: HubContext<H> & Pick<SwitchoverContext, "clock">,
  hub: H,
): Promise<number> {
  const offset = await clockOffsetOf(context, hub);
  return context.clock.now() + offset;
}

async function listOrNone<H extends HubName>(
  context: HubContext<H>,
  hub: H,
  project: (object: KubeObject) => { readonly namespace?: string },
  signal: AbortSignal,
): Promise<readonly { readonly namespace?: string }[]> {
  const client = context.clients[hub];
  return await noneIfAbsent(async () => (await client.list(clusterDeployments, {}, { signal, project })).items);
}
