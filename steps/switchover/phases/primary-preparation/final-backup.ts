import type { FairleadError } from "../../../lib/errors/fairlead-error.ts";
import type { Action, Change, StepPlan, Wait } from "../../../lib/phase/types.ts";
import { waitOn } from "../../../lib/phase/types.ts";
import { type BackupSummary, isInProgress } from "../../acm/backup.ts";
import { label, veleroScheduleName } from "../../acm/constants.ts";
import type { VeleroBackup, VeleroSchedule } from "../../acm/hub-objects.ts";
import { veleroBackups, veleroSchedules } from "../../acm/resources.ts";
import type { OperationMemory } from "../../state/operation-memory.ts";
import { switchoverError } from "../../switchover-error.ts";
import { backupsOf } from "../hub-reads.ts";
import { type BothHubsContext, ms, oldHubStep } from "../switchover-context.ts";

interface Seen {
  /** ACM's Velero Schedules of the old hub. */
  readonly schedules: readonly VeleroSchedule[];
  readonly onPrimary: readonly BackupSummary[];
  readonly onSecondary: readonly BackupSummary[];
}

type Plan = StepPlan<OperationMemory>;

const scheduleNames: ReadonlySet<string> = new Set(Object.values(veleroScheduleName));
/** A final backup that did not succeed: the next run makes another. */
const backupFailed = "SW-PREP-03";

const stampLength = 14;

/** `20260101120000`, as Velero ends the names of the backups of a schedule. */
function stampOf(time: number): string {
  return new Date(time).toISOString().replace(/[-:T]/g, "").slice(0, stampLength);
}

/**
 * One name for each schedule, all with one timestamp, so that they count as one set; later where a name is taken. Pure.
 *
 * @param now ms since the epoch
 */
export function finalBackupNames(
  schedules: readonly string[],
  taken: ReadonlySet<string>,
  now: number,
): readonly string[] {
  const names = schedules.map((schedule) => `${schedule}-${stampOf(now)}`);
  return names.some((name) => taken.has(name)) ? finalBackupNames(schedules, taken, now + 1000) : names;
}

function scheduleOf(name: string, schedules: readonly VeleroSchedule[]): VeleroSchedule | undefined {
  return schedules.find(({ metadata }) => name === `${metadata.name}-${name.slice(-stampLength)}`);
}

/** What Velero itself would make of the schedule. */
function creation(name: string, schedule: VeleroSchedule, context: BothHubsContext): Change {
  const { backup: namespace } = context.namespaces;
  const labels = { ...schedule.metadata.labels, [label.veleroScheduleName]: schedule.metadata.name };
  const body: VeleroBackup = {
    apiVersion: "velero.io/v1",
    kind: "Backup",
    metadata: { name, namespace, labels },
    spec: schedule.spec?.template ?? {},
  };
  return {
    target: "primary",
    resource: veleroBackups,
    ref: { name, namespace },
    summary: `back up once more: create Backup ${name}`,
    madeUp: [name.slice(-stampLength)],
    verb: "create",
    body,
  };
}

function failed(why: string): FairleadError {
  return switchoverError(backupFailed, {
    what: "the final backup of the old hub did not succeed",
    why,
    fix: "look at the log of Velero on the old hub, mend the cause, then resume: another one is made; or leave final-backup out",
  });
}

function brokenOf(names: readonly string[], backups: readonly BackupSummary[]): readonly string[] {
  return backups
    .filter(({ name, phase }) => names.includes(name) && !isInProgress(phase) && phase !== "Completed")
    .map(({ name, phase, errors }) => `${name} is ${phase}${errors === 0 ? "" : ` (${errors} errors)`}`);
}

function missingOf(names: readonly string[], backups: readonly BackupSummary[]): readonly string[] {
  const completed = new Set(backups.filter(({ phase }) => phase === "Completed").map(({ name }) => name));
  return names.filter((name) => !completed.has(name));
}

