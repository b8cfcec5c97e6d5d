import type { SimObject } from "../kube/sim-client.ts";
import { iso, type Player, type Stage, stamp, text } from "../player.ts";
import { isActiveRestore, usableStorage } from "./backup-schedules.ts";

// ACM's backup operator, the half that plays Restores: passive sync, activation, deletion, and what follows an activation.

const finalizer = "restores.cluster.open-cluster-management.io/finalizer";
const backupLabel = "cluster.open-cluster-management.io/backup";
const ended = ["Completed", "PartiallyFailed", "Failed", "FailedValidation"];
const token = "authentication.open-cluster-management.io/is-managed-serviceaccount";

type Kind = "managedClusters" | "credentials" | "resources" | "generic";

const schedules: Readonly<Record<Kind, string>> = {
  managedClusters: "acm-managed-clusters-schedule",
  credentials: "acm-credentials-schedule",
  resources: "acm-resources-schedule",
  generic: "acm-resources-generic-schedule",
};

const statusField: Readonly<Record<Kind, string>> = {
  managedClusters: "veleroManagedClustersRestoreName",
  credentials: "veleroCredentialsRestoreName",
  resources: "veleroResourcesRestoreName",
  generic: "veleroGenericResourcesRestoreName",
};

/** What `latest` means on this hub now: newest start among the ended backups of that schedule. */
export function latest(stage: Stage, kind: Kind): SimObject | undefined {
  const prefix = `${schedules[kind]}-`;
  return stage.world
    .all("veleroBackups")
    .filter(
      (backup) => backup.metadata.name.startsWith(prefix) && /^\d{14}$/.test(backup.metadata.name.slice(prefix.length)),
    )
    .filter((backup) => ["Completed", "PartiallyFailed"].includes(text(backup.status, "phase")))
    .toSorted((a, b) => text(a.status, "startTimestamp").localeCompare(text(b.status, "startTimestamp")))
    .at(-1);
}

function ownedBy(stage: Stage, restore: SimObject): readonly SimObject[] {
  return stage.world
    .all("veleroRestores")
    .filter((one) => one.metadata.ownerReferences?.some((owner) => owner.uid === restore.metadata.uid));
}

function isSync(restore: SimObject): boolean {
  return restore.spec?.["syncRestoreWithNewBackups"] === true;
}

function activates(restore: SimObject): boolean {
  return text(restore.spec, "veleroManagedClustersBackupName").trim().toLowerCase() !== "skip";
}

/** Seconds of a Go duration of hours, minutes and seconds. */
function durationSeconds(duration: string): number {
  return [...duration.matchAll(/(\d+)([hms])/g)].reduce(
    (sum, [, value, unit]) => sum + Number(value) * (unit === "h" ? 3600 : unit === "m" ? 60 : 1),
    0,
  );
}

function blocker(stage: Stage, restore: SimObject): string | undefined {
  const other = stage.world
    .all("restores")
    .find((one) => one.metadata.uid !== restore.metadata.uid && isActiveRestore(one));
  if (other !== undefined) return `Restore resource ${other.metadata.name}`;
  const quiet = stage.minor < 12 ? ["BackupCollision"] : ["BackupCollision", "Paused"];
  const schedule = stage.world.all("backupSchedules").find((one) => !quiet.includes(text(one.status, "phase")));
  return schedule === undefined ? undefined : `BackupSchedule resource ${schedule.metadata.name}`;
}

async function createVeleroRestore(
  stage: Stage,
  restore: SimObject,
  backup: SimObject,
  part: "all" | "ordinary" | "active",
): Promise<string> {
  const suffix = part === "active" ? "-active" : "";
  const name = `${`${restore.metadata.name}-${backup.metadata.name}`.slice(0, 252)}${suffix}`;
  const ownerReferences = [
    {
      apiVersion: "cluster.open-cluster-management.io/v1beta1",
      kind: "Restore",
      name: restore.metadata.name,
      uid: restore.metadata.uid ?? "",
      controller: true,
      blockOwnerDeletion: true,
    },
  ];
  const selector = { key: backupLabel, operator: part === "active" ? "In" : "NotIn", values: ["cluster-activation"] };
  await stage.world.create("veleroRestores", {
    metadata: { name, namespace: stage.namespace, ownerReferences },
    spec: {
      backupName: backup.metadata.name,
      existingResourcePolicy: "update",
      ...(part === "all" ? {} : { labelSelector: { matchExpressions: [selector] } }),
    },
  });
  return name;
}

