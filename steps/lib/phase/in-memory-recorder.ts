import type { Recorder } from "./types.ts";

/**
 * The recorder of a dry run: starts from what is recorded, keeps every change to itself.
 *
 * @example const recorder = inMemoryRecorder(state.config, (step) => state.completed.has(step));
 */
export function inMemoryRecorder<M>(initial: M, isRecorded: (step: string) => boolean = () => false): Recorder<M> {
  let memory = initial;
  const recorded = new Set<string>();
  const forgotten = new Set<string>();
  const nothing = async (): Promise<void> => {
    // A dry run leaves no trace.
  };
  return {
    inMemory: true,
    memory: () => memory,
    remember: async (update) => {
      memory = update(memory);
    },
    isRecorded: (step) => recorded.has(step) || (isRecorded(step) && !forgotten.has(step)),
    record: async (step) => {
      recorded.add(step);
      forgotten.delete(step);
    },
    forget: async (step) => {
      recorded.delete(step);
      forgotten.add(step);
    },
    keepWarning: nothing,
    intend: nothing,
    fail: nothing,
    interrupt: nothing,
  };
}
