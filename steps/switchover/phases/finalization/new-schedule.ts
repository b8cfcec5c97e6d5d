import { type AcmVersion, lacksPause } from "../../acm/acm-version.ts";
import { wantsManagedServiceAccounts } from "../../acm/backup-schedule.ts";
import { annotation } from "../../acm/constants.ts";
import type { BackupSchedule, BackupScheduleSpec } from "../../acm/hub-objects.ts";
import type { CreatedSchedule } from "../../state/operation-memory.ts";
import type { TokenComponent } from "../schedules/import-tokens.ts";

// Keys by which Argo CD and Flux know an object as theirs: on another hub they would delete it as an orphan.
const tracking = /^(argocd\.argoproj\.io\/|app\.kubernetes\.io\/instance$|([a-z0-9-]+\.)*fluxcd\.io\/)/;

const usualSpec: BackupScheduleSpec = { veleroSchedule: "0 */4 * * *" };

function kept(entries: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(entries ?? {}).filter(([key]) => key !== annotation.lastApplied && !tracking.test(key)),
  );
}

/** Which of several saved schedules the new hub gets: the one that owned the Velero Schedules, else the newest. Pure. */
export function chooseSchedule(saved: readonly BackupSchedule[]): BackupSchedule | undefined {
  const working = saved.filter((schedule) => !["Failed", "FailedValidation"].includes(schedule.status?.phase ?? ""));
  const byAge = (list: readonly BackupSchedule[]): BackupSchedule | undefined =>
    list
      .toSorted((a, b) => (a.metadata.creationTimestamp ?? "").localeCompare(b.metadata.creationTimestamp ?? ""))
      .at(-1);
  return byAge(working) ?? byAge(saved);
}

/**
 * The schedule that a template stands for, by the name that ACM's documentation uses. Where the template says nothing of
 * import tokens it makes them if the component works that makes them: a schedule that wants them without it is refused,
 * and either way every token of the hub is deleted (ACM 2.16). Pure.
 */
export function scheduleFromTemplate(spec: BackupScheduleSpec, component: TokenComponent): BackupSchedule {
  const useManagedServiceAccount = spec.useManagedServiceAccount ?? component === "enabled";
  return { metadata: { name: "acm-hub-backup" }, spec: { ...spec, useManagedServiceAccount } };
}

/** What the new hub gets where nobody can say what the lost hub had. Pure. */
export function defaultSchedule(component: TokenComponent): BackupSchedule {
  return scheduleFromTemplate({ veleroSchedule: "0 */4 * * *", veleroTtl: "168h" }, component);
}

/** What is unusual about {@link defaultSchedule}. */
export const defaultWarning =
  "nothing is known of the old hub's BackupSchedule: acm-hub-backup is made with a backup every 4 h (0 */4 * * *), each kept for 168 h; change it to what your fleet needs";

/**
 * The schedule, which makes import tokens if the one did that was saved before the switchover: without them, it would
 * delete those that the fleet was moved with. Pure.
 */
export function keepTokens(schedule: BackupSchedule, saved: readonly BackupSchedule[] = []): BackupSchedule {
  const before = chooseSchedule(saved);
  const { spec } = schedule;
  if (before === undefined || !wantsManagedServiceAccounts(before) || wantsManagedServiceAccounts(schedule)) {
    return schedule;
  }
  const ttl = spec?.managedServiceAccountTTL ?? before.spec?.managedServiceAccountTTL;
  return {
    ...schedule,
    spec: {
      ...(spec ?? usualSpec),
      useManagedServiceAccount: true,
      ...(ttl === undefined ? {} : { managedServiceAccountTTL: ttl }),
    },
  };
}

/**
 * A BackupSchedule to create from one that was read: nothing of its old life (owners, finalizers, status, tracking by
 * GitOps tools), unpaused, and without the flags that would suppress its first backup. Pure.
 *
 * @param version ACM of the hub that gets it: one that cannot pause does not know the field
 */
export function scheduleToCreate(from: BackupSchedule, namespace: string, version: AcmVersion): BackupSchedule {
  const { noBackupOnStart: _start, skipImmediately: _skip, paused: _paused, ...spec } = from.spec ?? usualSpec;
  return {
    apiVersion: "cluster.open-cluster-management.io/v1beta1",
    kind: "BackupSchedule",
    metadata: {
      name: from.metadata.name,
      namespace,
      labels: kept(from.metadata.labels),
      annotations: kept(from.metadata.annotations),
    },
    spec: lacksPause(version) ? spec : { ...spec, paused: false },
  };
}

/** The flags that {@link scheduleToCreate} left out and that the user had set. Pure. */
export function suppressedFlags(spec: BackupScheduleSpec | undefined): CreatedSchedule["suppressed"] {
  return {
    ...(spec?.noBackupOnStart === true ? { noBackupOnStart: true } : {}),
    ...(spec?.skipImmediately === true ? { skipImmediately: true } : {}),
  };
}
