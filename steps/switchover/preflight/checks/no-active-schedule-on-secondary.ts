import { scheduleBlocksRestores } from "../../acm/backup-schedule.ts";
import type { Check } from "../check.ts";
import { critical, judge, passed } from "../finding.ts";
import { count, nameList } from "../name-list.ts";
import { valueOr } from "../reading.ts";

/** No BackupSchedule on the secondary stands in the way of a Restore. */
export const noActiveScheduleOnSecondary: Check = {
  id: "no-active-schedule-on-secondary",
  number: 23,
  name: "The secondary makes no backups",
  hubs: ["secondary"],
  modes: "both",
  remedy: "pause or delete the BackupSchedule of the new hub",
  onResume: "until-activation",
  evaluate: ({ secondary }) =>
    judge(secondary.schedules, {
      hub: "secondary",
      unreadable: "critical",
      decide: (schedules) => {
        const version = valueOr(secondary.acm, undefined)?.version ?? { known: false, text: "" };
        const active = schedules.filter((schedule) => scheduleBlocksRestores(schedule, version));
        return [
          active.length === 0
            ? passed("secondary", `${count(schedules.length, "BackupSchedule")}, none active`)
            : critical(
                "secondary",
                `active and would end every Restore: ${nameList(
                  active.map(({ metadata, status }) => `${metadata.name} (${status?.phase || "no phase"})`),
                )}`,
                "pause it and wait for its phase Paused, or delete it",
              ),
        ];
      },
    }),
};
