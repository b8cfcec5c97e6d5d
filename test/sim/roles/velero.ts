import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { KindName } from "../kinds.ts";
import type { SimObject } from "../kube/sim-client.ts";
import { iso, type Player, type Stage, text } from "../player.ts";

// Velero 1.18 where it is played: schedules, one backup at a time, object storage that both hubs share, restores that
// really make objects.

const finalizer = "restores.velero.io/external-resources-finalizer";
const backupLabel = "cluster.open-cluster-management.io/backup";
const syncSeconds = 60;

interface StoredBackup {
  readonly backup: Pick<SimObject, "metadata" | "spec" | "status">;
  readonly items: readonly { readonly kind: KindName; readonly object: SimObject }[];
}

function contents(stage: Stage, type: string): StoredBackup["items"] {
  const { world } = stage;
  const take = (kind: KindName, keep: (object: SimObject) => boolean) =>
    world
      .all(kind)
      .filter(keep)
      .map((object) => ({ kind, object: bare(object) }));
  if (type === "managedClusters") {
    const clusters = world
      .all("managedClusters")
      .filter((cluster) => cluster.metadata.labels?.["local-cluster"] !== "true");
    const names = new Set(clusters.map((cluster) => cluster.metadata.name));
    return [
      ...take("namespaces", (namespace) => names.has(namespace.metadata.name)),
      ...take("managedClusters", (cluster) => names.has(cluster.metadata.name)),
      ...take("clusterDeployments", () => true),
    ];
  }
  return type === "credentials" ? take("secrets", (secret) => secret.metadata.labels?.[backupLabel] !== undefined) : [];
}

/** Without what the next server gives it anew; a restore brings no status. */
function bare({ metadata, spec, data, type }: SimObject): SimObject {
  const { name, namespace, labels, annotations } = metadata;
  return {
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: labels ?? {},
      annotations: annotations ?? {},
    },
    ...(spec === undefined ? {} : { spec }),
    ...(data === undefined ? {} : { data }),
    ...(type === undefined ? {} : { type }),
  };
}

async function store(stage: Stage, backup: SimObject, status: Readonly<Record<string, unknown>>): Promise<void> {
  const type = backup.metadata.labels?.["cluster.open-cluster-management.io/backup-schedule-type"] ?? "";
  const folder = join(stage.bucket, "backups");
  await mkdir(folder, { recursive: true });
  const { name, namespace, labels } = backup.metadata;
  const stored: StoredBackup = {
    backup: { metadata: { name, namespace: namespace ?? "", labels: labels ?? {} }, spec: backup.spec ?? {}, status },
    items: contents(stage, type),
  };
  const file = join(folder, `${name}.json`);
  await writeFile(`${file}.new`, JSON.stringify(stored));
  await rename(`${file}.new`, file);
}

async function playBackups(stage: Stage): Promise<void> {
  const { world } = stage;
  const open = world
    .all("veleroBackups")
    .filter((backup) => ["", "New", "Queued", "ReadyToStart", "InProgress"].includes(text(backup.status, "phase")));
  const next = open.find((backup) => !isStuck(stage, backup));
  if (next === undefined) return;
  const startTimestamp = text(next.status, "startTimestamp") || iso();
  await world.setStatus("veleroBackups", next, { phase: "InProgress", startTimestamp });
  const status = { phase: "Completed", startTimestamp, completionTimestamp: iso(), errors: 0, warnings: 0 };
  await store(stage, next, status);
  await world.setStatus("veleroBackups", next, status);
}

function isStuck(stage: Stage, backup: SimObject): boolean {
  return stage.faults.of("backup-stuck").some((fault) => backup.metadata.name.startsWith(fault.prefix));
}

const lastSync = new WeakMap<Stage, number>();

/** Copies ended backups of the other hub about once a minute, with a fresh creation time and without owners. */
async function playSync(stage: Stage): Promise<void> {
  const last = lastSync.get(stage) ?? 0;
  stage.later(syncSeconds);
  if (Date.now() - last < stage.scaled(syncSeconds)) return;
  lastSync.set(stage, Date.now());
  const files = await readdir(join(stage.bucket, "backups")).catch(() => []);
  for (const file of files.filter((one) => one.endsWith(".json"))) {
    const name = file.slice(0, -".json".length);
    if (stage.world.find("veleroBackups", name, stage.namespace) !== undefined) continue;
    const { backup } = await load(stage, name);
    await stage.world.create("veleroBackups", {
      ...backup,
      metadata: { ...backup.metadata, namespace: stage.namespace },
    });
  }
}

