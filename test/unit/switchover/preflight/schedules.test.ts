import type { BackupScheduleSpec } from "../../../../steps/switchover/acm/hub-objects.ts";
import { backupSchedule } from "../../../../steps/switchover/preflight/checks/backup-schedule.ts";
import { noActiveScheduleOnSecondary } from "../../../../steps/switchover/preflight/checks/no-active-schedule-on-secondary.ts";
import type { PrimaryObservation } from "../../../../steps/switchover/preflight/observation.ts";
import { read } from "../../../../steps/switchover/preflight/reading.ts";
import {
  absent,
  down,
  fleet,
  forbidden,
  managedCluster,
  onPrimary,
  onSecondary,
  onVersion,
  schedule,
} from "./observations.ts";
import { describeRules } from "./rule-table.ts";

const withSpec = (changes: Partial<BackupScheduleSpec>, primary: Partial<PrimaryObservation> = {}) =>
  onPrimary({
    ...primary,
    schedules: read([
      schedule({ spec: { veleroSchedule: "0 */4 * * *", useManagedServiceAccount: true, ...changes } }),
    ]),
  });
const inPhase = (phase: string, lastMessage = "", primary: Partial<PrimaryObservation> = {}) =>
  onPrimary({ ...primary, schedules: read([schedule({ status: { phase, lastMessage } })]) });
const byHive: Partial<PrimaryObservation> = {
  fleet: fleet(managedCluster("h1")),
  clusterDeployments: read([{ name: "h1", namespace: "h1", preserveOnDelete: true }]),
};
const blockedByRestore = "Restore resource r1 is currently active, verify that any active restores are removed.";
const noComponent =
  "UseManagedServiceAccount option cannot be used, managedserviceaccount-preview component is not enabled";

