import type { BackupSchedule } from "../../acm/hub-objects.ts";
import type { TokenComponent } from "../schedules/import-tokens.ts";
import type { SwitchoverContext } from "../switchover-context.ts";
import { defaultSchedule, scheduleFromTemplate } from "./new-schedule.ts";

export interface Candidates {
  readonly from: "saved" | "template" | "default";
  readonly schedules: readonly BackupSchedule[];
}

/**
 * What the new hub's schedule can be made from: those of the old hub, else the template of the caller; else, where the old
 * hub could not be asked for its own, the usual one.
 */
export function candidates(context: SwitchoverContext, component: TokenComponent): Candidates {
  const saved = context.memory().saved_backup_schedules ?? [];
  const template = context.settings.backupScheduleTemplate;
  if (saved.length > 0) return { from: "saved", schedules: saved };
  if (template !== undefined) return { from: "template", schedules: [scheduleFromTemplate(template, component)] };
  return context.oldHub === "down"
    ? { from: "default", schedules: [defaultSchedule(component)] }
    : { from: "saved", schedules: [] };
}
