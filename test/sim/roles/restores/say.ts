import type { SimObject } from "../../kube/sim-client.ts";
import { iso, type Stage, text } from "../../player.ts";
import { durationSeconds } from "../duration.ts";
import { isSync } from "./names.ts";
import { isBroken } from "./velero-restores.ts";

const dated = ["Enabled", "EnabledWithErrors", "Finished", "FinishedWithErrors", "Error"];

const retrySeconds = 60;

/** After how long a Restore in this phase is looked at again without an event; 0 where it always is. */
export function timerSeconds(restore: SimObject, phase: string): number {
  if (phase === "Enabled") return durationSeconds(text(restore.spec, "restoreSyncInterval") || "30m");
  return ["Error", "EnabledWithErrors"].includes(phase) ? retrySeconds : 0;
}

export async function say(
  stage: Stage,
  restore: SimObject,
  phase: string,
  lastMessage: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const known = text(restore.status, "phase") === phase ? text(restore.status, "completionTimestamp") : "";
  // The field exists from 2.12 on, and says neither that all is over nor that anything was restored.
  const date = stage.minor >= 12 && dated.includes(phase) ? { completionTimestamp: known || iso() } : {};
  await stage.world.setStatus("restores", restore, { phase, lastMessage, ...date, ...more });
  const seconds = timerSeconds(restore, phase);
  if (seconds > 0) stage.later(seconds);
}

/** A cause that hinders: an error to 2.16, from 2.17 on a state of a sync Restore that may pass. */
export async function sayTrouble(stage: Stage, restore: SimObject, message: string): Promise<void> {
  await say(stage, restore, stage.minor >= 17 && isSync(restore) ? "EnabledWithErrors" : "Error", message);
}

/** What runs: the phase that the Velero Restores give. */
export async function sayProgress(stage: Stage, restore: SimObject, running: readonly SimObject[]): Promise<void> {
  const broken = running.find(isBroken);
  if (broken !== undefined) {
    await sayTrouble(
      stage,
      restore,
      `Velero restore ${broken.metadata.name} has failed validation or encountered errors`,
    );
    return;
  }
  const phases = running.map((one) => text(one.status, "phase"));
  if (phases.includes("")) {
    await say(stage, restore, stage.minor >= 17 ? "Started" : "Unknown", "Unknown status for Velero restore");
  } else if (phases.includes("New")) await say(stage, restore, "Started", "Velero restore is about to begin");
  else await say(stage, restore, "Running", "Velero restore is in progress");
}
