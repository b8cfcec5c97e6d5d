import type { SimObject } from "../../kube/sim-client.ts";
import { type Stage, text } from "../../player.ts";
import { chosenBackup, hasNewer } from "./choose-backup.ts";
import { cleanUpCredentials } from "./cleanup.ts";
import { isSync, type Kind } from "./names.ts";
import { say, sayProgress, sayTrouble } from "./say.ts";
import { createAll, currentOf, isBroken, isEnded, type Wanted } from "./velero-restores.ts";

const kinds: readonly Kind[] = ["credentials", "resources", "generic"];

/** What moves no cluster: all that is not marked for activation. */
export function passiveSet(stage: Stage, restore: SimObject): readonly Wanted[] {
  return kinds.flatMap((kind) => {
    const backup = chosenBackup(stage, restore, kind);
    const part = kind === "resources" ? "all" : "ordinary";
    return backup === undefined ? [] : [{ kind, backup, part, suffix: "" } as const];
  });
}

async function begin(stage: Stage, restore: SimObject): Promise<void> {
  const set = passiveSet(stage, restore);
  if (set.length === 0) {
    await sayTrouble(stage, restore, "no velero backups found");
    return;
  }
  const names = await createAll(stage, restore, set);
  await say(stage, restore, "Started", "Velero restores are created", names);
}

async function end(stage: Stage, restore: SimObject, owned: readonly SimObject[]): Promise<void> {
  await cleanUpCredentials(stage, restore);
  if (isSync(restore)) {
    const message = "Velero restores have run to completion, restore will continue to sync with new backups";
    await say(stage, restore, "Enabled", message);
    return;
  }
  const failed = owned.some((one) => text(one.status, "phase") === "PartiallyFailed");
  if (failed)
    await say(stage, restore, "FinishedWithErrors", "Velero restores have run to completion but encountered 1+ errors");
  else await say(stage, restore, "Finished", "All Velero restores have run successfully");
}

/** One look at a Restore that restores no managed clusters. */
export async function playPassive(stage: Stage, restore: SimObject): Promise<void> {
  const owned = currentOf(stage, restore);
  if (owned.length === 0) {
    await begin(stage, restore);
    return;
  }
  const recovers = stage.minor >= 17 || !owned.some(isBroken);
  const over = owned.every((one) => isEnded(stage, one));
  const mayTakeNewer = isSync(restore) && !stage.faults.has("sync-stands-still");
  if (mayTakeNewer && over && recovers && hasNewer(stage, restore)) await begin(stage, restore);
  else if (over && !owned.some(isBroken)) await end(stage, restore, owned);
  else
    await sayProgress(
      stage,
      restore,
      owned.filter((one) => isBroken(one) || !isEnded(stage, one)),
    );
}
