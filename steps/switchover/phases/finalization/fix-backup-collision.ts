import { clockOffsetOf } from "../hub-reads.ts";
import { tokenComponentOf } from "../schedules/import-tokens.ts";
import { isToBeMade, type ProofSeen, planProof, readSchedule } from "../schedules/prove-schedule.ts";
import { onNewHub } from "../schedules/schedule-role.ts";
import { switchoverStep } from "../switchover-context.ts";

/** Proves that the new hub's schedule works and does not collide; makes it anew once where it does. */
export const fixBackupCollision = switchoverStep<ProofSeen>({
  name: "fix_backup_collision",
  title: "Prove that the new hub's backups work",
  onResume: "trust-record",
  async read(context) {
    const { hub, pick, progress } = onNewHub;
    const [schedule, clockOffsetMs] = await Promise.all([readSchedule(context, hub), clockOffsetOf(context, hub)]);
    const seen = { ...schedule, clockOffsetMs };
    const memory = context.memory();
    return isToBeMade(pick(seen.schedules, memory), progress(memory))
      ? { ...seen, component: await tokenComponentOf(context, hub) }
      : seen;
  },
  plan: (seen, context) => planProof(seen, context, onNewHub),
});
