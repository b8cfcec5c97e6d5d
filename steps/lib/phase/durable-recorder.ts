import type { Clock } from "../clock/clock.ts";
import type { FairleadError } from "../errors/fairlead-error.ts";
import type { Journal } from "../state/journal.ts";
import type { Recorder } from "./types.ts";

/** How an area's state document holds what the runner records. Pure; `at` is ISO-8601 UTC. */
export interface RecordedDocument<D, M> {
  memory(document: D): M;
  withMemory(document: D, memory: M): D;
  isRecorded(document: D, step: string): boolean;
  withRecord(
    document: D,
    entry: {
      readonly step: string;
      readonly phase: string;
      readonly durationMs: number;
      readonly at: string;
      readonly warnings: readonly string[];
    },
  ): D;
  /** Holds each of them once, also those that it held before. */
  withWarnings(document: D, warnings: readonly string[]): D;
  withoutRecord(document: D, step: string): D;
  withError(
    document: D,
    entry: { readonly step: string; readonly phase: string; readonly error: FairleadError; readonly at: string },
  ): D;
}

export interface DurableRecorderOptions<D, M> {
  /** As it was loaded, or a fresh one. */
  readonly document: D;
  readonly shape: RecordedDocument<D, M>;
  /** Durable when it resolves: `writeFileAtomically`. */
  readonly save: (document: D) => Promise<void>;
  readonly journal: Journal;
  readonly clock: Clock;
  /** Called before each write of state or intent; throws when this run no longer owns the state: `lock.assertHeld`. */
  readonly guard: () => Promise<void>;
}

export interface DurableRecorder<D, M> extends Recorder<M> {
  document(): D;
  /** Any other change of the document, durable when it resolves. */
  update(change: (document: D) => D): Promise<void>;
}

/**
 * The recorder of a real run: one state document, replaced atomically at each change, and a journal of what happened
 * in between. What is in memory never runs ahead of what is on disk.
 */
export function durableRecorder<D, M>(options: DurableRecorderOptions<D, M>): DurableRecorder<D, M> {
  const { shape, save, journal, clock, guard } = options;
  let { document } = options;
  let queue: Promise<void> = Promise.resolve();
  const at = (): string => new Date(clock.now()).toISOString();

  function update(change: (document: D) => D): Promise<void> {
    const written = queue.then(async () => {
      const next = change(document);
      if (next === document) return;
      await guard();
      await save(next);
      document = next;
    });
    // The caller gets the failure; the queue only keeps the order.
    queue = written.catch(() => undefined);
    return written;
  }

  async function append(event: string, phase: string, step: string, more: Readonly<Record<string, unknown>>) {
    await guard();
    await journal.append({ event, phase, step, ...more });
  }

  return {
    document: () => document,
    update,
    memory: () => shape.memory(document),
    remember: (change) => update((before) => shape.withMemory(before, change(shape.memory(before)))),
    isRecorded: (step) => shape.isRecorded(document, step),
    async record(step, phase, durationMs, warnings) {
      await update((before) => shape.withRecord(before, { step, phase, durationMs, at: at(), warnings }));
      await append("recorded", phase, step, { durationMs: Math.round(durationMs) });
    },
    keepWarning: (warning) => update((before) => shape.withWarnings(before, [warning])),
    forget: (step) => update((before) => shape.withoutRecord(before, step)),
    intend: (phase, step, what) => append("intent", phase, step, { what }),
    async fail(phase, step, error) {
      await update((before) => shape.withError(before, { step, phase, error, at: at() }));
      await append("failed", phase, step, { ...error.text });
    },
    interrupt: (phase, step, cause) => append("interrupted", phase, step, { ...cause.text }),
  };
}
