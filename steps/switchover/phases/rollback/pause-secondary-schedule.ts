import { canPause } from "../schedules/can-pause.ts";
import { isQuiet, type PauseSeen, pauseSchedules, unfinished } from "../schedules/pause-schedule.ts";
import { readSchedule, type ScheduleSeen } from "../schedules/prove-schedule.ts";
import { onNewHub } from "../schedules/schedule-role.ts";
import { oldHubStep } from "../switchover-context.ts";
import { awayFromNewHub } from "./rollback-scope.ts";

/** Two writers on one storage collide: the new hub's backups stop before the old hub's begin. */
export const rbPauseSecondarySchedule = oldHubStep<ScheduleSeen & PauseSeen>({
  name: "rb_pause_secondary_schedule",
  title: "Stop the backups of the new hub",
  onResume: "observe",
  // Durable before the schedule is created: without it this operation has turned no backups on there.
  skip: (context) =>
    context.memory().backup_schedule_enabled_at === undefined
      ? "this operation turned no backups on at the new hub"
      : awayFromNewHub(context),
  async read(context) {
    const { hub } = onNewHub;
    const [seen, pausable] = await Promise.all([readSchedule(context, hub), canPause(context, hub)]);
    return { ...seen, canPause: pausable };
  },
  plan(seen, context) {
    const { schedules, veleroSchedules, backups } = seen;
    if (isQuiet(schedules, veleroSchedules) && unfinished(backups).length === 0) {
      return { state: "done", note: "no schedule of the new hub makes backups" };
    }
    return {
      state: "act",
      note: `stop ${schedules.map(({ metadata }) => metadata.name).join(", ") || "what is left of the backups"}`,
      actions: pauseSchedules(context, onNewHub.hub, seen),
      afterwards: "done",
    };
  },
});
