import type { FairleadError } from "../../lib/errors/fairlead-error.ts";
import { type BackupSummary, isOfType } from "../acm/backup.ts";
import type { BackupSchedule } from "../acm/hub-objects.ts";
import type { ManagedClusterSummary } from "../acm/managed-cluster.ts";
import { judgeProtection } from "../preflight/checks/cluster-deployment-protection.ts";
import { count, nameList } from "../preflight/name-list.ts";
import type { HiveCluster } from "../preflight/observation.ts";
import { switchoverError } from "../switchover-error.ts";

// What forbids to remove a hub. All pure: `undefined` where nothing does.

export interface Fleet {
  readonly clusters: readonly ManagedClusterSummary[];
  readonly deployments: readonly HiveCluster[];
}

/** The hub that has the clusters now, as it says itself. */
export interface Successor {
  readonly id: string;
  readonly clusters: readonly ManagedClusterSummary[];
  readonly schedules: readonly BackupSchedule[];
  readonly backups: readonly BackupSummary[];
}

function isConfirmed(given: string, hub: { readonly id: string; readonly server: string }): boolean {
  const hosts = URL.canParse(hub.server) ? [new URL(hub.server).hostname, new URL(hub.server).host] : [];
  return [hub.id, ...hosts].includes(given);
}

/** `given` is absent in a dry run at most. */
export function refuseUnconfirmed(
  given: string | undefined,
  hub: { readonly id: string; readonly server: string },
): FairleadError | undefined {
  if (given === undefined || isConfirmed(given, hub)) return undefined;
  return switchoverError(
    "SW-DEC-02",
    {
      what: `confirm-decommission "${given}" is not the hub that would be removed`,
      why: `primary-kubeconfig leads to hub ${hub.id} at ${hub.server}`,
      fix: "give the kubeconfig of the hub that is to be removed, and its own id or API host in confirm-decommission",
    },
    "refused",
  );
}

export function refusePermissions(missing: readonly string[]): FairleadError | undefined {
  if (missing.length === 0) return undefined;
  return switchoverError(
    "SW-DEC-03",
    {
      what: `${count(missing.length, "permission")} to remove the hub missing`,
      why: nameList(missing),
      fix: "apply rbac/switchover/operator and rbac/switchover/decommission on this hub, and operator/observability where that is installed; use that account in the kubeconfig",
    },
    "preflight",
  );
}

/** What would be destroyed or detached with the records of these clusters. */
export function refuseFleet({ clusters, deployments }: Fleet, force: boolean): FairleadError | undefined {
  const protection = judgeProtection(deployments);
  if (protection.result === "failed") {
    return switchoverError(
      "SW-DEC-04",
      {
        what: `a Hive cluster would be destroyed with its record: ${protection.message}`,
        why: "Hive destroys the machines of a ClusterDeployment that goes",
        fix: protection.remediation,
      },
      "preflight",
    );
  }
  const available = availableOf(clusters);
  if (available.length === 0 || force) return undefined;
  return switchoverError(
    "SW-DEC-05",
    {
      what: `${count(available.length, "cluster")} of this hub still Available: ${nameList(available)}`,
      why: "the deletion of its record detaches a cluster that is connected to this hub",
      fix: "move the clusters to another hub first; give force to detach them",
    },
    "refused",
  );
}

/** Names of the clusters that are connected to the hub. */
export function availableOf(clusters: readonly ManagedClusterSummary[]): readonly string[] {
  return clusters.filter(({ available }) => available).map(({ name }) => name);
}

function refuseMissing(clusters: readonly ManagedClusterSummary[], successor: Successor): FairleadError | undefined {
  const there = new Set(availableOf(successor.clusters));
  const missing = clusters.map(({ name }) => name).filter((name) => !there.has(name));
  if (missing.length === 0) return undefined;
  return switchoverError(
    "SW-DEC-06",
    {
      what: `${count(missing.length, "cluster")} of this hub not Available on hub ${successor.id}: ${nameList(missing)}`,
      why: "with its record here the last trace of such a cluster would go",
      fix: "connect them to that hub, or delete the records of clusters that no longer exist; then start again",
    },
    "refused",
  );
}

function makesBackups({ spec, status }: BackupSchedule): boolean {
  return spec?.paused !== true && status?.phase !== "Paused" && status?.phase !== "BackupCollision";
}

function refuseSilent({ id, schedules }: Successor): FairleadError | undefined {
  if (schedules.some(makesBackups)) return undefined;
  const seen = schedules.map(({ metadata, status }) => `${metadata.name} is ${status?.phase || "paused"}`);
  return switchoverError(
    "SW-DEC-07",
    {
      what: `hub ${id} makes no backups`,
      why: seen.length === 0 ? "it has no BackupSchedule" : seen.join(", "),
      fix: "turn backups on there before the hub that made them goes",
    },
    "refused",
  );
}

const freshMs = 24 * 3_600_000;

/** Older operators label no backup with its hub: then its age tells. */
function isOwn({ producer, completedAt }: BackupSummary, id: string, now: number): boolean {
  return producer === "" ? now - (completedAt ?? Number.NEGATIVE_INFINITY) < freshMs : producer === id;
}

function refuseUnsaved({ id, backups }: Successor, now: number): FairleadError | undefined {
  const completed = backups.filter((backup) => isOfType(backup, "managedClusters") && backup.phase === "Completed");
  if (completed.some((backup) => isOwn(backup, id, now))) return undefined;
  return switchoverError(
    "SW-DEC-08",
    {
      what: `hub ${id} has no Completed backup of its managed clusters`,
      why:
        completed.length === 0
          ? "none is Completed"
          : `those that are come from ${[...new Set(completed.map(({ producer }) => producer || "an unnamed hub, more than a day ago"))].join(", ")}`,
      fix: "wait for the first backup of that hub, then start again",
    },
    "refused",
  );
}

/** Whether the other hub has what goes here. `now` is ms since the epoch. */
export function refuseSuccessor(
  clusters: readonly ManagedClusterSummary[],
  successor: Successor,
  now: number,
): FairleadError | undefined {
  return refuseMissing(clusters, successor) ?? refuseSilent(successor) ?? refuseUnsaved(successor, now);
}
