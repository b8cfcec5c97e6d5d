import type { Action } from "../../../lib/phase/types.ts";
import type { BackupSchedule } from "../../acm/hub-objects.ts";
import type { OperationMemory } from "../../state/operation-memory.ts";

/** Keeps what is to be paused or deleted, whole. */
export function saveSchedules(schedules: readonly BackupSchedule[]): Action<OperationMemory> {
  const [first] = schedules;
  return {
    kind: "remember",
    note: `keep ${schedules.length} BackupSchedule(s) of the old hub`,
    // Never overwritten by a later attempt: what was there at first is what must be made again.
    update: (memory) =>
      memory.saved_backup_schedules === undefined
        ? {
            ...memory,
            saved_backup_schedules: schedules,
            ...(first === undefined ? {} : { saved_backup_schedule: first }),
          }
        : memory,
  };
}
