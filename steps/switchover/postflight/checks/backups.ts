import { isInProgress, newest, newestOfType } from "../../acm/backup.ts";
import { describeStorage } from "../../acm/backup-storage.ts";
import { cadenceSeconds } from "../../acm/cadence.ts";
import { backupState } from "../../discover/hub-facts.ts";
import { formatSpan } from "../../preflight/age.ts";
import { scheduleInForce } from "../../preflight/checks/backup-age.ts";
import { critical, type Finding, judge, passed, skipped, warning } from "../../preflight/finding.ts";
import { nameList } from "../../preflight/name-list.ts";
import { allOf, valueOr } from "../../preflight/reading.ts";
import type { PostflightCheck } from "../check.ts";
import { newHubTime } from "../observation.ts";

/** The new hub makes backups, and no other hub writes beside it. */
export const backupSchedule: PostflightCheck = {
  id: "backup-schedule",
  number: 9,
  name: "Backups are scheduled",
  hub: "secondary",
  evaluate: ({ schedules }) =>
    judge(schedules, {
      hub: "secondary",
      unreadable: "critical",
      decide: (found) => {
        const state = backupState(found);
        switch (state.state) {
          case "none":
            return [critical("secondary", "there is no BackupSchedule", "run the switchover again to resume it")];
          case "active":
            return [passed("secondary", `BackupSchedule ${state.name} is ${state.phase || "new"}`)];
          case "paused":
            return [critical("secondary", `BackupSchedule ${state.name} is paused`, "set its spec.paused to false")];
          case "collision":
            return [
              critical(
                "secondary",
                `BackupSchedule ${state.name} is in BackupCollision: another hub writes to the same storage`,
                "pause the schedule of the other hub, then delete and create this one anew",
              ),
            ];
          case "other":
            return [
              critical("secondary", `BackupSchedule ${state.name} is ${state.phase}`, "see its status.lastMessage"),
            ];
        }
      },
    }),
};

export const latestBackup: PostflightCheck = {
  id: "latest-backup",
  number: 10,
  name: "The latest backup is complete",
  hub: "secondary",
  evaluate: ({ backups, identity }) =>
    judge(backups, {
      hub: "secondary",
      unreadable: "critical",
      decide: (all) => {
        const latest = newest(all.filter(({ owner }) => owner.kind === "schedule"));
        if (latest === undefined) {
          return [critical("secondary", "there is no backup", "see why the BackupSchedule makes none")];
        }
        const own = valueOr(identity, undefined)?.id ?? "";
        const message = `${latest.name} is ${latest.phase || "without a phase"}`;
        if (isInProgress(latest.phase)) {
          return [warning("secondary", message, "wait until it is Completed, then check again")];
        }
        if (latest.phase !== "Completed") {
          return [critical("secondary", message, "see its errors (velero backup describe), then take a backup")];
        }
        return own !== "" && latest.producer !== "" && latest.producer !== own
          ? [
              warning(
                "secondary",
                `${message}, but hub ${latest.producer} made it, not this one`,
                "wait for the first backup of this hub; pause the schedule of the other one",
              ),
            ]
          : [passed("secondary", message)];
      },
    }),
};

export const backupAge: PostflightCheck = {
  id: "backup-age",
  number: 11,
  name: "Backups are made on time",
  hub: "secondary",
  evaluate: ({ backups, schedules }, { backupMaxAge }, observation) =>
    judge(allOf(backups, schedules), {
      hub: "secondary",
      unreadable: "critical",
      decide: ([all, found]) => {
        const now = newHubTime(observation);
        const completed = all.filter(({ phase }) => phase === "Completed");
        const completedAt = newestOfType(completed, "managedClusters")?.completedAt;
        const cron = scheduleInForce(found)?.spec?.veleroSchedule;
        const cadence = cron === undefined ? undefined : cadenceSeconds(cron, now);
        if (cadence === undefined) {
          return [skipped("secondary", "there is no schedule that can be read, see backup-schedule")];
        }
        if (completedAt === undefined) {
          return [critical("secondary", "no managed-clusters backup is Completed", "take a backup")];
        }
        const message = `the newest managed-clusters backup was completed ${formatSpan(now - completedAt)} ago; the schedule "${cron}" makes one every ${formatSpan(cadence * 1000)}`;
        return now - completedAt > (cadence + backupMaxAge) * 1000
          ? [critical("secondary", message, "see why the schedule made no backup since, then run one")]
          : [passed("secondary", message)];
      },
    }),
};

export const backupStorage: PostflightCheck = {
  id: "backup-storage",
  number: 13,
  name: "Backup storage is available",
  hub: "secondary",
  evaluate: ({ storageLocations }) =>
    judge(storageLocations, {
      hub: "secondary",
      unreadable: "critical",
      decide: (locations): readonly Finding[] => {
        const fix = "check bucket, credentials and network of the DataProtectionApplication's backup location";
        const down = locations.filter(({ phase }) => phase !== "Available");
        if (down.length === locations.length) {
          const detail = locations.length === 0 ? "there is none" : nameList(down.map(describeStorage));
          return [critical("secondary", `no BackupStorageLocation is Available: ${detail}`, fix)];
        }
        return down.length === 0
          ? [passed("secondary", nameList(locations.map(describeStorage)))]
          : [warning("secondary", nameList(down.map(describeStorage)), fix)];
      },
    }),
};
