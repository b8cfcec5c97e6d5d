import type { FairleadError } from "../../../lib/errors/fairlead-error.ts";
import type { VeleroRestoreSummary } from "../../acm/acm-restore.ts";
import { type BackupSummary, nameTimestamp } from "../../acm/backup.ts";
import { formatSpan } from "../../preflight/age.ts";
import { switchoverError } from "../../switchover-error.ts";

/** What of a hub's backups an activation is held against. */
export interface BackupShelf {
  /** Visible on the new hub. */
  readonly backups: readonly BackupSummary[];
  /** Clock of the new hub, ms since the epoch. */
  readonly hubTime: number;
}

function startOf(name: string, { backups }: BackupShelf): number | undefined {
  return backups.find((backup) => backup.name === name)?.startedAt;
}

/**
 * By their starts, as the operator chooses; by their names where one of them is gone. Never a start against a name:
 * Velero 1.18 runs one Backup at a time, so that one can start minutes after the time in its name.
 */
function isOlder(one: string, other: string, shelf: BackupShelf): boolean {
  const starts = [startOf(one, shelf), startOf(other, shelf)] as const;
  const [first, second] = starts.includes(undefined) ? [nameTimestamp(one), nameTimestamp(other)] : starts;
  return first !== undefined && second !== undefined && first < second;
}

function withAge(name: string, shelf: BackupShelf): string {
  const at = startOf(name, shelf) ?? nameTimestamp(name);
  return at === undefined ? name : `${name} (${formatSpan(shelf.hubTime - at)} old)`;
}

/** What is wrong with the backup that the clusters came from. */
export interface UsedBackup {
  /** It is too old. */
  readonly error?: FairleadError;
  readonly warnings: readonly string[];
}

/**
 * Holds the backup that the clusters came from against the one that they were to come from. A newer one is usual from ACM
 * 2.17, which resolves `latest` only after the other restores. Pure.
 */
export function judgeUsedBackup(
  used: string,
  expected: string,
  shelf: BackupShelf & { readonly allowOlder: boolean },
): UsedBackup {
  if (used === expected) return { warnings: [] };
  const which = `${withAge(used, shelf)}, expected was ${withAge(expected, shelf)}`;
  const warnings = [`the clusters were restored from ${which}`];
  if (shelf.allowOlder || !isOlder(used, expected, shelf)) return { warnings };
  const error = switchoverError("SW-ACT-22", {
    what: "the clusters on the new hub were restored from an older backup than expected",
    why: `restored was ${which}: what changed in between is not on the new hub`,
    fix: "use rollback to return to the old hub, and look why the expected backup was not taken; or look what is missing on the new hub and resume with allow-partial-restore",
  });
  return { error, warnings };
}

/**
 * Backups of another hub among those that were restored: `latest` takes each kind by itself, so that two writers on one
 * storage mix their sets. Pure.
 *
 * @param oldHub its id; absent where it is declared down, and the restored ones are only held against each other
 */
export function foreignBackups(
  restores: readonly VeleroRestoreSummary[],
  { backups }: BackupShelf,
  oldHub: string | undefined,
): readonly string[] {
  const restored = new Set(restores.map(({ backupName }) => backupName));
  const told = backups.filter(({ name, producer }) => restored.has(name) && producer !== "");
  const hubs = new Set(told.map(({ producer }) => producer));
  const isMixed = hubs.size > 1;
  const foreign = told.filter(({ producer }) => (oldHub === undefined ? isMixed : producer !== oldHub));
  if (foreign.length === 0) return [];
  const list = foreign.map(({ name, producer }) => `${name} by hub ${producer}`).join(", ");
  const what = oldHub === undefined ? "are of several hubs" : `were not all made by the old hub ${oldHub}`;
  return [`the restored backups ${what}: ${list}; two hubs write to one storage, and \`latest\` mixes their sets`];
}
