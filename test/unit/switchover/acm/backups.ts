import { type BackupSummary, type BackupType, summariseBackup } from "../../../../steps/switchover/acm/backup.ts";
import { label, veleroScheduleName } from "../../../../steps/switchover/acm/constants.ts";

export interface BackupFacts {
  /** `yyyymmddhhmmss` of the name. */
  readonly stamp: string;
  /** RFC 3339; absent = not started. */
  readonly started?: string;
  readonly phase?: string;
  readonly producer?: string;
  readonly errors?: number;
}

/** A backup as the operator's schedule of that type makes it. */
export function backupOf(
  type: BackupType,
  { stamp, started, phase = "Completed", producer = "hub-a", errors = 0 }: BackupFacts,
): BackupSummary {
  return summariseBackup({
    metadata: {
      name: `${veleroScheduleName[type]}-${stamp}`,
      labels: { [label.backupScheduleType]: type, [label.backupCluster]: producer },
    },
    status: { phase, errors, ...(started === undefined ? {} : { startTimestamp: started }) },
  });
}
