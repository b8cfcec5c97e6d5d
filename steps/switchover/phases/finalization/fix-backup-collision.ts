import { planProof, readSchedule, type ScheduleSeen } from "../schedules/prove-schedule.ts";
import { onNewHub } from "../schedules/schedule-role.ts";
import { switchoverStep } from "../switchover-context.ts";

/** Proves that the new hub's schedule works and does not collide; makes it anew once where it does. */
export const fixBackupCollision = switchoverStep<ScheduleSeen>({
  name: "fix_backup_collision",
  title: "Prove that the new hub's backups work",
  onResume: "trust-record",
  read: (context) => readSchedule(context, onNewHub.hub),
  plan: (seen, context) => planProof(seen, context, onNewHub),
});