async function load(stage: Stage, name: string): Promise<StoredBackup> {
  // Written by `store` of one of the two hubs.
  return JSON.parse(await readFile(join(stage.bucket, "backups", `${name}.json`), "utf8")) as StoredBackup;
}

function selects(restore: SimObject, object: SimObject): boolean {
  const selector = restore.spec?.["labelSelector"] as { matchExpressions?: { operator: string }[] } | undefined;
  const operator = selector?.matchExpressions?.[0]?.operator;
  const activation = object.metadata.labels?.[backupLabel] === "cluster-activation";
  return operator === undefined || (operator === "In" ? activation : !activation);
}

async function restoreItem(stage: Stage, restore: SimObject, kind: KindName, object: SimObject): Promise<void> {
  const labels = {
    ...object.metadata.labels,
    "velero.io/backup-name": text(restore.spec, "backupName").slice(0, 63),
    "velero.io/restore-name": restore.metadata.name.slice(0, 63),
  };
  const wanted = { ...object, metadata: { ...object.metadata, labels } };
  const existing = stage.world.find(kind, object.metadata.name, object.metadata.namespace);
  const { namespace } = object.metadata;
  // Velero makes the namespace of what it restores where there is none.
  if (namespace !== undefined && stage.world.find("namespaces", namespace) === undefined) {
    await stage.world.create("namespaces", { metadata: { name: namespace } });
  }
  if (existing === undefined) {
    await stage.world.create(kind, wanted);
    return;
  }
  // The update policy patches: annotations that the backup lacks are dropped.
  const dropped = Object.keys(existing.metadata.annotations ?? {}).filter(
    (key) => object.metadata.annotations?.[key] === undefined,
  );
  const annotations = { ...Object.fromEntries(dropped.map((key) => [key, null])), ...object.metadata.annotations };
  await stage.world.patch(kind, existing, { metadata: { labels, annotations } });
}

async function playRestore(stage: Stage, restore: SimObject): Promise<void> {
  const { world } = stage;
  const name = text(restore.spec, "backupName");
  const backup = world.find("veleroBackups", name, stage.namespace);
  if (backup === undefined) {
    await world.setStatus("veleroRestores", restore, {
      phase: "FailedValidation",
      validationErrors: [`backup ${name} not found`],
    });
    return;
  }
  if (!restore.metadata.finalizers?.includes(finalizer)) {
    const scheduleName = backup.metadata.labels?.["velero.io/schedule-name"] ?? "";
    await world.patch("veleroRestores", restore, { metadata: { finalizers: [finalizer] }, spec: { scheduleName } });
  }
  await world.setStatus("veleroRestores", restore, { phase: "InProgress", startTimestamp: iso() });
  const items = (await load(stage, name)).items.filter(({ object }) => selects(restore, object));
  // A namespace comes before what lies in it.
  for (const { kind, object } of items) await restoreItem(stage, restore, kind, object);
  const fault = stage.faults.of("restore-errors").find((one) => name.startsWith(one.prefix));
  await world.setStatus("veleroRestores", restore, {
    phase: fault === undefined ? "Completed" : "PartiallyFailed",
    errors: fault?.errors ?? 0,
    completionTimestamp: iso(),
    progress: { itemsRestored: items.length, totalItems: items.length },
  });
}

async function playRestores(stage: Stage): Promise<void> {
  const { world } = stage;
  const available = world.all("storageLocations").some((location) => text(location.status, "phase") === "Available");
  for (const restore of world.all("veleroRestores")) {
    if (restore.metadata.deletionTimestamp !== undefined) {
      // Velero deletes what lies in storage first: without a location no deletion ends.
      if (available && restore.metadata.finalizers?.includes(finalizer))
        await world.patch("veleroRestores", restore, { metadata: { finalizers: [] } });
    } else if (["", "New", "InProgress"].includes(text(restore.status, "phase"))) await playRestore(stage, restore);
  }
}

export const veleroPlayer: Player = {
  name: "velero",
  async play(stage) {
    const { world, faults } = stage;
    if (faults.has("velero-down")) return;
    for (const location of world.all("storageLocations")) {
      const phase = faults.has("storage-unavailable") ? "Unavailable" : "Available";
      await world.setStatus("storageLocations", location, {
        phase,
        message: phase === "Available" ? "" : "access denied",
      });
    }
    for (const schedule of world.all("veleroSchedules")) {
      if (schedule.spec?.["skipImmediately"] === true)
        await world.patch("veleroSchedules", schedule, { spec: { skipImmediately: false } });
      await world.setStatus("veleroSchedules", schedule, { phase: "Enabled" });
    }
    if (faults.has("storage-unavailable")) return;
    await playBackups(stage);
    await playSync(stage);
    await playRestores(stage);
  },
};
