import type { SimObject } from "../kube/sim-client.ts";
import { ageMs, type Player, type Stage, stamp, text } from "../player.ts";
import type { World } from "../world.ts";

// ACM's backup operator, the half that keeps BackupSchedules (read from its source, seen on releases 2.14 and 2.16).

interface Content {
  readonly type: string;
  readonly template: Readonly<Record<string, unknown>>;
}

/** The five Velero Schedules by name, with what each backs up. */
export const veleroSchedules: Readonly<Record<string, Content>> = {
  "acm-credentials-schedule": {
    type: "credentials",
    template: {
      includedResources: ["secret", "configmap"],
      labelSelector: { matchExpressions: [{ key: "cluster.open-cluster-management.io/backup", operator: "Exists" }] },
    },
  },
  "acm-managed-clusters-schedule": {
    type: "managedClusters",
    template: {
      includeClusterResources: true,
      includedResources: [
        "managedcluster.cluster.open-cluster-management.io",
        "clusterdeployment.hive.openshift.io",
        "namespace",
      ],
      excludedNamespaces: [
        "local-cluster",
        "openshift-machine-api",
        "kube-system",
        "default",
        "open-cluster-management-backup",
      ],
      labelSelector: { matchExpressions: [{ key: "local-cluster", operator: "DoesNotExist" }] },
    },
  },
  "acm-resources-generic-schedule": {
    type: "resourcesGeneric",
    template: {
      includedResources: ["configmap"],
      labelSelector: { matchLabels: { "cluster.open-cluster-management.io/backup": "generic" } },
    },
  },
  "acm-resources-schedule": {
    type: "resources",
    template: {
      includeClusterResources: true,
      includedResources: ["managedclusterset.cluster.open-cluster-management.io"],
    },
  },
  "acm-validation-policy-schedule": {
    type: "validation",
    template: { includedResources: ["backupschedule.cluster.open-cluster-management.io"], ttl: "2h0m0s" },
  },
};

const collisionAgeSeconds = 300;
const retrySeconds = 60;
const msaToken = "authentication.open-cluster-management.io/is-managed-serviceaccount";

export function isActiveRestore(restore: SimObject): boolean {
  return !["Finished", "FinishedWithErrors"].includes(text(restore.status, "phase"));
}

export function usableStorage(world: World): boolean {
  return world
    .all("storageLocations")
    .some(
      (location) =>
        text(location.status, "phase") === "Available" && (location.metadata.ownerReferences ?? []).length > 0,
    );
}

function componentEnabled(world: World): boolean {
  const engine = world.all("multiClusterEngines")[0];
  const overrides = engine?.spec?.["overrides"] as { components?: { name: string; enabled?: boolean }[] } | undefined;
  return overrides?.components?.find((component) => component.name === "managedserviceaccount")?.enabled === true;
}

function ours(world: World): readonly SimObject[] {
  return world.all("veleroSchedules").filter((schedule) => schedule.metadata.name in veleroSchedules);
}

function ownerName(schedule: SimObject): string {
  return schedule.metadata.ownerReferences?.find((owner) => owner.kind === "BackupSchedule")?.name ?? "";
}

async function deleteTokens(world: World): Promise<void> {
  for (const secret of world.all("secrets")) {
    if (secret.metadata.labels?.[msaToken] === "true") await world.remove("secrets", secret);
  }
}

/** Before anything else: what makes the operator refuse the schedule. */
async function validate(stage: Stage, schedule: SimObject): Promise<string | undefined> {
  const { world } = stage;
  const paused = schedule.spec?.["paused"] === true;
  const active = paused ? undefined : world.all("restores").find(isActiveRestore);
  if (active !== undefined) {
    return `Restore resource ${active.metadata.name} is currently active, verify that any active restores are removed.`;
  }
  if (!usableStorage(world))
    return "Backup storage location is not available. Check velero.io.BackupStorageLocation and validate storage credentials.";
  const wanted = schedule.spec?.["useManagedServiceAccount"] === true;
  if (!wanted || !componentEnabled(world)) await deleteTokens(world);
  return wanted && !componentEnabled(world)
    ? "UseManagedServiceAccount option cannot be used, managedserviceaccount-preview component is not enabled"
    : undefined;
}

