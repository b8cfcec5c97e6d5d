import { withAllowance } from "../hub-reads.ts";
import { canPause } from "../schedules/can-pause.ts";
import { isQuiet, type PauseSeen, pauseSchedules, unfinished } from "../schedules/pause-schedule.ts";
import { readSchedule, type ScheduleSeen } from "../schedules/prove-schedule.ts";
import { saveSchedules } from "../schedules/save-schedules.ts";
import { oldHubStep } from "../switchover-context.ts";

/** Stops the old hub from making backups, so that it cannot become a second writer. Keeps what it pauses. */
export const pauseBackupSchedule = oldHubStep<ScheduleSeen & PauseSeen>({
  name: "pause_backup_schedule",
  title: "Pause the backup schedule on the old hub",
  onResume: "observe",
  async read(context) {
    const [seen, pausable] = await Promise.all([readSchedule(context, "primary"), canPause(context, "primary")]);
    return { ...seen, canPause: pausable };
  },
  plan(seen, context) {
    const { schedules, veleroSchedules, backups, allowanceMs } = seen;
    const deleting = !seen.canPause;
    const saved = context.memory().saved_backup_schedules !== undefined;
    if (schedules.length === 0) {
      return saved
        ? { state: "done", note: "deleted and saved by this operation" }
        : {
            state: "done",
            note: "no BackupSchedule",
            warnings: ["the old hub has no BackupSchedule: the new hub gets a default one or a template"],
          };
    }
    if (saved && !deleting && isQuiet(schedules, veleroSchedules) && unfinished(backups).length === 0) {
      return { state: "done", note: "paused, no backup in progress" };
    }
    const names = schedules.map((schedule) => schedule.metadata.name).join(", ");
    return {
      state: "act",
      note: deleting ? `delete ${names}` : withAllowance(`pause ${names}`, allowanceMs),
      actions: [saveSchedules(schedules), ...pauseSchedules(context, "primary", seen)],
      afterwards: "done",
    };
  },
});
