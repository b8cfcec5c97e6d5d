import { type ComponentState, wantsManagedServiceAccounts } from "../../acm/backup-schedule.ts";
import type { BackupSchedule } from "../../acm/hub-objects.ts";
import type { Check } from "../check.ts";
import { critical, type Finding, judge, passed, warning } from "../finding.ts";
import type { HubObservation } from "../observation.ts";
import { mapReading, type Reading, read } from "../reading.ts";
import type { PreflightSettings } from "../settings.ts";
import { scheduleInForce } from "./backup-age.ts";

const enable = "enable managedserviceaccount in spec.overrides.components of the secondary's MultiClusterEngine";

/**
 * The secondary can make import tokens, if the primary's schedule asks for them. A schedule with the option set while
 * the component is off deletes every token of its hub at its first reconcile, restored ones included.
 */
export const msaComponent: Check = {
  id: "msa-component",
  number: 35,
  name: "The secondary keeps import tokens",
  hubs: ["secondary"],
  modes: "both",
  remedy:
    "enable the component managedserviceaccount in the MultiClusterEngine of the new hub: without it every token is deleted",
  onResume: "until-activation",
  evaluate: ({ primary, secondary }, settings) =>
    judge(tokensWanted(primary, settings), {
      hub: "secondary",
      unreadable: "warning",
      decide: (wanted) => {
        const findings =
          wanted === "unknown"
            ? [...evaluateUnknown(secondary, settings), ...evaluateSchedules(secondary, false)]
            : [...evaluateComponent(secondary, wanted), ...evaluateSchedules(secondary, wanted)];
        return findings.length > 0
          ? findings
          : [
              passed(
                "secondary",
                wanted === false
                  ? "the primary's schedule makes no tokens"
                  : "component managedserviceaccount is enabled",
              ),
            ];
      },
    }),
};

/** From the primary's schedule, or from the one saved when it was paused: on ACM 2.11 pausing deletes it. */
function tokensWanted(
  { schedules }: HubObservation,
  { savedSchedules }: PreflightSettings,
): Reading<boolean | "unknown"> {
  const saved = scheduleInForce(savedSchedules);
  if (saved !== undefined) return read(wants(saved));
  return schedules.state === "declared-down"
    ? read("unknown")
    : mapReading(schedules, (known) => wants(scheduleInForce(known)));
}

function wants(schedule: BackupSchedule | undefined): boolean {
  return schedule !== undefined && wantsManagedServiceAccounts(schedule);
}

function evaluateComponent({ managedServiceAccounts }: HubObservation, wanted: boolean): readonly Finding[] {
  return !wanted
    ? []
    : judge(managedServiceAccounts, {
        hub: "secondary",
        unreadable: "warning",
        decide: (state) => judgeComponent(state),
      });
}

/** Nobody knows what the primary's schedule wanted: a template may say it. */
function evaluateUnknown(secondary: HubObservation, { templateMakesTokens }: PreflightSettings): readonly Finding[] {
  if (templateMakesTokens === undefined) return evaluateDefault(secondary);
  return templateMakesTokens
    ? evaluateComponent(secondary, true)
    : [
        warning(
          "secondary",
          "backup-schedule-template has useManagedServiceAccount false: the new schedule will delete every import token of this hub",
          "set useManagedServiceAccount to true in backup-schedule-template, or leave it out",
        ),
      ];
}

/** The secondary's will make tokens if it can. */
function evaluateDefault({ managedServiceAccounts }: HubObservation): readonly Finding[] {
  return judge(managedServiceAccounts, {
    hub: "secondary",
    unreadable: "warning",
    decide: (state) =>
      state === "enabled"
        ? []
        : [
            warning(
              "secondary",
              "component managedserviceaccount is not enabled: the new schedule will make no import tokens and delete every one of this hub",
              enable,
            ),
          ],
  });
}

function judgeComponent(state: ComponentState): readonly Finding[] {
  switch (state) {
    case "enabled":
      return [];
    case "disabled":
      return [
        critical(
          "secondary",
          "component managedserviceaccount is disabled: the new schedule would be refused and delete every import token of this hub",
          enable,
        ),
      ];
    case "not-listed":
      return [warning("secondary", "the MultiClusterEngine does not list the component managedserviceaccount", enable)];
    case "no-engine":
      return [warning("secondary", "there is no MultiClusterEngine to ask about managedserviceaccount", enable)];
  }
}

function evaluateSchedules(secondary: HubObservation, wanted: boolean): readonly Finding[] {
  return judge(secondary.schedules, {
    hub: "secondary",
    unreadable: "warning",
    decide: (schedules) => {
      const component = secondary.managedServiceAccounts;
      const isOff = component.state === "read" && component.value === "disabled";
      return schedules
        .filter((schedule) => (wantsManagedServiceAccounts(schedule) ? isOff : wanted))
        .map(({ metadata, spec }) =>
          critical(
            "secondary",
            `BackupSchedule ${metadata.name} has useManagedServiceAccount ${String(spec?.useManagedServiceAccount ?? "unset")} and deletes the import tokens of this hub`,
            `set it right (and enable managedserviceaccount), or delete BackupSchedule ${metadata.name}`,
          ),
        );
    },
  });
}
