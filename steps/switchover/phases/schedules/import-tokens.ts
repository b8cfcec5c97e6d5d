import type { Action, StepPlan } from "../../../lib/phase/types.ts";
import {
  type ComponentState,
  managedServiceAccountComponent,
  wantsManagedServiceAccounts,
} from "../../acm/backup-schedule.ts";
import type { HubName } from "../../acm/hub-identity.ts";
import type { BackupSchedule } from "../../acm/hub-objects.ts";
import { multiClusterEngines } from "../../acm/resources.ts";
import type { OperationMemory } from "../../state/operation-memory.ts";
import { switchoverError } from "../../switchover-error.ts";
import type { HubContext } from "../hub-reads.ts";
import { noneIfAbsent } from "../none-if-absent.ts";
import { unlessForbidden } from "../unless-forbidden.ts";
import type { ScheduleRole } from "./schedule-role.ts";

// What a BackupSchedule does to the import tokens of its hub. The backup operator of ACM 2.16 deletes every one of them,
// restored ones included, when it first sees a schedule without useManagedServiceAccount, or one with it while the
// component managedserviceaccount is off.

/** What a hub says of the component that makes its import tokens; `unreadable` where nobody may look. */
export type TokenComponent = ComponentState | "unreadable";

/** The component of a hub that makes its import tokens. */
export async function tokenComponentOf<H extends HubName>(context: HubContext<H>, hub: H): Promise<TokenComponent> {
  const { clients, signal } = context;
  const list = async () => (await clients[hub].list(multiClusterEngines, {}, { signal })).items;
  const engines = await unlessForbidden(() => noneIfAbsent(list), "unreadable" as const);
  return engines === "unreadable" ? engines : managedServiceAccountComponent(engines[0]);
}

/** Refuses a BackupSchedule that would delete the import tokens of the hub although it asks for them. Pure. */
export function guardTokens(
  wanted: boolean,
  component: TokenComponent,
  role: ScheduleRole,
): StepPlan<OperationMemory> | undefined {
  if (!wanted || component !== "disabled") {
    return undefined;
  }
  return {
    state: "refused",
    error: switchoverError("SW-FIN-03", {
      what: `the ${role.words}'s component managedserviceaccount is disabled`,
      why: `a BackupSchedule that uses it would be refused and delete every import token of the ${role.words}`,
      fix: `enable the component in the MultiClusterEngine of the ${role.words}, then resume; nothing was created`,
    }),
  };
}

/** What is said before a BackupSchedule is made or unpaused that deletes import tokens, or may do so. Pure. */
export function tokenWarnings(
  schedule: BackupSchedule,
  component: TokenComponent,
  role: ScheduleRole,
): readonly Action<OperationMemory>[] {
  const message = wantsManagedServiceAccounts(schedule)
    ? doubtOf(schedule, component, role)
    : `BackupSchedule ${schedule.metadata.name} has useManagedServiceAccount ${String(schedule.spec?.useManagedServiceAccount ?? "unset")}: every import token of the ${role.words} is deleted, restored ones too, and imported clusters cannot be moved again; set it to true${component === "enabled" ? "" : " once the component managedserviceaccount is enabled"}`;
  return message === undefined ? [] : [{ kind: "warn", message }];
}

function doubtOf({ metadata }: BackupSchedule, component: TokenComponent, { words }: ScheduleRole): string | undefined {
  const why = cannotTell(component);
  return why === undefined
    ? undefined
    : `whether the ${words} can make import tokens is not known: ${why}; if the component managedserviceaccount is off there, BackupSchedule ${metadata.name} is refused and every import token is deleted; enable the component in the MultiClusterEngine of the ${words}`;
}

function cannotTell(component: TokenComponent): string | undefined {
  switch (component) {
    case "not-listed":
      return "its MultiClusterEngine does not list the component managedserviceaccount";
    case "no-engine":
      return "it has no MultiClusterEngine";
    case "unreadable":
      return "its MultiClusterEngine may not be read";
    case "enabled":
    case "disabled":
      return undefined;
  }
}
