import { type AcmVersion, isBelow } from "./acm-version.ts";
import { component } from "./constants.ts";
import type { BackupSchedule, MultiClusterEngine } from "./hub-objects.ts";

/**
 * Whether a BackupSchedule makes every ACM Restore beside it end `FinishedWithErrors`. The phase decides, not
 * `spec.paused`; no phase yet counts as active. On 2.11 only a collided one lets a Restore run.
 */
export function scheduleBlocksRestores(schedule: BackupSchedule, version: AcmVersion): boolean {
  const phase = schedule.status?.phase ?? "";
  return phase !== "BackupCollision" && (phase !== "Paused" || isBelow(version, "2.12"));
}

export function wantsManagedServiceAccounts(schedule: BackupSchedule): boolean {
  return schedule.spec?.useManagedServiceAccount === true;
}

/** Why a `FailedValidation` was reported, from the operator's text. Decides only severity and advice. */
export function validationCause(
  lastMessage: string,
): "active-restore" | "managed-service-account" | "storage" | "cron" | "other" {
  if (/\brestore\b.*\bactive\b/i.test(lastMessage)) {
    return "active-restore";
  }
  if (/managed-?\s?service-?\s?account/i.test(lastMessage)) {
    return "managed-service-account";
  }
  if (/storage\s?location/i.test(lastMessage)) {
    return "storage";
  }
  return /cron|schedule/i.test(lastMessage) ? "cron" : "other";
}

export type ComponentState = "enabled" | "disabled" | "not-listed" | "no-engine";

/** What the MultiClusterEngine says about the component that a BackupSchedule with import tokens needs. */
export function managedServiceAccountComponent(engine: MultiClusterEngine | undefined): ComponentState {
  if (engine === undefined) {
    return "no-engine";
  }
  const entry = engine.spec?.overrides?.components?.find(({ name }) => name === component.managedServiceAccount);
  if (entry?.enabled === undefined) {
    return "not-listed";
  }
  return entry.enabled ? "enabled" : "disabled";
}
