import { Cron } from "croner";
import { goDurationSeconds } from "./go-duration.ts";

const lookAheadMs = 8 * 24 * 3600 * 1000;
const maxRuns = 2000;

const shorthand: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

/**
 * Seconds between backups of a `spec.veleroSchedule`, `undefined` when it cannot be read. Lists and ranges give
 * unequal gaps: the longest within eight days counts, so that a nightly pause is no missed backup; rarer schedules give the
 * distance of their next two runs. `now` is milliseconds since the epoch.
 *
 * @example cadenceSeconds("15 4 * * *", Date.UTC(2026, 0, 1)) // 86400
 */
export function cadenceSeconds(schedule: string, now: number): number | undefined {
  const { expression, timezone } = splitTimezone(schedule.trim());
  const every = /^@every\s+(\S+)$/.exec(expression)?.[1];
  if (every !== undefined) {
    const seconds = goDurationSeconds(every);
    return seconds !== undefined && seconds > 0 ? seconds : undefined;
  }
  return longestGap(shorthand[expression] ?? expression, timezone, now);
}

/** Velero's cron library takes a zone as a prefix of the expression. */
function splitTimezone(schedule: string): { readonly expression: string; readonly timezone?: string } {
  const match = /^(?:CRON_TZ|TZ)=(\S+)\s+(.+)$/.exec(schedule);
  return match === null ? { expression: schedule } : { expression: match[2] ?? "", timezone: match[1] ?? "" };
}

function longestGap(expression: string, timezone: string | undefined, now: number): number | undefined {
  try {
    // Velero takes five fields only; croner's sixth would be seconds.
    const cron = new Cron(expression, {
      mode: "5-part",
      paused: true,
      ...(timezone === undefined ? { utcOffset: 0 } : { timezone }),
    });
    let previous = cron.nextRun(new Date(now));
    let longest = 0;
    for (let run = 0; run < maxRuns && previous !== null; run += 1) {
      const next = cron.nextRun(previous);
      if (next === null) {
        break;
      }
      longest = Math.max(longest, next.getTime() - previous.getTime());
      if (next.getTime() - now > lookAheadMs) {
        break;
      }
      previous = next;
    }
    return longest > 0 ? longest / 1000 : undefined;
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) {
      return undefined;
    }
    throw error;
  }
}
