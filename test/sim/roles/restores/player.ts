import { including, without } from "../../kube/finalizers.ts";
import type { SimObject } from "../../kube/sim-client.ts";
import { type Player, type Stage, text } from "../../player.ts";
import { isStorageLost } from "../../storage.ts";
import { isActiveRestore, usableStorage } from "../schedules/validation.ts";
import { forgetActivation, playActivation } from "./activation.ts";
import { activates } from "./names.ts";
import { playPassive } from "./passive-sync.ts";
import { say, sayTrouble, timerSeconds } from "./say.ts";
import { ownedBy } from "./velero-restores.ts";

// ACM's backup operator, the half that plays Restores: passive sync, activation, deletion, and what follows an activation.

const finalizer = "restores.cluster.open-cluster-management.io/finalizer";

interface Look {
  readonly at: number;
  readonly seen: string;
}

const looks = new WeakMap<Stage, Map<string, Look>>();

/** Steady phases are looked at again at their timer, at an edit, and when one of their Velero Restores changes. */
function isLookDue(stage: Stage, restore: SimObject): boolean {
  const known = looks.get(stage) ?? new Map<string, Look>();
  looks.set(stage, known);
  const { uid = "", labels, annotations } = restore.metadata;
  const velero = ownedBy(stage, restore).map((one) => [one.metadata.name, one.status?.["phase"]]);
  const seen = JSON.stringify([restore.spec, labels, annotations, velero]);
  const last = known.get(uid);
  const passed = Date.now() - (last?.at ?? 0) >= stage.scaled(timerSeconds(restore, text(restore.status, "phase")));
  const due = last?.seen !== seen || passed;
  if (due) known.set(uid, { at: Date.now(), seen });
  return due;
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

async function playDeletion(stage: Stage, restore: SimObject): Promise<void> {
  const { world } = stage;
  const owned = ownedBy(stage, restore);
  for (const one of owned) if (one.metadata.deletionTimestamp === undefined) await world.remove("veleroRestores", one);
  if (owned.length === 0) await world.editFinalizers("restores", restore, without(finalizer));
}

/** From 2.14 on, where the hub says that its backup component is there. */
async function holdByFinalizer(stage: Stage, restore: SimObject): Promise<void> {
  const component = stage.world.all("hubComponents").some(({ metadata }) => metadata.name === "cluster-backup");
  if (stage.minor < 14 || !component) return;
  await stage.world.editFinalizers("restores", restore, including(finalizer));
}

async function playRestore(stage: Stage, restore: SimObject): Promise<void> {
  if (restore.metadata.deletionTimestamp !== undefined) {
    if (restore.metadata.finalizers?.includes(finalizer)) await playDeletion(stage, restore);
    return;
  }
  if (!isActiveRestore(restore) || !isLookDue(stage, restore)) return;
  const blocked = blocker(stage, restore);
  if (blocked !== undefined) {
    const message = `This resource is ignored because ${blocked} is currently active, before creating another resource verify that any active resources are removed.`;
    await say(stage, restore, "FinishedWithErrors", message);
    return;
  }
  await holdByFinalizer(stage, restore);
  if (isStorageLost(stage) || !usableStorage(stage.world)) {
    await sayTrouble(stage, restore, "Backup storage location is not available. Check velero.io.BackupStorageLocation");
    return;
  }
  if (activates(restore)) {
    await playActivation(stage, restore);
    return;
  }
  forgetActivation(stage, restore);
  await playPassive(stage, restore);
}

export const restorePlayer: Player = {
  name: "restores",
  async play(stage) {
    for (const restore of stage.world.all("restores")) {
      if (stage.faults.has("operator-down")) return;
      try {
        await playRestore(stage, restore);
      } catch (error) {
        // It is played again: what failed was no look.
        looks.get(stage)?.delete(restore.metadata.uid ?? "");
        throw error;
      }
    }
  },
};
