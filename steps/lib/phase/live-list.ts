import { type DefaultRenderer, Listr, type ListrTaskWrapper, type SimpleRenderer } from "listr2";
import type { PhaseEvent } from "./types.ts";

type Row = ListrTaskWrapper<undefined, typeof DefaultRenderer, typeof SimpleRenderer>;
type Ending = { readonly state: "done" | "skipped" | "failed"; readonly text: string };

interface StepEntry {
  readonly title: string;
  readonly ended: PromiseWithResolvers<Ending>;
  row?: Row;
}

type Begun =
  | { readonly state: "steps"; readonly steps: readonly StepEntry[] }
  | { readonly state: "past"; readonly note: string };

interface PhaseEntry {
  readonly begun: PromiseWithResolvers<Begun>;
  readonly steps: Map<string, StepEntry>;
}

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

/**
 * The phases of an operation as a list that a terminal redraws: one row per phase, below the running one its steps, below
 * the running step the newest note. Fed with the phase runner's events.
 *
 * @example const list = new LivePhaseList(["preparation", "activation"]); await runPhase({ …, emit: (event) => list.take(event) }); await list.close();
 */
export class LivePhaseList {
  readonly #phases: ReadonlyMap<string, PhaseEntry>;
  readonly #drawn: Promise<unknown>;

  constructor(names: readonly string[]) {
    this.#phases = new Map(
      names.map((name) => [name, { begun: Promise.withResolvers<Begun>(), steps: new Map<string, StepEntry>() }]),
    );
    const list = new Listr(
      [...this.#phases].map(([name, entry]) => ({
        title: name.replaceAll("_", " "),
        task: (_: undefined, row: Row) => showPhase(entry, row),
      })),
      { exitOnError: false, rendererOptions: { collapseErrors: true, collapseSkips: true, collapseSubtasks: false } },
    );
    // Its failures are those that the phase runner reports by itself.
    this.#drawn = list.run().catch(() => undefined);
  }

  /** A phase that an earlier run completed. */
  past(phase: string, note: string): void {
    this.#phases.get(phase)?.begun.resolve({ state: "past", note });
  }

  take(event: PhaseEvent): void {
    const phase = this.#phases.get(event.phase);
    if (phase === undefined) return;
    if (event.type === "phase-started") begin(phase, event.steps);
    else if (event.type === "phase-ended") endOpen(phase);
    else show(phase.steps.get(event.step), event);
  }

  /** Resolves when the last rows are drawn. What has not run is shown as such. */
  async close(): Promise<void> {
    for (const phase of this.#phases.values()) {
      phase.begun.resolve({ state: "past", note: "did not run" });
      endOpen(phase);
    }
    await this.#drawn;
  }
}

function begin(phase: PhaseEntry, steps: Extract<PhaseEvent, { type: "phase-started" }>["steps"]): void {
  for (const { name, title } of steps) phase.steps.set(name, { title, ended: Promise.withResolvers<Ending>() });
  phase.begun.resolve({ state: "steps", steps: [...phase.steps.values()] });
}

function endOpen(phase: PhaseEntry): void {
  for (const { ended } of phase.steps.values()) ended.resolve({ state: "skipped", text: "did not run" });
}

type StepEvent = Exclude<PhaseEvent, { type: "phase-started" | "phase-ended" }>;

function show(step: StepEntry | undefined, event: StepEvent): void {
  const [ending, note] = [endingOf(event), noteOf(event)];
  if (ending !== undefined) step?.ended.resolve(ending);
  if (note !== undefined && step?.row !== undefined) step.row.output = note;
}

function endingOf(event: StepEvent): Ending | undefined {
  switch (event.type) {
    case "step-done":
      return { state: "done", text: `${event.note} (${seconds(event.durationMs)})` };
    case "step-already-done":
      return { state: "done", text: `already done: ${event.note}` };
    case "step-skipped":
      return { state: "skipped", text: event.note };
    case "step-planned":
      return { state: "done", text: `planned: ${event.changes[0]?.summary ?? "nothing"}${others(event.changes)}` };
    case "step-failed":
    case "step-interrupted":
      return { state: "failed", text: `${event.error.text.id}: ${event.error.text.what}` };
    default:
      return undefined;
  }
}

/** Of a long plan the list shows the beginning. */
function others({ length }: readonly unknown[]): string {
  return length > 1 ? ` (and ${length - 1} more)` : "";
}

function noteOf(event: StepEvent): string | undefined {
  switch (event.type) {
    case "waiting":
      return event.note;
    case "cluster":
      return event.count === undefined
        ? undefined
        : `connected ${thousands(event.count.done)}/${thousands(event.count.total)}`;
    case "progress":
      return `${event.done} of ${event.total} written`;
    case "warning":
      return `warning: ${event.note}`;
    default:
      return undefined;
  }
}

const thousands = (count: number): string => count.toLocaleString("en-US");

async function showPhase({ begun }: PhaseEntry, row: Row): Promise<unknown> {
  const what = await begun.promise;
  if (what.state === "past") {
    row.skip(`${row.title}: ${what.note}`);
    return undefined;
  }
  return row.newListr(
    what.steps.map((step) => ({ title: step.title, task: (_: undefined, own: Row) => showStep(step, own) })),
    { exitOnError: false, rendererOptions: { collapseErrors: true, collapseSkips: true } },
  );
}

async function showStep(step: StepEntry, row: Row): Promise<void> {
  step.row = row;
  const ending = await step.ended.promise;
  const told = `${step.title}: ${ending.text}`;
  if (ending.state === "failed") throw new Error(told);
  // The message of a skip stands in the place of the title.
  if (ending.state === "skipped") row.skip(told);
  else row.title = told;
}