async function syncOnce(stage: Stage, restore: SimObject): Promise<void> {
  const names: Record<string, string> = {};
  for (const kind of ["credentials", "resources", "generic"] as const) {
    const backup = latest(stage, kind);
    if (backup === undefined) continue;
    names[statusField[kind]] = await createVeleroRestore(
      stage,
      restore,
      backup,
      kind === "resources" ? "all" : "ordinary",
    );
  }
  await stage.world.setStatus("restores", restore, {
    ...names,
    phase: "Started",
    lastMessage: "Velero restores are created",
  });
}

function restoredBackup(stage: Stage, restore: SimObject, kind: Kind): string {
  const name = text(restore.status, statusField[kind]);
  return text(stage.world.find("veleroRestores", name, stage.namespace)?.spec, "backupName");
}

/** Only credentials and resources backups count as new; a look happens at the interval, or on any edit of the Restore. */
function hasNewer(stage: Stage, restore: SimObject): boolean {
  return (["credentials", "resources"] as const).some((kind) => {
    const backup = latest(stage, kind);
    return backup !== undefined && restoredBackup(stage, restore, kind) !== backup.metadata.name;
  });
}

const lastLook = new Map<string, { readonly at: number; readonly version: string }>();

function lookIsDue(stage: Stage, restore: SimObject): boolean {
  const uid = restore.metadata.uid ?? "";
  const interval = durationSeconds(text(restore.spec, "restoreSyncInterval") || "30m");
  const version = JSON.stringify([restore.spec, restore.metadata.annotations]);
  const last = lastLook.get(uid);
  const due = last === undefined || last.version !== version || Date.now() - last.at >= stage.scaled(interval);
  if (due) lastLook.set(uid, { at: Date.now(), version });
  stage.later(interval);
  return due;
}

async function playSync(stage: Stage, restore: SimObject): Promise<void> {
  const { world } = stage;
  const owned = ownedBy(stage, restore);
  if (latest(stage, "credentials") === undefined && owned.length === 0) {
    await world.setStatus("restores", restore, { phase: "Error", lastMessage: "no velero backups found" });
    stage.later(60);
    return;
  }
  if (owned.length === 0 || (owned.every(isEnded) && hasNewer(stage, restore) && lookIsDue(stage, restore))) {
    await syncOnce(stage, restore);
    return;
  }
  const phase = owned.every(isEnded) ? "Enabled" : "Running";
  await world.setStatus("restores", restore, {
    phase,
    lastMessage:
      phase === "Enabled"
        ? "Velero restores have run to completion, restore will continue to sync with new backups"
        : "Velero restore is in progress",
  });
}

function isEnded(restore: SimObject): boolean {
  return ended.includes(text(restore.status, "phase"));
}

function clustersBackup(stage: Stage, restore: SimObject): SimObject | undefined {
  const wanted = text(restore.spec, "veleroManagedClustersBackupName").toLowerCase();
  if (stage.faults.has("activates-nothing")) return undefined;
  if (wanted === "latest") return latest(stage, "managedClusters");
  return stage.world.find("veleroBackups", wanted, stage.namespace);
}

function wants(restore: SimObject, kind: Kind): boolean {
  const field = kind === "credentials" ? "veleroCredentialsBackupName" : "veleroResourcesBackupName";
  // A patched passive Restore restores its resources no second time.
  return text(restore.spec, field) !== "skip" && !(kind === "resources" && isSync(restore));
}

async function activate(stage: Stage, restore: SimObject): Promise<void> {
  const names: Record<string, string> = {};
  const part = isSync(restore) ? "active" : "all";
  for (const kind of (["credentials", "generic", "resources"] as const).filter((one) => wants(restore, one))) {
    const backup = latest(stage, kind);
    if (backup === undefined) continue;
    const name = await createVeleroRestore(stage, restore, backup, part);
    // On 2.13 to 2.16 the status keeps the credentials restore without suffix and takes the generic one with it.
    if (kind !== "credentials" || !isSync(restore)) names[statusField[kind]] = name;
  }
  const backup = clustersBackup(stage, restore);
  if (backup !== undefined)
    names[statusField.managedClusters] = await createVeleroRestore(stage, restore, backup, "all");
  await stage.world.setStatus("restores", restore, {
    ...names,
    phase: "Started",
    lastMessage: "Velero restores are created",
  });
}

async function playActivation(stage: Stage, restore: SimObject): Promise<void> {
  const done = text(restore.status, statusField.managedClusters) !== "";
  const begun = ownedBy(stage, restore).some((one) =>
    text(one.spec, "backupName").startsWith(schedules.managedClusters),
  );
  if (!done && !begun && !(stage.faults.has("activates-nothing") && text(restore.status, "phase") === "Started")) {
    await activate(stage, restore);
    return;
  }
  const owned = ownedBy(stage, restore);
  if (!owned.every(isEnded)) {
    await stage.world.setStatus("restores", restore, {
      phase: "Running",
      lastMessage: "Velero restore is in progress",
    });
    return;
  }
  const failed = owned.some((one) => text(one.status, "phase") !== "Completed");
  const messages = await afterActivation(stage, restore);
  await stage.world.setStatus("restores", restore, {
    phase: failed ? "FinishedWithErrors" : "Finished",
    lastMessage: failed
      ? "Velero restores have run to completion but encountered 1+ errors"
      : "All Velero restores have run successfully",
    messages,
    completionTimestamp: iso(),
  });
}

