import { type EventText, EventWriter } from "../../lib/kube/events.ts";
import type { KubeClient, ObjectRef, Resource } from "../../lib/kube/types.ts";
import type { PhaseEvent } from "../../lib/phase/types.ts";
import { restoreName } from "../acm/constants.ts";
import type { HubName } from "../acm/hub-identity.ts";
import { acmRestores, backupSchedules } from "../acm/resources.ts";
import type { SwitchoverContext } from "../phases/switchover-context.ts";
import type { OperationMemory } from "../state/operation-memory.ts";

/** What `kubectl describe` of an object shall tell of a switchover. */
export interface HubEvent {
  readonly hub: HubName;
  readonly resource: Resource;
  readonly ref: ObjectRef & { readonly uid?: string };
  readonly text: EventText;
}

type Object = Pick<HubEvent, "hub" | "resource" | "ref">;

const action = "Switchover";

function pausedSchedules(memory: OperationMemory, namespace: string): readonly Object[] {
  return (memory.saved_backup_schedules ?? []).map(({ metadata: { name, uid } }) => ({
    hub: "primary",
    resource: backupSchedules,
    ref: { name, namespace, ...(uid === undefined ? {} : { uid }) },
  }));
}

function activationRestore({ activation }: OperationMemory, namespace: string): readonly Object[] {
  if (activation === undefined) return [];
  const ref = { name: activation.restoreName, namespace, uid: activation.restoreUid };
  return [{ hub: "secondary", resource: acmRestores, ref }];
}

function newSchedule({ created_schedule: created }: OperationMemory, namespace: string): readonly Object[] {
  return created === undefined
    ? []
    : [{ hub: "secondary", resource: backupSchedules, ref: { name: created.name, namespace } }];
}

/** By name: it may have been made anew. */
function oldSchedule({ rollback }: OperationMemory, namespace: string): readonly Object[] {
  const created = rollback?.schedule?.created_schedule;
  return created === undefined
    ? []
    : [{ hub: "primary", resource: backupSchedules, ref: { name: created.name, namespace } }];
}

function passiveRestore(namespace: string): readonly Object[] {
  return [{ hub: "primary", resource: acmRestores, ref: { name: restoreName.passiveSync, namespace } }];
}

/** Which objects a finished step has changed, and the word for it. */
function finished(step: string, memory: OperationMemory, namespace: string) {
  switch (step) {
    case "pause_backup_schedule":
      return { reason: "BackupsPaused", objects: pausedSchedules(memory, namespace) };
    case "activate_managed_clusters":
      return { reason: "FleetActivated", objects: activationRestore(memory, namespace) };
    case "fix_backup_collision":
      return { reason: "BackupsEnabled", objects: newSchedule(memory, namespace) };
    case "handle_old_hub":
      return { reason: "PassiveSyncStarted", objects: passiveRestore(namespace) };
    case "rb_delete_activation_restore":
      return { reason: "ActivationTakenBack", objects: activationRestore(memory, namespace) };
    case "rb_enable_backup_schedule":
      return { reason: "BackupsRestored", objects: oldSchedule(memory, namespace) };
    default:
      return undefined;
  }
}

/** The object that a failure of a phase concerns most. */
function concerned(phase: string, memory: OperationMemory, namespace: string): readonly Object[] {
  switch (phase) {
    case "primary_preparation":
    case "rollback":
      return pausedSchedules(memory, namespace);
    case "activation":
      return activationRestore(memory, namespace);
    default:
      return newSchedule(memory, namespace);
  }
}

/** The Events that a phase event is worth; most are worth none. Pure. */
export function hubEventsOf(event: PhaseEvent, memory: OperationMemory, namespace: string): readonly HubEvent[] {
  if (event.type === "step-done") {
    const done = finished(event.step, memory, namespace);
    const text = { type: "Normal", reason: done?.reason ?? "", action, note: `switchover: ${event.note}` } as const;
    return (done?.objects ?? []).map((object) => ({ ...object, text }));
  }
  if (event.type === "step-failed") {
    const { id, what, why } = event.error.text;
    const note = `switchover: ${id} in step ${event.step}: ${what}: ${why}`;
    const text = { type: "Warning", reason: "SwitchoverFailed", action, note } as const;
    return concerned(event.phase, memory, namespace).map((object) => ({ ...object, text }));
  }
  return [];
}

/** Writes Events beside a phase. A dry run writes none. */
export class HubEvents {
  private readonly context: SwitchoverContext;
  /** None for a hub that this run does not ask. */
  private readonly writers: Readonly<Partial<Record<HubName, EventWriter>>>;
  private writing: Promise<void> = Promise.resolve();

  constructor(context: SwitchoverContext, runId: string) {
    const { clients, clock, random, log } = context;
    const writer = (client: KubeClient): EventWriter =>
      new EventWriter({
        client,
        controller: "fairlead.io/switchover",
        instance: runId,
        clock,
        random,
        log,
      });
    this.context = context;
    const secondary = writer(clients.secondary);
    this.writers = clients.primary === undefined ? { secondary } : { primary: writer(clients.primary), secondary };
  }

  /** Does not wait: an Event holds nothing up. */
  take(event: PhaseEvent): void {
    const { context } = this;
    if (context.dryRun.enabled) return;
    for (const { hub, resource, ref, text } of hubEventsOf(event, context.memory(), context.namespaces.backup)) {
      this.writing = this.writing.then(() => this.writers[hub]?.write(resource, ref, text, context.signal));
    }
  }

  /** Resolves when all that was taken is written, or could not be. */
  settled(): Promise<void> {
    return this.writing;
  }
}
