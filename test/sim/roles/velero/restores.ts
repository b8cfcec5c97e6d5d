import { atOnce } from "../../at-once.ts";
import type { KindName } from "../../kinds.ts";
import type { SimObject } from "../../kube/sim-client.ts";
import { iso, type Stage, text } from "../../player.ts";
import { type Selector, selects } from "../../selector.ts";
import { isStorageLost } from "../../storage.ts";
import { mergePatch } from "./merge-patch.ts";
import { load } from "./stored-backup.ts";

const finalizer = "restores.velero.io/external-resources-finalizer";

/** Answers how many warnings that is worth. */
async function restoreItem(stage: Stage, restore: SimObject, kind: KindName, object: SimObject): Promise<number> {
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
  if (existing === undefined) await stage.world.create(kind, wanted);
  else if (text(restore.spec, "existingResourcePolicy") === "update") await update(stage, kind, existing, wanted);
  // A namespace that is there already is never a matter.
  else if (kind !== "namespaces" && differs(existing, object)) return 1;
  return 0;
}

function differs(existing: SimObject, object: SimObject): boolean {
  const content = ({ spec = {}, data = {} }: SimObject): string => JSON.stringify([spec, data]);
  return content(existing) !== content(object);
}

/** The update policy makes the object what the backup has: labels, annotations and fields that it lacks are dropped. */
async function update(stage: Stage, kind: KindName, existing: SimObject, wanted: SimObject): Promise<void> {
  const part = ({ metadata: { labels = {}, annotations = {} }, spec = {}, data = {} }: SimObject) => ({
    metadata: { labels, annotations },
    ...(kind === "namespaces" ? {} : { spec, data }),
  });
  const patch = mergePatch(part(existing), part(wanted));
  await stage.world.patch(
    kind,
    existing,
    Object.fromEntries(Object.entries(patch).filter(([, value]) => !isEmpty(value))),
  );
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

async function refuse(stage: Stage, restore: SimObject, problem: string): Promise<void> {
  await stage.world.setStatus("veleroRestores", restore, { phase: "FailedValidation", validationErrors: [problem] });
}

async function playRestore(stage: Stage, restore: SimObject): Promise<void> {
  const { world, faults } = stage;
  const name = text(restore.spec, "backupName");
  const backup = world.find("veleroBackups", name, stage.namespace);
  if (backup === undefined) {
    await refuse(stage, restore, `Error retrieving backup: backups.velero.io "${name}" not found`);
    return;
  }
  // What has begun goes on without its location.
  if (isStorageLost(stage) && ["", "New"].includes(text(restore.status, "phase"))) {
    await refuse(stage, restore, "The BSL is unavailable, cannot retrieve the backup");
    return;
  }
  if (!restore.metadata.finalizers?.includes(finalizer)) {
    const scheduleName = backup.metadata.labels?.["velero.io/schedule-name"] ?? "";
    await world.patch("veleroRestores", restore, { metadata: { finalizers: [finalizer] }, spec: { scheduleName } });
  }
  const stuck = faults.of("restore-stuck").find((fault) => name.startsWith(fault.prefix));
  await world.setStatus("veleroRestores", restore, {
    phase: stuck?.phase ?? "InProgress",
    startTimestamp: text(restore.status, "startTimestamp") || iso(),
  });
  if (stuck === undefined) await finish(stage, restore, name);
}

async function finish(stage: Stage, restore: SimObject, name: string): Promise<void> {
  const { world, faults } = stage;
  if (faults.of("restore-fails").some((fault) => name.startsWith(fault.prefix))) {
    await world.setStatus("veleroRestores", restore, {
      phase: "Failed",
      failureReason: "played",
      completionTimestamp: iso(),
    });
    return;
  }
  const selector = restore.spec?.["labelSelector"] as Selector | undefined;
  const stored = (await load(stage, name)).items;
  const items = stored.filter(({ object }) => selects(selector, object.metadata.labels));
  // The warning is for a backup without content, not for a selector that leaves none.
  let warnings = stored.length === 0 ? 1 : 0;
  // Kind by kind, as the backup has them: what lies in a namespace comes after it.
  for (const group of Map.groupBy(items, ({ kind }) => kind).values()) {
    await atOnce(group, async ({ kind, object }) => {
      const worth = await restoreItem(stage, restore, kind, object);
      warnings += worth;
    });
  }
  const fault = faults.of("restore-errors").find((one) => name.startsWith(one.prefix));
  await world.setStatus("veleroRestores", restore, {
    phase: fault === undefined ? "Completed" : "PartiallyFailed",
    errors: fault?.errors ?? 0,
    warnings,
    completionTimestamp: iso(),
    progress: { itemsRestored: items.length, totalItems: items.length },
  });
}

/** Velero deletes what lies in storage first: without a location no deletion ends. */
async function playDeletion(stage: Stage, restore: SimObject): Promise<void> {
  const available = stage.world
    .all("storageLocations")
    .some((location) => text(location.status, "phase") === "Available");
  if (available && restore.metadata.finalizers?.includes(finalizer))
    await stage.world.patch("veleroRestores", restore, { metadata: { finalizers: [] } });
}

function isOpen(stage: Stage, restore: SimObject): boolean {
  const phase = text(restore.status, "phase");
  const wasStuck = phase.startsWith("Waiting") || phase.startsWith("Finalizing");
  const backup = text(restore.spec, "backupName");
  if (stage.faults.of("restore-stuck").some((fault) => backup.startsWith(fault.prefix) && fault.phase === phase))
    return false;
  return ["", "New", "InProgress"].includes(phase) || wasStuck;
}

export async function playRestores(stage: Stage): Promise<void> {
  for (const restore of stage.world.all("veleroRestores")) {
    // What is made after Velero went down is not begun by a round that was under way.
    if (stage.faults.has("velero-down")) return;
    if (restore.metadata.deletionTimestamp !== undefined) await playDeletion(stage, restore);
    else if (isOpen(stage, restore)) await playRestore(stage, restore);
  }
}
