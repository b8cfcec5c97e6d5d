import type { SimObject } from "../../kube/sim-client.ts";
import { type Stage, text } from "../../player.ts";
import { afterActivation } from "./after-activation.ts";
import { hasNewer } from "./choose-backup.ts";
import { cleanUpCredentials } from "./cleanup.ts";
import { isSync, statusField } from "./names.ts";
import { say, sayProgress, sayTrouble } from "./say.ts";
import { createAll, currentOf, isBroken, isEnded, ownedBy } from "./velero-restores.ts";
import { type Wave, wavesOf } from "./waves.ts";

const recheckSeconds = 10;

/** How far an activation is. The product reads it from the objects; a player that is started anew begins again. */
interface Progress {
  readonly waves: readonly Wave[];
  readonly done: number;
}

const progresses = new WeakMap<Stage, Map<string, Progress>>();

function progressOf(stage: Stage): Map<string, Progress> {
  const known = progresses.get(stage) ?? new Map<string, Progress>();
  progresses.set(stage, known);
  return known;
}

/** The managed clusters were set back to `skip`. */
export function forgetActivation(stage: Stage, restore: SimObject): void {
  progressOf(stage).delete(restore.metadata.uid ?? "");
}

/** Credentials that were just restored must have left their first phases. */
function mayGoOn(stage: Stage, restore: SimObject, wave: Wave | undefined): boolean {
  if (wave?.waits !== true) return true;
  const names = wave.make.filter(({ kind }) => kind === "credentials").map(({ backup }) => backup.metadata.name);
  return ownedBy(stage, restore)
    .filter((one) => names.includes(text(one.spec, "backupName")))
    .every((one) => !["", "New", "InProgress"].includes(text(one.status, "phase")));
}

function isEmpty(progress: Progress): boolean {
  return progress.waves.every((wave) => wave.make.length === 0);
}

/** One look at a Restore that restores managed clusters. */
export async function playActivation(stage: Stage, restore: SimObject): Promise<void> {
  const uid = restore.metadata.uid ?? "";
  const known = progressOf(stage);
  if (mayBeginAnew(stage, restore)) known.delete(uid);
  const progress = known.get(uid) ?? { waves: wavesOf(stage, restore), done: 0 };
  if (isEmpty(progress) && ownedBy(stage, restore).length === 0) {
    await sayTrouble(stage, restore, "no velero backups found");
    return;
  }
  known.set(uid, progress);
  if (progress.done < progress.waves.length) await makeNext(stage, restore, progress);
  else await follow(stage, restore);
}

/** From 2.17 on a failed activation of a sync Restore is tried again when newer backups come. */
function mayBeginAnew(stage: Stage, restore: SimObject): boolean {
  const failed = stage.minor >= 17 && isSync(restore) && ownedBy(stage, restore).some(isBroken);
  return failed && hasNewer(stage, restore);
}

async function makeNext(stage: Stage, restore: SimObject, progress: Progress): Promise<void> {
  if (!mayGoOn(stage, restore, progress.waves[progress.done - 1])) {
    stage.later(recheckSeconds);
    await say(stage, restore, "Started", "waiting for restore to complete");
    return;
  }
  const names = await createAll(stage, restore, progress.waves[progress.done]?.make ?? []);
  progressOf(stage).set(restore.metadata.uid ?? "", { ...progress, done: progress.done + 1 });
  await say(stage, restore, "Started", "waiting for restore to complete", names);
  stage.later(0);
}

async function follow(stage: Stage, restore: SimObject): Promise<void> {
  const current = currentOf(stage, restore);
  if (current.some((one) => isBroken(one) || !isEnded(stage, one))) {
    await sayProgress(
      stage,
      restore,
      current.filter((one) => isBroken(one) || !isEnded(stage, one)),
    );
    return;
  }
  await cleanUpCredentials(stage, restore);
  const messages = await afterActivation(stage, restore, text(restore.status, statusField.managedClusters));
  const failed =
    stage.faults.has("ends-with-errors") ||
    current.some((one) => text(one.status, "phase") !== "Completed" && isEnded({ minor: 17 }, one));
  await say(
    stage,
    restore,
    failed ? "FinishedWithErrors" : "Finished",
    failed
      ? "Velero restores have run to completion but encountered 1+ errors"
      : "All Velero restores have run successfully",
    { messages },
  );
}
