import type { SimObject } from "../../kube/sim-client.ts";
import { type Stage, stamp, text } from "../../player.ts";
import type { World } from "../../world.ts";

interface Content {
  readonly type: string;
  readonly template: Readonly<Record<string, unknown>>;
}

const backupLabel = "cluster.open-cluster-management.io/backup";

/** The five Velero Schedules by name, with what each backs up. */
export const veleroSchedules: Readonly<Record<string, Content>> = {
  "acm-credentials-schedule": {
    type: "credentials",
    template: {
      includedResources: ["secret", "configmap"],
      labelSelector: { matchExpressions: [{ key: backupLabel, operator: "Exists" }] },
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
      labelSelector: {
        matchExpressions: [{ key: backupLabel, operator: "In", values: ["generic", "cluster-activation"] }],
      },
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

export function acmSchedules(world: World): readonly SimObject[] {
  return world.all("veleroSchedules").filter((schedule) => schedule.metadata.name in veleroSchedules);
}

/** Found by the owner's name, not its uid: a recreated BackupSchedule adopts what the earlier one left. */
export function ownSchedules(world: World, schedule: SimObject): readonly SimObject[] {
  return acmSchedules(world).filter((one) =>
    one.metadata.ownerReferences?.some(
      (owner) => owner.kind === "BackupSchedule" && owner.name === schedule.metadata.name,
    ),
  );
}

export function owner(apiVersion: string, kind: string, { metadata }: SimObject) {
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? "", controller: true, blockOwnerDeletion: true };
}

function flags(stage: Stage, schedule: SimObject): Readonly<Record<string, boolean>> {
  // Both fields exist from 2.13 on.
  if (stage.minor < 13) return {};
  return Object.fromEntries(
    ["skipImmediately", "useOwnerReferencesInBackup"]
      .filter((field) => schedule.spec?.[field] === true)
      .map((field) => [field, true]),
  );
}

/** Makes the five, each with a first Backup unless the schedule wants none. */
export async function createSchedules(stage: Stage, schedule: SimObject): Promise<void> {
  const suffix = stamp(Date.now());
  const asked = flags(stage, schedule);
  const withBackups = schedule.spec?.["noBackupOnStart"] !== true && asked["skipImmediately"] !== true;
  for (const name of Object.keys(veleroSchedules)) {
    const created = await createSchedule(stage, schedule, name, asked);
    const isMissing = stage.faults.of("backup-missing").some((fault) => name.startsWith(fault.prefix));
    if (withBackups && created !== undefined && !isMissing) await createBackup(stage, created, suffix);
  }
}

async function createSchedule(
  { world, hubId, namespace }: Stage,
  schedule: SimObject,
  name: string,
  asked: Readonly<Record<string, boolean>>,
): Promise<SimObject | undefined> {
  const { type, template } = veleroSchedules[name] ?? { type: "", template: {} };
  const labels = {
    "cluster.open-cluster-management.io/backup-schedule-type": type,
    "cluster.open-cluster-management.io/backup-cluster": hubId,
  };
  const ownerReferences = [owner("cluster.open-cluster-management.io/v1beta1", "BackupSchedule", schedule)];
  return await world.create("veleroSchedules", {
    metadata: { name, namespace, labels, ownerReferences },
    spec: {
      schedule: text(schedule.spec, "veleroSchedule"),
      template: { ttl: text(schedule.spec, "veleroTtl") || "720h", ...template },
      ...asked,
    },
  });
}

async function createBackup({ world, namespace }: Stage, schedule: SimObject, suffix: string): Promise<void> {
  const { name, labels } = schedule.metadata;
  const owned = schedule.spec?.["useOwnerReferencesInBackup"] === true;
  // A template of the velero.io/v1 API.
  const spec = schedule.spec?.["template"] as Readonly<Record<string, unknown>>;
  await world.create("veleroBackups", {
    metadata: {
      name: `${name}-${suffix}`,
      namespace,
      labels: { ...labels, "velero.io/schedule-name": name },
      ...(owned ? { ownerReferences: [owner("velero.io/v1", "Schedule", schedule)] } : {}),
    },
    spec,
  });
}

/** To 2.14 a pause or a collision deletes the Velero Schedules, from 2.15 on it pauses them. */
export async function silence({ world, minor }: Stage, own: readonly SimObject[]): Promise<void> {
  for (const one of own) {
    if (minor < 15) await world.remove("veleroSchedules", one);
    else if (one.spec?.["paused"] !== true) await world.patch("veleroSchedules", one, { spec: { paused: true } });
  }
}
