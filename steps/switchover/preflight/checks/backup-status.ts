import { source } from "../../../lib/kube/live-collection.ts";
import { waitOn } from "../../../lib/phase/types.ts";
import {
  type BackupSummary,
  type BackupType,
  isAcmOwned,
  isInProgress,
  newestOfType,
  summariseBackup,
} from "../../acm/backup.ts";
import { veleroBackups } from "../../acm/resources.ts";
import { formatSpan } from "../age.ts";
import type { Check, Waited, WaitRequest } from "../check.ts";
import { critical, type Finding, judge, passed, warning } from "../finding.ts";
import { nameList } from "../name-list.ts";
import { backupHub, hubTime, isOldHubDown, type Observation } from "../observation.ts";
import { valueOr } from "../reading.ts";
import type { PreflightSettings } from "../settings.ts";

const hourMs = 3600 * 1000;
const requiredTypes = ["managedClusters", "credentials", "resources"] as const satisfies readonly BackupType[];
const takeBackup = "run a backup on the primary and wait until all its parts are Completed";
const noneCanBeMade = "wait for Velero's sync on the secondary (about a minute), and see the check bsl";

/** What helps against a missing or bad backup. A hub that is down makes no other. */
function remedy(observation: Observation): string {
  return isOldHubDown(observation) ? noneCanBeMade : takeBackup;
}

/**
 * The newest backup of each kind on the primary is complete, and none is under way. Of a primary that is declared down the
 * secondary has the copies.
 */
export const backupStatus: Check = {
  id: "backup-status",
  number: 16,
  name: "Backups are complete",
  hubs: ["primary"],
  modes: "both",
  remedy:
    "run a backup on the old hub and wait until all its parts are Completed, or accept one with allow-partial-backup",
  onResume: "until-pause",
  wait: waitForBackups,
  evaluate: (observation, settings, waited) => {
    const { hub, backups } = backupHub(observation);
    return judge(backups, {
      hub,
      unreadable: "critical",
      decide: (all) => evaluateBackups(all.filter(isAcmOwned), observation, settings, waited),
    });
  },
};

function evaluateBackups(
  backups: readonly BackupSummary[],
  observation: Observation,
  settings: PreflightSettings,
  waited: Waited | undefined,
): readonly Finding[] {
  const { hub } = backupHub(observation);
  const running = backups.filter(({ phase }) => isInProgress(phase));
  if (running.length > 0) {
    const limit = formatSpan(settings.waits.backupInProgress * 1000);
    const fix = "see why Velero does not finish them (its log, the backup storage), then start again";
    return [critical(hub, `still running after ${limit}: ${nameList(running.map(describe))}`, fix)];
  }
  const present = new Set(backups.map(({ name }) => name));
  const vanished = waited?.awaited.filter((name) => !present.has(name)) ?? [];
  if (vanished.length > 0) {
    return [critical(hub, `vanished while running: ${nameList(vanished)}`, remedy(observation))];
  }
  return requiredTypes.flatMap((type) => evaluateType(type, backups, observation, settings));
}

function evaluateType(
  type: BackupType,
  backups: readonly BackupSummary[],
  observation: Observation,
  settings: PreflightSettings,
): readonly Finding[] {
  const { hub } = backupHub(observation);
  const backup = newestOfType(backups, type);
  if (backup === undefined) {
    return [critical(hub, `there is no ${type} backup`, remedy(observation))];
  }
  return [judgePhase(backup, observation, settings), ...judgeOrigin(type, backup, observation)];
}

function judgePhase(backup: BackupSummary, observation: Observation, settings: PreflightSettings): Finding {
  const { hub } = backupHub(observation);
  const age = hubTime(observation, hub) - (backup.completedAt ?? backup.startedAt ?? 0);
  if (backup.phase === "Completed") {
    return passed(hub, `${backup.name} is Completed, ${formatSpan(age)} old (${freshness(age)})`);
  }
  const detail = `the newest of its kind, ${describe(backup)}${backup.errors > 0 ? `, ${backup.errors} errors` : ""}`;
  return backup.phase === "PartiallyFailed" && settings.allowPartialBackup
    ? warning(hub, `${detail}; accepted by allow-partial-backup`, remedy(observation))
    : critical(hub, detail, remedy(observation));
}

function judgeOrigin(type: BackupType, backup: BackupSummary, observation: Observation): readonly Finding[] {
  const id = valueOr(observation.primary.identity, undefined)?.id;
  if (id === undefined || backup.producer === "" || backup.producer === id) {
    return [];
  }
  return [
    warning(
      "primary",
      `the newest ${type} backup ${backup.name} was made by hub ${backup.producer}, not by the primary: with two writers \`latest\` mixes their families`,
      "pause the BackupSchedule of the other hub and take a new backup on the primary",
    ),
  ];
}

/** Velero runs one Backup at a time, so that queued ones count as running. */
function waitForBackups(observation: Observation, settings: PreflightSettings): WaitRequest | undefined {
  const { hub, backups: known } = backupHub(observation);
  const running = runningBackups(valueOr(known, []));
  if (running.length === 0) {
    return undefined;
  }
  return {
    title: `waiting for backups of the ${hub}: ${nameList(running.map(describe))}`,
    awaited: running.map(({ name }) => name),
    build: (clientOf) =>
      waitOn({
        title: `waiting for backups of the ${hub} to end`,
        sources: {
          backups: source(clientOf(hub), veleroBackups, { namespace: settings.namespaces.backup }, summariseBackup),
        },
        decide: ({ backups }) => {
          const left = runningBackups(backups);
          return left.length === 0
            ? { state: "done", note: "all backups have ended" }
            : { state: "pending", note: nameList(left.map(describe)) };
        },
        timeoutMs: settings.waits.backupInProgress * 1000,
        pollMs: settings.waits.backupPoll * 1000,
      }),
  };
}

function runningBackups(backups: readonly BackupSummary[]): readonly BackupSummary[] {
  return backups.filter((backup) => isAcmOwned(backup) && isInProgress(backup.phase));
}

function describe({ name, phase }: BackupSummary): string {
  return `${name} is ${phase === "" ? "without a phase" : phase}`;
}

function freshness(age: number): string {
  if (age < hourMs) {
    return "FRESH";
  }
  return age < 24 * hourMs ? "acceptable" : "consider a fresh backup";
}
