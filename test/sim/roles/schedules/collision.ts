import type { SimObject } from "../../kube/sim-client.ts";
import { type Stage, text } from "../../player.ts";

const label = "cluster.open-cluster-management.io/";

function newest(backups: readonly SimObject[]): SimObject | undefined {
  return backups
    .toSorted((a, b) => text(a.status, "startTimestamp").localeCompare(text(b.status, "startTimestamp")))
    .at(-1);
}

function newestMarker(stage: Stage): SimObject | undefined {
  return newest(
    stage.world
      .all("veleroBackups")
      .filter((backup) => backup.metadata.labels?.[`${label}restore-cluster`] !== undefined),
  );
}

function created(object: SimObject | undefined): number {
  return Date.parse(object?.metadata.creationTimestamp ?? "");
}

/** From 2.17 on a hub that took the fleet back after the foreign backup has the right to write. */
function isForgiven(stage: Stage, foreign: SimObject): boolean {
  const marker = newestMarker(stage);
  return (
    stage.minor >= 17 &&
    marker?.metadata.labels?.[`${label}restore-cluster`] === stage.hubId &&
    created(marker) > Date.parse(text(foreign.status, "startTimestamp"))
  );
}

/** Rule (a): the newest resources backup is another hub's. Rule (b): another hub ran a restore after our schedules were made. */
export function collision(stage: Stage, schedule: SimObject, own: readonly SimObject[]): string | undefined {
  const last = newest(
    stage.world
      .all("veleroBackups")
      .filter((backup) => backup.metadata.labels?.["velero.io/schedule-name"] === "acm-resources-schedule")
      .filter((backup) => text(backup.status, "phase") !== "Deleting"),
  );
  const author = last?.metadata.labels?.[`${label}backup-cluster`];
  if (last !== undefined && author !== undefined && author !== stage.hubId) {
    return isForgiven(stage, last)
      ? undefined
      : `Backup ${last.metadata.name}, from cluster with id [${author}] is using the same storage location.`;
  }
  return restoredElsewhere(stage, schedule, own);
}

function restoredElsewhere(stage: Stage, schedule: SimObject, own: readonly SimObject[]): string | undefined {
  const marker = newestMarker(stage);
  const restorer = marker?.metadata.labels?.[`${label}restore-cluster`];
  const made = stage.minor < 12 ? created(schedule) : Math.min(...own.map(created));
  if (marker === undefined || restorer === stage.hubId || !(created(marker) > made)) return undefined;
  return `Hub with id [${restorer}] had run a restore managed cluster operation, see [${marker.metadata.name}].`;
}