function newest(backups: readonly SimObject[]): SimObject | undefined {
  return backups
    .toSorted((a, b) => text(a.status, "startTimestamp").localeCompare(text(b.status, "startTimestamp")))
    .at(-1);
}

/** Rule (a): the newest resources backup is another hub's. Rule (b): another hub ran a restore after our schedules were made. */
export function collision(stage: Stage): string | undefined {
  const { world, hubId } = stage;
  const label = "cluster.open-cluster-management.io/";
  const backups = world.all("veleroBackups");
  const last = newest(
    backups.filter((backup) => backup.metadata.labels?.["velero.io/schedule-name"] === "acm-resources-schedule"),
  );
  const owner = last?.metadata.labels?.[`${label}backup-cluster`];
  if (last !== undefined && owner !== undefined && owner !== hubId) {
    return `Backup ${last.metadata.name}, from cluster with id [${owner}] is using the same storage location.`;
  }
  const marker = newest(backups.filter((backup) => backup.metadata.labels?.[`${label}restore-cluster`] !== undefined));
  const restorer = marker?.metadata.labels?.[`${label}restore-cluster`];
  const made = Math.min(...ours(world).map((schedule) => Date.parse(schedule.metadata.creationTimestamp ?? "")));
  const seen = Date.parse(marker?.metadata.creationTimestamp ?? "");
  if (marker !== undefined && restorer !== hubId && seen > made) {
    return `Hub with id [${restorer}] had run a restore managed cluster operation, see [${marker.metadata.name}].`;
  }
  return undefined;
}

async function createSchedules(stage: Stage, schedule: SimObject): Promise<void> {
  const { world, hubId, namespace } = stage;
  const suffix = stamp(Date.now());
  const withBackups = schedule.spec?.["noBackupOnStart"] !== true && schedule.spec?.["skipImmediately"] !== true;
  for (const [name, { type, template }] of Object.entries(veleroSchedules)) {
    const labels = {
      "cluster.open-cluster-management.io/backup-schedule-type": type,
      "cluster.open-cluster-management.io/backup-cluster": hubId,
    };
    const spec = {
      schedule: text(schedule.spec, "veleroSchedule"),
      template: { ttl: text(schedule.spec, "veleroTtl") || "720h", ...template },
    };
    const ownerReferences = [
      {
        apiVersion: "cluster.open-cluster-management.io/v1beta1",
        kind: "BackupSchedule",
        name: schedule.metadata.name,
        uid: schedule.metadata.uid ?? "",
        controller: true,
        blockOwnerDeletion: true,
      },
    ];
    // The operator makes the first backups itself, five of one timestamp: Velero's own first run is turned off.
    await world.create("veleroSchedules", {
      metadata: { name, namespace, labels, ownerReferences },
      spec: { ...spec, skipImmediately: true },
    });
    if (withBackups) {
      const backupLabels = { ...labels, "velero.io/schedule-name": name };
      await world.create("veleroBackups", {
        metadata: { name: `${name}-${suffix}`, namespace, labels: backupLabels },
        spec: spec.template,
      });
    }
  }
}

async function pause(stage: Stage, schedule: SimObject): Promise<void> {
  const { world, minor } = stage;
  const own = ours(world).filter((one) => ownerName(one) === schedule.metadata.name);
  for (const one of own) {
    // To 2.14 a pause deletes the Velero Schedules, from 2.15 it pauses them.
    if (minor < 15) await world.remove("veleroSchedules", one);
    else if (one.spec?.["paused"] !== true) await world.patch("veleroSchedules", one, { spec: { paused: true } });
  }
  await world.setStatus("backupSchedules", schedule, { phase: "Paused", lastMessage: "BackupSchedule is paused." });
}

