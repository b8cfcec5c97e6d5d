import { type BackupSummary, isOfType, newestOfType } from "../../acm/backup.ts";
import { cadenceSeconds } from "../../acm/cadence.ts";
import type { BackupSchedule } from "../../acm/hub-objects.ts";
import { formatSpan } from "../age.ts";
import type { Check } from "../check.ts";
import { critical, type Finding, judge, passed, skipped, warning } from "../finding.ts";
import { hubTime, isOldHubDown, type Observation } from "../observation.ts";
import { allOf } from "../reading.ts";
import type { PreflightSettings } from "../settings.ts";

const fix = "see why the schedule made no backup since, then run one";
const fixOfLost =
  "the old hub makes no newer one: what was changed there since must be done again on the new hub; if Velero's sync there lags behind (about a minute), see the check bsl";

/**
 * The newest managed-clusters backup is as young as its schedule promises. Of a primary that is declared down the
 * secondary has the copies.
 */
export const backupAge: Check = {
  id: "backup-age",
  number: 17,
  name: "Backups are made on time",
  hubs: ["primary"],
  modes: "both",
  remedy: "see why the schedule makes no backups, or make one now",
  onResume: "never",
  evaluate: (observation, settings) =>
    isOldHubDown(observation) ? evaluateCopies(observation, settings) : evaluateMade(observation, settings),
};

function evaluateMade(observation: Observation, { waits }: PreflightSettings): readonly Finding[] {
  return judge(allOf(observation.primary.backups, observation.primary.schedules), {
    hub: "primary",
    unreadable: "warning",
    decide: ([backups, schedules]) => {
      const completedAt = newestCompletion(backups);
      const now = hubTime(observation, "primary");
      const rhythm = rhythmOf(schedules, now);
      return completedAt === undefined || rhythm === undefined
        ? [skipped("primary", "there is no completed managed-clusters backup or no schedule that can be read")]
        : [judgeAge({ ageMs: now - completedAt, rhythm, tolerance: waits.backupMaxAge })];
    },
  });
}

/** A refusal would gain nothing, however old they are: the lost hub makes no newer one. */
function evaluateCopies(observation: Observation, { savedSchedules, waits }: PreflightSettings): readonly Finding[] {
  return judge(observation.secondary.backups, {
    hub: "secondary",
    unreadable: "warning",
    decide: (backups) => {
      const completedAt = newestCompletion(backups);
      if (completedAt === undefined) return [skipped("secondary", "there is no completed managed-clusters backup")];
      const now = hubTime(observation, "secondary");
      const rhythm = rhythmOf(savedSchedules, now) ?? lastRhythm(backups);
      if (rhythm === undefined) {
        const age = `the newest managed-clusters backup was completed ${formatSpan(now - completedAt)} ago`;
        return [skipped("secondary", `${age}; nothing tells how often the old hub made one`)];
      }
      const age: Age = { ageMs: now - completedAt, rhythm, tolerance: waits.backupMaxAge };
      return [isLate(age) ? warning("secondary", describe(age), fixOfLost) : passed("secondary", describe(age))];
    },
  });
}

function newestCompletion(backups: readonly BackupSummary[]): number | undefined {
  const completed = backups.filter(({ phase }) => phase === "Completed");
  return newestOfType(completed, "managedClusters")?.completedAt;
}

/** Only one BackupSchedule can own the Velero Schedules; the others are `Failed`. */
export function scheduleInForce(schedules: readonly BackupSchedule[]): BackupSchedule | undefined {
  return schedules.find(({ status }) => status?.phase !== "Failed") ?? schedules[0];
}

/** How often backups are made. */
interface Rhythm {
  readonly seconds: number;
  /** Where that is known from. */
  readonly words: string;
}

function rhythmOf(schedules: readonly BackupSchedule[], now: number): Rhythm | undefined {
  const cron = scheduleInForce(schedules)?.spec?.veleroSchedule;
  const seconds = cron === undefined ? undefined : cadenceSeconds(cron, now);
  return seconds === undefined
    ? undefined
    : { seconds, words: `the schedule "${cron}" makes one every ${formatSpan(seconds * 1000)}` };
}

/** No ACM Restore brings back a BackupSchedule (ACM 2.16): where none was saved, the copies themselves must tell. */
function lastRhythm(backups: readonly BackupSummary[]): Rhythm | undefined {
  const [last, before] = backups
    .filter((backup) => isOfType(backup, "managedClusters"))
    .flatMap(({ startedAt }) => startedAt ?? [])
    .toSorted((a, b) => b - a);
  return last === undefined || before === undefined
    ? undefined
    : { seconds: (last - before) / 1000, words: `the last two began ${formatSpan(last - before)} apart` };
}

interface Age {
  readonly ageMs: number;
  readonly rhythm: Rhythm;
  /** Seconds. */
  readonly tolerance: number;
}

function isLate({ ageMs, rhythm, tolerance }: Age, intervals = 1): boolean {
  return ageMs > (intervals * rhythm.seconds + tolerance) * 1000;
}

function describe({ ageMs, rhythm }: Age): string {
  return `the newest managed-clusters backup was completed ${formatSpan(ageMs)} ago; ${rhythm.words}`;
}

function judgeAge(age: Age): Finding {
  const message = describe(age);
  if (isLate(age, 2)) {
    return critical("primary", message, fix);
  }
  return isLate(age) ? warning("primary", message, fix) : passed("primary", message);
}
