import type { SimObject } from "../../kube/sim-client.ts";
import { iso, type Stage, text } from "../../player.ts";
import { durationSeconds } from "../duration.ts";
import { load, store, storedNames } from "./stored-backup.ts";

const waiting = ["", "New", "Queued", "ReadyToStart", "InProgress"];
const syncSeconds = 60;

function locationName(stage: Stage): string {
  return stage.world.all("storageLocations")[0]?.metadata.name ?? "default";
}

/** One backup at a time; the others are in the queue. */
export async function playBackups(stage: Stage): Promise<void> {
  const { world } = stage;
  const open = world.all("veleroBackups").filter((backup) => waiting.includes(text(backup.status, "phase")));
  const next = open.find((backup) => !isStuck(stage, backup));
  for (const backup of open.filter((one) => one !== next && !isStuck(stage, one))) {
    await world.setStatus("veleroBackups", backup, { phase: "Queued" });
  }
  if (next === undefined) return;
  if (stage.faults.has("storage-unavailable")) await refuse(stage, next);
  else await run(stage, next);
}

function isStuck(stage: Stage, backup: SimObject): boolean {
  return stage.faults.of("backup-stuck").some((fault) => backup.metadata.name.startsWith(fault.prefix));
}

async function refuse(stage: Stage, backup: SimObject): Promise<void> {
  const problem = `backup can't be created because BackupStorageLocation ${locationName(stage)} is in Unavailable status.`;
  await stage.world.setStatus("veleroBackups", backup, { phase: "FailedValidation", validationErrors: [problem] });
}

async function run(stage: Stage, backup: SimObject): Promise<void> {
  const { world } = stage;
  const startTimestamp = text(backup.status, "startTimestamp") || iso();
  const ttl = durationSeconds(text(backup.spec, "ttl") || "720h");
  const expiration = iso(Date.parse(startTimestamp) + ttl * 1000);
  const spec = { storageLocation: locationName(stage) };
  const prepared = (await world.patch("veleroBackups", backup, { spec })) ?? backup;
  await world.setStatus("veleroBackups", prepared, { phase: "InProgress", startTimestamp, expiration });
  const fault = stage.faults.of("backup-errors").find((one) => backup.metadata.name.startsWith(one.prefix));
  const ended = { phase: "Completed", startTimestamp, expiration, errors: fault?.errors ?? 0, warnings: 0 };
  const status = { ...ended, completionTimestamp: iso() };
  await store(stage, prepared, status);
  await world.setStatus("veleroBackups", prepared, status);
}

const lastSync = new WeakMap<Stage, number>();

/** Copies ended backups of the other hub about once a minute, with a fresh creation time and without owners. */
export async function playBackupSync(stage: Stage): Promise<void> {
  const last = lastSync.get(stage) ?? 0;
  stage.later(syncSeconds);
  if (Date.now() - last < stage.scaled(syncSeconds)) return;
  lastSync.set(stage, Date.now());
  const withheld = stage.faults.of("sync-withheld");
  for (const name of await storedNames(stage)) {
    if (withheld.some(({ prefix }) => name.startsWith(prefix))) continue;
    if (stage.world.find("veleroBackups", name, stage.namespace) !== undefined) continue;
    const { backup } = await load(stage, name);
    await stage.world.create("veleroBackups", {
      ...backup,
      metadata: { ...backup.metadata, namespace: stage.namespace },
      spec: { ...backup.spec, storageLocation: locationName(stage) },
    });
  }
}
