import type { SimObject } from "../../kube/sim-client.ts";
import { type Player, type Stage, text } from "../../player.ts";
import { collision } from "./collision.ts";
import { isPaused, problemOf } from "./validation.ts";
import { acmSchedules, createSchedules, ownSchedules, silence } from "./velero-schedules.ts";

// ACM's backup operator, the half that keeps BackupSchedules (read from its source, seen on releases 2.14 and 2.16).

const collisionCheckSeconds = 300;
const firstEventsSeconds = 5;
const retrySeconds = 60;

/** What was seen of a schedule: the product looks again at an edit of its spec, or when its timer ends. */
interface Look {
  readonly at: number;
  readonly spec: string;
}

class Looks {
  private readonly seen = new Map<string, Look>();

  /** Whether the spec changed, or so much time passed, since `note`. */
  isDue(schedule: SimObject, afterMs: number): boolean {
    const last = this.seen.get(schedule.metadata.uid ?? "");
    return last === undefined || last.spec !== JSON.stringify(schedule.spec) || Date.now() - last.at >= afterMs;
  }

  note(schedule: SimObject, at: number = Date.now()): void {
    this.seen.set(schedule.metadata.uid ?? "", { at, spec: JSON.stringify(schedule.spec) });
  }

  has(schedule: SimObject): boolean {
    return this.seen.has(schedule.metadata.uid ?? "");
  }
}

const failures = new WeakMap<Stage, Looks>();
const checks = new WeakMap<Stage, Looks>();

function looksOf(all: WeakMap<Stage, Looks>, stage: Stage): Looks {
  const looks = all.get(stage) ?? new Looks();
  all.set(stage, looks);
  return looks;
}

async function say(stage: Stage, schedule: SimObject, phase: string, lastMessage: string): Promise<void> {
  await stage.world.setStatus("backupSchedules", schedule, { phase, lastMessage });
}

async function run(stage: Stage, schedule: SimObject): Promise<void> {
  const { world } = stage;
  const own = ownSchedules(world, schedule);
  const taken = acmSchedules(world).find((one) => !own.includes(one));
  if (own.length === 0 && taken !== undefined) {
    const problem = `schedules.velero.io "${taken.metadata.name}" already exists`;
    await say(stage, schedule, "Failed", `Velero schedules initialization failed: ${problem}`);
    return;
  }
  if (own.length < 5) {
    // One that was lost takes the others with it: all five begin anew.
    for (const one of own) await world.remove("veleroSchedules", one);
    if (own.length > 0) return;
    await createSchedules(stage, schedule);
    await say(stage, schedule, "New", "Velero schedules are created");
    return;
  }
  await judge(stage, schedule, own);
}

function youngest(own: readonly SimObject[]): number {
  return Math.max(...own.map((one) => Date.parse(one.metadata.creationTimestamp ?? "")));
}

/** Every five minutes, the first time so long after the creation, and at an edit of the spec; never in the first 5 s. */
function isCheckDue(stage: Stage, schedule: SimObject, own: readonly SimObject[]): boolean {
  const looks = looksOf(checks, stage);
  if (!looks.has(schedule)) looks.note(schedule, youngest(own));
  if (["New", ""].includes(text(schedule.status, "phase"))) return false;
  const unpausing = own.some((one) => one.spec?.["paused"] === true);
  if (!unpausing && Date.now() - youngest(own) < stage.scaled(firstEventsSeconds)) return false;
  return unpausing || looks.isDue(schedule, stage.scaled(collisionCheckSeconds));
}

async function judge(stage: Stage, schedule: SimObject, own: readonly SimObject[]): Promise<void> {
  if (isCheckDue(stage, schedule, own)) {
    const found = collision(stage, schedule, own);
    if (found !== undefined) {
      await silence(stage, own);
      await say(stage, schedule, "BackupCollision", found);
    }
    // Behind it: where that failed it is played again.
    looksOf(checks, stage).note(schedule);
    if (found !== undefined) return;
  }
  for (const one of own) await adjust(stage, schedule, one);
  const enabled = own.every((one) => text(one.status, "phase") === "Enabled");
  if (enabled) await say(stage, schedule, "Enabled", "Velero schedules are enabled");
  else await say(stage, schedule, "Unknown", "Velero schedules have no phase yet");
  stage.later(collisionCheckSeconds);
}

/** Cron, TTL and pause reach the Velero Schedules after their creation too. */
async function adjust({ world }: Stage, schedule: SimObject, own: SimObject): Promise<void> {
  if (own.spec?.["paused"] === true) await world.patch("veleroSchedules", own, { spec: { paused: false } });
  const cron = text(schedule.spec, "veleroSchedule");
  if (own.spec?.["schedule"] !== cron) await world.patch("veleroSchedules", own, { spec: { schedule: cron } });
}

const pausesSeen = new WeakMap<Stage, Map<string, number>>();

/** An operator whose requests are throttled prepares every cluster before it looks at a pause. */
function isPauseLate(stage: Stage, { metadata }: SimObject): boolean {
  const seen = pausesSeen.get(stage) ?? new Map<string, number>();
  pausesSeen.set(stage, seen);
  const uid = metadata.uid ?? "";
  const first = seen.get(uid) ?? Date.now();
  seen.set(uid, first);
  const late = stage.faults.of("pause-takes").some(({ seconds }) => Date.now() - first < stage.scaled(seconds));
  if (late) stage.later(1);
  return late;
}

async function playSchedule(stage: Stage, schedule: SimObject): Promise<void> {
  const looks = looksOf(failures, stage);
  const failed = text(schedule.status, "phase") === "FailedValidation";
  if (failed && !looks.isDue(schedule, stage.scaled(retrySeconds))) return;
  const problem = await problemOf(stage, schedule);
  if (problem !== undefined) {
    looks.note(schedule);
    await say(stage, schedule, "FailedValidation", problem);
    stage.later(retrySeconds);
  } else if (isPaused(stage, schedule)) {
    if (isPauseLate(stage, schedule)) return;
    await silence(stage, ownSchedules(stage.world, schedule));
    await say(stage, schedule, "Paused", "BackupSchedule is paused.");
  } else await run(stage, schedule);
}

export const backupSchedulePlayer: Player = {
  name: "backup-schedules",
  async play(stage) {
    if (stage.faults.has("operator-down")) return;
    for (const schedule of stage.world.all("backupSchedules")) {
      const collided = text(schedule.status, "phase") === "BackupCollision";
      if (schedule.metadata.deletionTimestamp === undefined && !collided) await playSchedule(stage, schedule);
    }
  },
};