describeRules(backupSchedule, [
  { given: "one that is Enabled", finds: [["passed primary", "acm-hub-backup is Enabled"]] },
  { given: "one that is paused already", observed: inPhase("Paused"), finds: [["passed primary", "is Paused"]] },
  {
    given: "none",
    observed: onPrimary({ schedules: read([]) }),
    finds: [["critical primary", "there is no BackupSchedule", "useManagedServiceAccount true"]],
  },
  {
    given: "two, of which the second could not make its Velero Schedules",
    observed: onPrimary({
      schedules: read([
        schedule(),
        schedule({
          metadata: { name: "second" },
          spec: { veleroSchedule: "@daily" },
          status: { phase: "Failed", lastMessage: "already exists" },
        }),
      ]),
    }),
    finds: [
      ["warning primary", "2 BackupSchedules (acm-hub-backup, second)", "delete those that are Failed"],
      ["warning primary", "second is Failed: already exists", "delete the other BackupSchedule"],
    ],
  },
  {
    given: "A-20: no tokens wanted, and an imported cluster",
    observed: withSpec({ useManagedServiceAccount: false }),
    finds: [["critical primary", "useManagedServiceAccount false: without a token", "wait for a new backup"]],
  },
  {
    given: "A-20: no tokens wanted, and only clusters of Hive",
    observed: withSpec({ useManagedServiceAccount: false }, byHive),
    finds: [["warning primary", "every cluster was made by Hive", "set spec.useManagedServiceAccount"]],
  },
  {
    given: "A-20: no tokens wanted, Hive not installed, and a cluster that has not joined",
    observed: withSpec(
      { useManagedServiceAccount: false },
      {
        fleet: fleet(managedCluster("c1", { joined: false })),
        clusterDeployments: absent("ClusterDeployment.hive.openshift.io"),
      },
    ),
    finds: [["warning primary"]],
  },
  {
    given: "no tokens wanted, and a fleet that may not be listed",
    observed: withSpec({ useManagedServiceAccount: false }, { fleet: forbidden }),
    finds: [["critical primary", "could not be checked"]],
  },
  {
    given: "one that has collided",
    observed: inPhase("BackupCollision", "Backup x, from cluster with id [hub-z]"),
    finds: [["critical primary", "BackupCollision: Backup x, from cluster with id [hub-z]", "find the other hub"]],
  },
  {
    given: "one that is refused because of its storage",
    observed: inPhase("FailedValidation", "Backup storage location is not available"),
    finds: [["critical primary", "a pause would not take effect", "mend the cause first"]],
  },
  {
    given: "one that is refused because of a bad cron text",
    observed: inPhase("FailedValidation", "Schedule must be a non-empty valid Cron expression"),
    finds: [["critical primary", "a pause would not take effect"]],
  },
  {
    given: "one that is refused because of its tokens",
    observed: inPhase("FailedValidation", noComponent),
    finds: [["critical primary", "the import tokens of this hub have already been deleted"]],
  },
  {
    given: "one that is refused because of its tokens on ACM 2.11, where a pause deletes it",
    observed: inPhase("FailedValidation", noComponent, { acm: onVersion("2.11.4") }),
    finds: [["warning primary", "the import tokens of this hub have already been deleted"]],
  },
  {
    given: "one that is refused because of an active Restore",
    observed: inPhase("FailedValidation", blockedByRestore),
    finds: [["warning primary", blockedByRestore, "active Restore"]],
  },
  {
    given: "one that is refused because of its storage on ACM 2.11, where a pause deletes it",
    observed: inPhase("FailedValidation", "storage location is not available", { acm: onVersion("2.11.4") }),
    finds: [["warning primary", "storage location"]],
  },
  {
    given: "one that is refused on a hub of unknown version",
    observed: inPhase("FailedValidation", "storage location is not available", { acm: forbidden }),
    finds: [["critical primary"]],
  },
  { given: "a single one that failed", observed: inPhase("Failed", "x"), finds: [["warning primary", "is Failed: x"]] },
  {
    given: "one whose Velero Schedules have no phase",
    observed: inPhase("Unknown"),
    finds: [["warning primary", "is Unknown", "Velero does not work"]],
  },
  {
    given: "one that the operator has not looked at",
    observed: inPhase(""),
    finds: [["passed primary", "without a phase"]],
  },
  {
    given: "flags that would suppress the first backup",
    observed: withSpec({ noBackupOnStart: true, skipImmediately: true }),
    finds: [
      ["warning primary", "noBackupOnStart", "left out"],
      ["warning primary", "skipImmediately"],
    ],
  },
  {
    given: "backups that die with their schedule",
    observed: withSpec({ useOwnerReferencesInBackup: true }),
    finds: [["warning primary", "Backup objects vanish with the schedule", "about a minute"]],
  },
  {
    given: "schedules that may not be listed",
    observed: onPrimary({ schedules: forbidden }),
    finds: [["critical primary"]],
  },
  { given: "a primary that is down", observed: down("primary"), finds: [["skipped primary"]] },
]);

const standing = (phase: string | undefined, version = "2.14.1") =>
  onSecondary({
    acm: onVersion(version),
    schedules: read([schedule({ ...(phase === undefined ? { status: {} } : { status: { phase } }) })]),
  });

describeRules(noActiveScheduleOnSecondary, [
  { given: "none", finds: [["passed secondary", "0 BackupSchedules"]] },
  {
    given: "A-19: one that is Enabled",
    observed: standing("Enabled"),
    finds: [["critical secondary", "acm-hub-backup (Enabled)", "wait for its phase Paused"]],
  },
  { given: "one that is Paused", observed: standing("Paused"), finds: [["passed secondary"]] },
  { given: "one that has collided", observed: standing("BackupCollision"), finds: [["passed secondary"]] },
  {
    given: "one whose pause was only asked for",
    observed: onSecondary({
      schedules: read([schedule({ spec: { veleroSchedule: "@daily", paused: true }, status: { phase: "Enabled" } })]),
    }),
    finds: [["critical secondary"]],
  },
  { given: "a paused one on ACM 2.11", observed: standing("Paused", "2.11.2"), finds: [["critical secondary"]] },
  {
    given: "a collided one on ACM 2.11",
    observed: standing("BackupCollision", "2.11.2"),
    finds: [["passed secondary"]],
  },
  { given: "one without a status", observed: standing(undefined), finds: [["critical secondary", "(no phase)"]] },
  { given: "one with an empty phase", observed: standing(""), finds: [["critical secondary", "(no phase)"]] },
  {
    given: "schedules that may not be listed",
    observed: onSecondary({ schedules: forbidden }),
    finds: [["critical secondary"]],
  },
]);