/** Once, when the Restore ends: the marker backup, and for each cluster the request to import it. */
async function afterActivation(stage: Stage, restore: SimObject): Promise<readonly string[]> {
  const { world, hubId, namespace, minor } = stage;
  const source = world.find("veleroBackups", restoredBackup(stage, restore, "managedClusters"), namespace);
  const label = "cluster.open-cluster-management.io/";
  await world.create("veleroBackups", {
    metadata: {
      name: `acm-restore-clusters-${stamp(Date.now())}`,
      namespace,
      labels: {
        [`${label}restore-cluster`]: hubId,
        ...(source === undefined
          ? {}
          : { [`${label}backup-cluster`]: source.metadata.labels?.[`${label}backup-cluster`] ?? "" }),
        "acm-managed-clusters-schedule": source?.metadata.name.slice(0, 63) ?? "",
      },
    },
    spec: { includedResources: ["restore.cluster.open-cluster-management.io"], ttl: "720h" },
  });
  const messages: string[] = [];
  for (const cluster of world.all("managedClusters")) {
    if (cluster.metadata.labels?.["local-cluster"] === "true") continue;
    const message = await askForImport(stage, cluster, minor);
    if (message !== undefined) messages.push(message);
  }
  return messages;
}

async function askForImport({ world }: Stage, cluster: SimObject, minor: number): Promise<string | undefined> {
  const { name } = cluster.metadata;
  const conditions = cluster.status?.["conditions"] as { type: string; status: string }[] | undefined;
  if (conditions?.some((one) => one.type === "ManagedClusterConditionAvailable" && one.status === "True"))
    return `managed cluster ${name} already available`;
  const secret = world
    .all("secrets")
    .find((one) => one.metadata.namespace === name && one.metadata.labels?.[token] === "true");
  if (secret === undefined) return minor < 15 ? undefined : `No suitable MSA secret found for cluster (${name})`;
  await world.create("secrets", {
    metadata: { name: "auto-import-secret", namespace: name },
    type: "Opaque",
    data: secret.data ?? {},
  });
  if (minor >= 14) {
    await world.patch("managedClusters", cluster, {
      metadata: { annotations: { "import.open-cluster-management.io/immediate-import": "" } },
    });
  }
  return undefined;
}

async function playDeletion(stage: Stage, restore: SimObject): Promise<void> {
  const { world } = stage;
  const owned = ownedBy(stage, restore);
  for (const one of owned) if (one.metadata.deletionTimestamp === undefined) await world.remove("veleroRestores", one);
  if (owned.length === 0) {
    await world.patch("restores", restore, {
      metadata: { finalizers: (restore.metadata.finalizers ?? []).filter((one) => one !== finalizer) },
    });
  }
}

export const restorePlayer: Player = {
  name: "restores",
  async play(stage) {
    if (stage.faults.has("operator-down")) return;
    for (const restore of stage.world.all("restores")) await playRestore(stage, restore);
  },
};

async function playRestore(stage: Stage, restore: SimObject): Promise<void> {
  const { world, minor } = stage;
  if (restore.metadata.deletionTimestamp !== undefined) {
    if (restore.metadata.finalizers?.includes(finalizer)) await playDeletion(stage, restore);
    return;
  }
  if (!isActiveRestore(restore)) return;
  const blocked = blocker(stage, restore);
  if (blocked !== undefined) {
    const lastMessage = `This resource is ignored because ${blocked} is currently active, before creating another resource verify that any active resources are removed.`;
    await world.setStatus("restores", restore, {
      phase: "FinishedWithErrors",
      lastMessage,
      completionTimestamp: iso(),
    });
    return;
  }
  if (minor >= 14 && !restore.metadata.finalizers?.includes(finalizer)) {
    await world.patch("restores", restore, {
      metadata: { finalizers: [...(restore.metadata.finalizers ?? []), finalizer] },
    });
  }
  if (!usableStorage(world)) {
    await world.setStatus("restores", restore, {
      phase: "Error",
      lastMessage: "Backup storage location is not available. Check velero.io.BackupStorageLocation",
    });
    stage.later(60);
    return;
  }
  if (activates(restore)) await playActivation(stage, restore);
  else await playSync(stage, restore);
}
