import { newestOfType } from "../../acm/backup.ts";
import { cadenceSeconds } from "../../acm/cadence.ts";
import type { BackupSchedule } from "../../acm/hub-objects.ts";
import { formatSpan } from "../age.ts";
import type { Check } from "../check.ts";
import { critical, type Finding, judge, passed, skipped, warning } from "../finding.ts";
import { hubTime } from "../observation.ts";
import { allOf } from "../reading.ts";

const fix = "see why the schedule made no backup since, then run one";

/** The newest managed-clusters backup is as young as its schedule promises. */
export const backupAge: Check = {
  id: "backup-age",
  number: 17,
  name: "Backups are made on time",
  hubs: ["primary"],
  modes: "both",
  remedy: "see why the schedule makes no backups, or make one now",
  onResume: "never",
  evaluate: (observation, { waits }) =>
    judge(allOf(observation.primary.backups, observation.primary.schedules), {
      hub: "primary",
      unreadable: "warning",
      decide: ([backups, schedules]) => {
        const completed = backups.filter(({ phase }) => phase === "Completed");
        const completedAt = newestOfType(completed, "managedClusters")?.completedAt;
        const cron = scheduleInForce(schedules)?.spec?.veleroSchedule;
        const now = hubTime(observation, "primary");
        const cadence = cron === undefined ? undefined : cadenceSeconds(cron, now);
        return completedAt === undefined || cron === undefined || cadence === undefined
          ? [skipped("primary", "there is no completed managed-clusters backup or no schedule that can be read")]
          : [judgeAge({ ageMs: now - completedAt, cron, cadence, tolerance: waits.backupMaxAge })];
      },
    }),
};

/** Only one BackupSchedule can own the Velero Schedules; the others are `Failed`. */
export function scheduleInForce(schedules: readonly BackupSchedule[]): BackupSchedule | undefined {
  return schedules.find(({ status }) => status?.phase !== "Failed") ?? schedules[0];
}

interface Age {
  readonly ageMs: number;
  readonly cron: string;
  /** Seconds, as the tolerance. */
  readonly cadence: number;
  readonly tolerance: number;
}

function judgeAge({ ageMs, cron, cadence, tolerance }: Age): Finding {
  const message = `the newest managed-clusters backup was completed ${formatSpan(ageMs)} ago; the schedule "${cron}" makes one every ${formatSpan(cadence * 1000)}`;
  if (ageMs > (2 * cadence + tolerance) * 1000) {
    return critical("primary", message, fix);
  }
  return ageMs > (cadence + tolerance) * 1000 ? warning("primary", message, fix) : passed("primary", message);
}
