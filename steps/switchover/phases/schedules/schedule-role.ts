import type { HubName } from "../../acm/hub-identity.ts";
import type { BackupSchedule } from "../../acm/hub-objects.ts";
import type { OperationMemory, RollbackMemory, ScheduleProgress } from "../../state/operation-memory.ts";
import { hubWords } from "../hub-words.ts";

/** Which hub's BackupSchedule is worked on, and where the operation remembers how far that is. */
export interface ScheduleRole<H extends HubName = HubName> {
  readonly hub: H;
  /** `new hub`, for people. */
  readonly words: string;
  progress(memory: OperationMemory): ScheduleProgress;
  keep(memory: OperationMemory, change: ScheduleProgress): OperationMemory;
  /** The schedule that is meant among those of the hub. */
  pick(schedules: readonly BackupSchedule[], memory: OperationMemory): BackupSchedule | undefined;
}

/** The schedule by which the new hub takes over. */
export const onNewHub: ScheduleRole<"secondary"> = {
  hub: "secondary",
  words: hubWords.secondary,
  progress: (memory) => memory,
  keep: (memory, change) => ({ ...memory, ...change }),
  pick: ([first]) => first,
};

/** Changes what a rollback remembers; where none has begun there is nothing to change. */
export function withRollback(memory: OperationMemory, change: Partial<RollbackMemory>): OperationMemory {
  return memory.rollback === undefined ? memory : { ...memory, rollback: { ...memory.rollback, ...change } };
}

/** A wait that ended well leaves nothing behind: a run that was killed in it would not know of it either. */
export function forgetWait(memory: OperationMemory, wait: "deletion_awaited" | "clusters_awaited"): OperationMemory {
  if (memory.rollback === undefined) return memory;
  const { [wait]: _ended, ...rollback } = memory.rollback;
  return { ...memory, rollback };
}

/** The schedule that a rollback gives back to the old hub. Others of that hub stay as they are. */
export const onOldHub: ScheduleRole<"primary"> = {
  hub: "primary",
  words: hubWords.primary,
  progress: (memory) => memory.rollback?.schedule ?? {},
  keep: (memory, change) => withRollback(memory, { schedule: { ...memory.rollback?.schedule, ...change } }),
  pick: (schedules, memory) =>
    schedules.find(({ metadata }) => metadata.name === memory.rollback?.schedule?.created_schedule?.name),
};