async function run(stage: Stage, schedule: SimObject): Promise<void> {
  const { world } = stage;
  const all = ours(world);
  const own = all.filter((one) => ownerName(one) === schedule.metadata.name);
  if (own.length === 0 && all.length > 0) {
    const message = `Velero schedules initialization failed: schedules.velero.io "${all[0]?.metadata.name}" already exists`;
    await world.setStatus("backupSchedules", schedule, { phase: "Failed", lastMessage: message });
    return;
  }
  if (own.length === 0) {
    await createSchedules(stage, schedule);
    await world.setStatus("backupSchedules", schedule, { phase: "New", lastMessage: "Velero schedules are created" });
    return;
  }
  await judge(stage, schedule, own);
}

async function collide(stage: Stage, schedule: SimObject, own: readonly SimObject[], found: string): Promise<void> {
  const { world } = stage;
  for (const one of own) {
    if (stage.minor < 15) await world.remove("veleroSchedules", one);
    else await world.patch("veleroSchedules", one, { spec: { paused: true } });
  }
  await world.setStatus("backupSchedules", schedule, { phase: "BackupCollision", lastMessage: found });
}

function isCheckDue(stage: Stage, phase: string, own: readonly SimObject[]): boolean {
  if (phase === "New" || phase === "") return false;
  const youngest = Math.max(...own.map((one) => Date.parse(one.metadata.creationTimestamp ?? "")));
  return Date.now() - youngest >= stage.scaled(collisionAgeSeconds) || own.some((one) => one.spec?.["paused"] === true);
}

async function judge(stage: Stage, schedule: SimObject, own: readonly SimObject[]): Promise<void> {
  const { world } = stage;
  const phase = text(schedule.status, "phase");
  const found = isCheckDue(stage, phase, own) ? collision(stage) : undefined;
  if (found !== undefined) {
    await collide(stage, schedule, own, found);
    return;
  }
  for (const one of own.filter((paused) => paused.spec?.["paused"] === true)) {
    await world.patch("veleroSchedules", one, { spec: { paused: false } });
  }
  const enabled = own.every((one) => text(one.status, "phase") === "Enabled");
  const waiting = phase === "New" ? "New" : "Unknown";
  await world.setStatus("backupSchedules", schedule, {
    phase: enabled ? "Enabled" : waiting,
    lastMessage: enabled ? "Velero schedules are enabled" : "Velero schedules have no phase yet",
  });
  stage.later(collisionAgeSeconds);
}

export const backupSchedulePlayer: Player = {
  name: "backup-schedules",
  async play(stage) {
    const { world } = stage;
    if (stage.faults.has("operator-down")) return;
    for (const schedule of world.all("backupSchedules")) {
      if (schedule.metadata.deletionTimestamp !== undefined || text(schedule.status, "phase") === "BackupCollision")
        continue;
      const problem = await validate(stage, schedule);
      if (problem !== undefined) {
        await world.setStatus("backupSchedules", schedule, { phase: "FailedValidation", lastMessage: problem });
        stage.later(retrySeconds);
      } else if (schedule.spec?.["paused"] === true) await pause(stage, schedule);
      else await run(stage, schedule);
    }
  },
};

/** Garbage collection, where no controller-manager does it: what a BackupSchedule owned goes with it. */
export const garbagePlayer: Player = {
  name: "garbage",
  async play({ world }) {
    const alive = new Set(
      [...world.all("backupSchedules"), ...world.all("restores")].map((owner) => owner.metadata.uid),
    );
    for (const kind of ["veleroSchedules", "veleroRestores"] as const) {
      for (const object of world.all(kind)) {
        const owner = object.metadata.ownerReferences?.[0];
        const gone = owner !== undefined && !alive.has(owner.uid) && ageMs(object.metadata.creationTimestamp) > 0;
        if (gone && object.metadata.deletionTimestamp === undefined) await world.remove(kind, object);
      }
    }
  },
};
