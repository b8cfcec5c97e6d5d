import type { Action } from "../../../lib/phase/types.ts";
import type { HubName } from "../../acm/hub-identity.ts";
import type { BackupSchedule, BackupScheduleSpec } from "../../acm/hub-objects.ts";
import { backupSchedules } from "../../acm/resources.ts";
import type { CreatedSchedule, OperationMemory } from "../../state/operation-memory.ts";
import type { HubStepContext } from "../switchover-context.ts";
import type { ScheduleRole } from "./schedule-role.ts";

function hasFlags(spec: BackupScheduleSpec | undefined, flags: CreatedSchedule["suppressed"]): boolean {
  return Object.entries(flags).every(([flag, value]) => spec?.[flag as keyof BackupScheduleSpec] === value);
}

/** Once the first backup exists, the schedule gets the flags back that would have suppressed it. */
export function giveFlagsBack<H extends HubName>(
  schedules: readonly BackupSchedule[],
  context: HubStepContext<H>,
  role: ScheduleRole<H>,
): readonly Action<OperationMemory>[] {
  const created = role.progress(context.memory()).created_schedule;
  const spec = schedules.find(({ metadata }) => metadata.name === created?.name)?.spec;
  // An edit makes the operator look for a collision at once: a resumed run makes none that is not needed.
  if (created === undefined || hasFlags(spec, created.suppressed)) {
    return [];
  }
  return [
    {
      kind: "write",
      change: {
        target: role.hub,
        resource: backupSchedules,
        ref: { name: created.name, namespace: context.namespaces.backup },
        summary: `give BackupSchedule ${created.name} its own ${Object.keys(created.suppressed).join(", ")} back`,
        verb: "merge-patch",
        patch: { spec: created.suppressed },
      },
    },
  ];
}
