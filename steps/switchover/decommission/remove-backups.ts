import { type Action, type Wait, waitOn } from "../../lib/phase/types.ts";
import type { AcmRestore, BackupSchedule } from "../acm/hub-objects.ts";
import { backupSchedules } from "../acm/resources.ts";
import { restoresOf, schedulesOf } from "../phases/hub-reads.ts";
import { noneIfAbsent } from "../phases/none-if-absent.ts";
import { removeRestores } from "../phases/restore-removal.ts";
import { saveSchedules } from "../phases/schedules/save-schedules.ts";
import { ms } from "../phases/switchover-context.ts";
import type { OperationMemory } from "../state/operation-memory.ts";
import { switchoverError } from "../switchover-error.ts";
import { type DecommissionContext, decommissionStep } from "./decommission-context.ts";
import { deletion, nameOf, untilEmpty } from "./deletion.ts";

function untilSchedulesGone(context: DecommissionContext): Wait {
  return waitOn({
    title: "waiting until the BackupSchedules are gone",
    sources: { BackupSchedule: schedulesOf.live(context, "primary") },
    decide: ({ BackupSchedule: left }) => untilEmpty({ BackupSchedule: left.map(nameOf) }),
    timeoutMs: ms(context.tuning.scheduleDeleteWait),
    onTimeout: (note) =>
      switchoverError(
        "SW-DEC-10",
        {
          what: "the BackupSchedules of the hub do not go",
          why: note,
          fix: "find out what holds their finalizers (metadata.finalizers), then start again",
        },
        "timeout",
      ),
  });
}

function removeSchedules(
  context: DecommissionContext,
  schedules: readonly BackupSchedule[],
): readonly Action<OperationMemory>[] {
  const timeoutMs = ms(context.tuning.deleteRequest);
  return [
    saveSchedules(schedules),
    ...schedules.flatMap((schedule) => deletion(backupSchedules, schedule, timeoutMs)),
    { kind: "wait", wait: untilSchedulesGone(context) },
  ];
}

/** Before the clusters: a schedule would back up a hub that is half removed, a Restore would bring back what goes. */
export const removeBackups = decommissionStep<{
  readonly restores: readonly AcmRestore[];
  readonly schedules: readonly BackupSchedule[];
}>({
  name: "remove_backups",
  title: "Remove Restores and BackupSchedules; the backups themselves stay",
  onResume: "observe",
  async read(context) {
    const [restores, schedules] = await Promise.all([
      noneIfAbsent(() => restoresOf.once(context, "primary")),
      noneIfAbsent(() => schedulesOf.once(context, "primary")),
    ]);
    return { restores, schedules };
  },
  plan({ restores, schedules }, context) {
    if (restores.length === 0 && schedules.length === 0) {
      return { state: "done", note: "there is neither a Restore nor a BackupSchedule" };
    }
    return {
      state: "act",
      note: `delete ${restores.length} Restores and ${schedules.length} BackupSchedules`,
      actions: [
        ...(restores.length === 0 ? [] : removeRestores(context, "primary", restores)),
        ...(schedules.length === 0 ? [] : removeSchedules(context, schedules)),
      ],
      // Somebody may have made another one meanwhile.
      afterwards: "plan-again",
    };
  },
});
