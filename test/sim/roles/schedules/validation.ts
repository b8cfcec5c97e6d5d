import { Cron } from "croner";
import type { SimObject } from "../../kube/sim-client.ts";
import { type Stage, text } from "../../player.ts";
import type { World } from "../../world.ts";

export const tokenLabel = "authentication.open-cluster-management.io/is-managed-serviceaccount";

export function isActiveRestore(restore: SimObject): boolean {
  return !["Finished", "FinishedWithErrors"].includes(text(restore.status, "phase"));
}

/** One location that OADP made and that answers is enough. */
export function usableStorage(world: World): boolean {
  return world
    .all("storageLocations")
    .some(
      (location) =>
        text(location.status, "phase") === "Available" && (location.metadata.ownerReferences ?? []).length > 0,
    );
}

function tokensAvailable({ world, minor }: Stage): boolean {
  const engine = world.all("multiClusterEngines")[0];
  const overrides = engine?.spec?.["overrides"] as { components?: { name: string; enabled?: boolean }[] } | undefined;
  const enabled = overrides?.components?.find(({ name }) => name === "managedserviceaccount")?.enabled === true;
  return enabled && (minor < 15 || world.find("clusterManagementAddOns", "managed-serviceaccount") !== undefined);
}

async function deleteTokens(world: World): Promise<void> {
  for (const secret of world.all("secrets")) {
    if (secret.metadata.labels?.[tokenLabel] === "true") await world.remove("secrets", secret);
  }
}

export function isPaused({ minor }: Pick<Stage, "minor">, schedule: SimObject): boolean {
  return minor >= 12 && schedule.spec?.["paused"] === true;
}

function cronProblem(schedule: SimObject): string | undefined {
  const cron = text(schedule.spec, "veleroSchedule");
  try {
    new Cron(cron, { timezone: "UTC" });
    return undefined;
  } catch (error) {
    return `Schedule must be a non-empty valid Cron expression: ${String(error)}`;
  }
}

/** What makes the operator refuse the schedule, in its order; a pause is looked at only after all of it. */
export async function problemOf(stage: Stage, schedule: SimObject): Promise<string | undefined> {
  const { world } = stage;
  const active = isPaused(stage, schedule) ? undefined : world.all("restores").find(isActiveRestore);
  if (active !== undefined)
    return `Restore resource ${active.metadata.name} is currently active, verify that any active restores are removed.`;
  if (!usableStorage(world))
    return "Backup storage location is not available. Check velero.io.BackupStorageLocation and validate storage credentials.";
  const wanted = schedule.spec?.["useManagedServiceAccount"] === true;
  if (!wanted || !tokensAvailable(stage)) await deleteTokens(world);
  if (wanted && !tokensAvailable(stage))
    return "UseManagedServiceAccount option cannot be used, managedserviceaccount-preview component is not enabled";
  return cronProblem(schedule);
}
