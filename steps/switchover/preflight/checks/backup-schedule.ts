import { type AcmVersion, lacksPause } from "../../acm/acm-version.ts";
import { validationCause, wantsManagedServiceAccounts } from "../../acm/backup-schedule.ts";
import type { BackupSchedule } from "../../acm/hub-objects.ts";
import type { Check } from "../check.ts";
import { critical, type Finding, failed, judge, passed, warning } from "../finding.ts";
import { importedClusters } from "../imported-clusters.ts";
import { nameList } from "../name-list.ts";
import type { PrimaryObservation } from "../observation.ts";
import { valueOr } from "../reading.ts";

/** The primary makes backups, and pausing them will take effect. */
export const backupSchedule: Check = {
  id: "backup-schedule",
  number: 18,
  name: "Backup schedule works",
  hubs: ["primary"],
  modes: "both",
  remedy: "make a BackupSchedule on the old hub, or mend what its status names",
  onResume: "until-pause",
  evaluate: ({ primary }) =>
    judge(primary.schedules, {
      hub: "primary",
      unreadable: "critical",
      decide: (schedules) => evaluateSchedules(schedules, primary),
    }),
};

function evaluateSchedules(schedules: readonly BackupSchedule[], primary: PrimaryObservation): readonly Finding[] {
  if (schedules.length === 0) {
    return [
      critical(
        "primary",
        "there is no BackupSchedule",
        "create a BackupSchedule with useManagedServiceAccount true and wait for its first backup",
      ),
    ];
  }
  const version = valueOr(primary.acm, undefined)?.version ?? { known: false, text: "" };
  const owners = schedules.filter(({ status }) => status?.phase !== "Failed");
  const findings = [
    ...several(schedules),
    ...schedules.flatMap((schedule) => evaluatePhase(schedule, version)),
    ...(owners.length > 0 ? owners : schedules).flatMap((schedule) => [
      ...evaluateTokens(schedule, primary),
      ...evaluateOptions(schedule),
    ]),
  ];
  return findings.length > 0
    ? findings
    : [passed("primary", `${nameList(schedules.map(nameOf))} is ${phaseOf(schedules[0])}`)];
}

function several(schedules: readonly BackupSchedule[]): readonly Finding[] {
  return schedules.length < 2
    ? []
    : [
        warning(
          "primary",
          `there are ${schedules.length} BackupSchedules (${nameList(schedules.map(nameOf))}), of which only one can make backups; all will be paused`,
          "delete those that are Failed",
        ),
      ];
}

function evaluatePhase(schedule: BackupSchedule, version: AcmVersion): readonly Finding[] {
  const name = nameOf(schedule);
  const phase = phaseOf(schedule);
  const detail = schedule.status?.lastMessage ?? "";
  const message = `BackupSchedule ${name} is ${phase}${detail === "" ? "" : `: ${detail}`}`;
  switch (phase) {
    case "BackupCollision":
      return [
        critical(
          "primary",
          message,
          "find the other hub that writes to this storage, then delete and recreate the schedule",
        ),
      ];
    case "FailedValidation":
      return [failedValidation(message, detail, version)];
    case "Failed":
      return [warning("primary", message, "delete the other BackupSchedule, or this one")];
    case "Unknown":
      return [warning("primary", message, "if this lasts, Velero does not work: see its pod and log")];
    default:
      return [];
  }
}

/** With a storage, token or cron problem the operator never reaches the pause, and the Velero Schedules run on. */
function failedValidation(message: string, detail: string, version: AcmVersion): Finding {
  const cause = validationCause(detail);
  const harmless = cause === "active-restore" || lacksPause(version);
  const tokens = cause === "managed-service-account" ? "; the import tokens of this hub have already been deleted" : "";
  return failed("primary", harmless ? "warning" : "critical", {
    message: `${message}${harmless ? "" : "; a pause would not take effect"}${tokens}`,
    remediation: "mend the cause first (backup storage, component managedserviceaccount, cron text, active Restore)",
  });
}

function evaluateTokens(schedule: BackupSchedule, primary: PrimaryObservation): readonly Finding[] {
  if (wantsManagedServiceAccounts(schedule)) {
    return [];
  }
  const imported = importedClusters(primary);
  const message = `BackupSchedule ${nameOf(schedule)} has useManagedServiceAccount ${String(schedule.spec?.useManagedServiceAccount ?? "unset")}`;
  const remediation = "set spec.useManagedServiceAccount to true and wait for a new backup";
  return judge(imported, {
    hub: "primary",
    unreadable: "critical",
    decide: (clusters) => [
      clusters.length > 0
        ? critical(
            "primary",
            `${message}: without a token these cannot be imported again: ${nameList(clusters)}`,
            remediation,
          )
        : warning("primary", `${message}; every cluster was made by Hive and reconnects by itself`, remediation),
    ],
  });
}

function evaluateOptions(schedule: BackupSchedule): readonly Finding[] {
  const { spec } = schedule;
  const name = nameOf(schedule);
  const quiet = (["noBackupOnStart", "skipImmediately"] as const).filter((option) => spec?.[option] === true);
  const findings = quiet.map((option) =>
    warning(
      "primary",
      `BackupSchedule ${name} sets ${option}: a recreated schedule would make no first backup`,
      "nothing to do: it is left out while the schedule is recreated and set again afterwards",
    ),
  );
  return spec?.useOwnerReferencesInBackup === true
    ? [
        ...findings,
        warning(
          "primary",
          `BackupSchedule ${name} sets useOwnerReferencesInBackup: its Backup objects vanish with the schedule until Velero syncs them back`,
          "expect about a minute without Backup objects, or set it to false",
        ),
      ]
    : findings;
}

function nameOf(schedule: BackupSchedule): string {
  return schedule.metadata.name;
}

function phaseOf(schedule: BackupSchedule | undefined): string {
  const phase = schedule?.status?.phase ?? "";
  return phase === "" ? "without a phase" : phase;
}