function untilCompleted(names: readonly string[], context: BothHubsContext): Wait {
  return waitOn({
    title: "waiting until the final backup of the old hub is Completed",
    sources: { backups: backupsOf.live(context, "primary") },
    decide: ({ backups }) => {
      const broken = brokenOf(names, backups);
      if (broken.length > 0) return { state: "failed", error: failed(broken.join(", ")) };
      const open = missingOf(names, backups);
      return open.length === 0
        ? { state: "done", note: "all Completed" }
        : { state: "pending", note: `not yet Completed: ${open.join(", ")}` };
    },
    // Velero runs one Backup at a time.
    timeoutMs: ms(context.tuning.backupVerify),
    onTimeout: (note) =>
      switchoverError(
        "SW-PREP-04",
        {
          what: "the final backup of the old hub did not end in time",
          why: note,
          fix: "it goes on by itself: resume to wait for it; see whether Velero of the old hub works",
        },
        "timeout",
      ),
  });
}

function untilVisible(names: readonly string[], context: BothHubsContext): Wait {
  return waitOn({
    title: "waiting until the new hub sees the final backup",
    sources: { backups: backupsOf.live(context, "secondary") },
    decide: ({ backups }) => {
      const open = missingOf(names, backups);
      return open.length === 0
        ? { state: "done", note: "all visible" }
        : { state: "pending", note: `not yet on the new hub: ${open.join(", ")}` };
    },
    timeoutMs: ms(context.tuning.backupSyncWait),
    onTimeout: (note) =>
      switchoverError(
        "SW-PREP-05",
        {
          what: "the final backup of the old hub did not reach the new hub",
          why: note,
          fix: "check Velero and the storage location of the new hub, then resume",
        },
        "timeout",
      ),
  });
}

function planNamed(names: readonly string[], seen: Seen, context: BothHubsContext): Plan {
  const there = new Set(seen.onPrimary.map(({ name }) => name));
  const create = names.flatMap((name): readonly Change[] => {
    const schedule = there.has(name) ? undefined : scheduleOf(name, seen.schedules);
    return schedule === undefined ? [] : [creation(name, schedule, context)];
  });
  const isDone = missingOf(names, seen.onPrimary).length === 0 && missingOf(names, seen.onSecondary).length === 0;
  if (isDone) return { state: "done", note: `both hubs have ${names.join(", ")}` };
  const actions: readonly Action<OperationMemory>[] = [
    ...create.map((change) => ({ kind: "write", change }) as const),
    { kind: "wait", wait: untilCompleted(names, context) },
    { kind: "wait", wait: untilVisible(names, context) },
  ];
  return { state: "act", note: `make a final backup: ${names.join(", ")}`, actions, afterwards: "plan-again" };
}

/** One more set of backups, so that the new hub gets what changed since the last scheduled one. Before the pause. */
export const finalBackup = oldHubStep<Seen>({
  name: "final_backup",
  title: "Back the old hub up once more",
  onResume: "trust-record",
  skip: ({ settings }) => (settings.finalBackup ? undefined : "final-backup is not asked for"),
  async read(context) {
    const { clients, namespaces, signal } = context;
    const [schedules, onPrimary, onSecondary] = await Promise.all([
      clients.primary.list(veleroSchedules, { namespace: namespaces.backup }, { signal }),
      backupsOf.once(context, "primary"),
      backupsOf.once(context, "secondary"),
    ]);
    return {
      schedules: schedules.items.filter(({ metadata }) => scheduleNames.has(metadata.name)),
      onPrimary,
      onSecondary,
    };
  },
  plan(seen, context) {
    const known = context.memory().final_backups;
    if (known !== undefined) return planNamed(known, seen, context);
    if (seen.schedules.length === 0) {
      const warning = "the old hub has no Velero Schedule of ACM to back up by: no final backup was made";
      return { state: "done", note: "nothing to back up by", warnings: [warning] };
    }
    const taken = new Set([...seen.onPrimary, ...seen.onSecondary].map(({ name }) => name));
    const schedules = seen.schedules.map(({ metadata }) => metadata.name);
    const names = finalBackupNames(schedules, taken, context.clock.now());
    const remember: Action<OperationMemory> = {
      kind: "remember",
      note: `the final backup is ${names.join(", ")}`,
      update: (memory) => ({ ...memory, final_backups: names }),
    };
    const plan = planNamed(names, seen, context);
    return plan.state === "act" ? { ...plan, actions: [remember, ...plan.actions] } : plan;
  },
  async onFailure(error) {
    if (error.text.id !== backupFailed) return [];
    return [
      {
        kind: "remember",
        note: "another final backup is made by the next run",
        update: ({ final_backups: _names, ...memory }: OperationMemory): OperationMemory => memory,
      },
    ];
  },
});
