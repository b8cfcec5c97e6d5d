import { source } from "../../../../steps/lib/kube/live-collection.ts";
import { durableRecorder, type RecordedDocument } from "../../../../steps/lib/phase/durable-recorder.ts";
import { type PhaseOutcome, runPhase } from "../../../../steps/lib/phase/run-phase.ts";
import {
  type Action,
  type PhaseContext,
  type PhaseEvent,
  type PhaseStep,
  phaseStep,
  type Recorder,
  type StepPlan,
  waitOn,
} from "../../../../steps/lib/phase/types.ts";
import type { Foreseen } from "../../../../steps/lib/plan/foreseen.ts";
import { alwaysDrawing, JumpingClock } from "../kube/fixtures.ts";
import { type Point, SmallWorld, type Thing, things } from "./small-world.ts";

export type Memory = Readonly<Record<string, unknown>>;
export type Context = PhaseContext<Memory>;
export type Step = PhaseStep<Context, Memory>;
export type Plan = StepPlan<Memory>;

interface Document {
  readonly memory: Memory;
  readonly steps: readonly string[];
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

const shape: RecordedDocument<Document, Memory> = {
  memory: ({ memory }) => memory,
  withMemory: (document, memory) => ({ ...document, memory }),
  isRecorded: ({ steps }, step) => steps.includes(step),
  withRecord: (document, { step, warnings }) => ({
    ...shape.withWarnings(document, warnings),
    steps: [...document.steps, step],
  }),
  withWarnings: (document, warnings) => ({ ...document, warnings: [...new Set([...document.warnings, ...warnings])] }),
  withoutRecord: (document, step) => ({ ...document, steps: document.steps.filter((name) => name !== step) }),
  withError: (document, { error }) => ({ ...document, errors: [...document.errors, error.text.id] }),
};

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child: () => silent };

/** A world and a disk, on which run after run goes on. */
export class SmallBench {
  readonly world = new SmallWorld();
  readonly journal: string[] = [];
  readonly events: PhaseEvent[] = [];
  readonly clock = new JumpingClock();
  disk: Document = { memory: {}, steps: [], errors: [], warnings: [] };

  /** A new process: it knows what is on the disk, nothing else. */
  run(steps: readonly Step[], options: RunOptions = {}): Promise<PhaseOutcome> {
    const { point = async () => undefined, signal = new AbortController().signal, dryRun } = options;
    const recorder = options.recorder ?? this.recorder(point);
    const { clock } = this;
    const clients = { hub: this.world.client(point) };
    const context: Context = {
      clients: options.foreseen?.watch(clients) ?? clients,
      memory: recorder.memory,
      log: silent,
      clock,
      random: alwaysDrawing(0.5),
      signal,
      dryRun: dryRun ?? { enabled: false },
    };
    const emit = (event: PhaseEvent): void => void this.events.push(event);
    const rounds = options.maxRounds === undefined ? {} : { maxRounds: options.maxRounds };
    return runPhase({ phase: "small", steps, context, recorder, emit, ...rounds });
  }

  recorder(point: Point): Recorder<Memory> {
    const { clock } = this;
    return durableRecorder({
      document: this.disk,
      shape,
      clock,
      guard: () => point("before a write to disk"),
      save: async (document) => {
        // A disk is slower than a cluster here: whoever does not wait for it is found out.
        for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        this.disk = document;
        await point("after saving");
      },
      journal: {
        append: async ({ event, step, what }) => {
          this.journal.push([event, step, what].filter((part) => part !== undefined).join(" "));
          await point("after journalling");
        },
        close: async () => undefined,
      },
    });
  }

  /** `type step` of each event so far. */
  told(): readonly string[] {
    return this.events.map((event) => ("step" in event ? `${event.type} ${event.step}` : event.type));
  }
}

export interface RunOptions {
  readonly point?: Point;
  readonly signal?: AbortSignal;
  readonly dryRun?: Context["dryRun"];
  readonly recorder?: Recorder<Memory>;
  readonly maxRounds?: number;
  /** Remembers what the run reads. */
  readonly foreseen?: Foreseen;
}

/** A step over one object of the world. */
export function stepOn(
  name: string,
  object: string,
  plan: (thing: Thing | undefined, context: Context) => Plan,
  more: Partial<Pick<Step, "onResume" | "onFailure">> = {},
): Step {
  return phaseStep<Context, Memory, Thing | undefined>({
    name,
    title: `do ${name}`,
    onResume: more.onResume ?? "observe",
    read: ({ clients, signal }) =>
      clients["hub"]?.find(things, { name: object }, { signal }) ?? Promise.resolve(undefined),
    plan,
    ...(more.onFailure === undefined ? {} : { onFailure: more.onFailure }),
  });
}

export function patching(name: string, spec: Thing["spec"], thing?: Thing): Action<Memory> {
  const { uid, resourceVersion } = thing?.metadata ?? {};
  const precondition =
    resourceVersion === undefined || uid === undefined ? {} : { precondition: { uid, resourceVersion } };
  const summary = `patch ${name}`;
  return {
    kind: "write",
    change: {
      target: "hub",
      resource: things,
      ref: { name },
      summary,
      verb: "merge-patch",
      patch: { spec },
      ...precondition,
    },
  };
}

export function creating(name: string, spec: Thing["spec"]): Action<Memory> {
  const body = { metadata: { name }, spec };
  return {
    kind: "write",
    change: { target: "hub", resource: things, ref: { name }, summary: `create ${name}`, verb: "create", body },
  };
}

export function deleting(name: string): Action<Memory> {
  return {
    kind: "write",
    change: { target: "hub", resource: things, ref: { name }, summary: `delete ${name}`, verb: "delete" },
  };
}

/** Waits until `holds` of all objects. */
export function waiting(
  context: Context,
  title: string,
  holds: (all: readonly Thing[]) => boolean,
  timeoutMs = 60_000,
): Action<Memory> {
  const [client] = Object.values(context.clients);
  if (client === undefined) throw new Error("a context has a client");
  const wait = waitOn({
    title,
    sources: { all: source(client, things, {}, (thing) => thing) },
    decide: ({ all }) =>
      holds(all) ? { state: "done", note: "so it is" } : { state: "pending", note: `not yet: ${title}` },
    timeoutMs,
  });
  return { kind: "wait", wait };
}

export function remembering(values: Memory): Action<Memory> {
  return { kind: "remember", note: "keep it", update: (memory) => ({ ...memory, ...values }) };
}

export function acting(actions: readonly Action<Memory>[], afterwards: "done" | "plan-again" = "done"): Plan {
  return { state: "act", note: `${actions.length} actions`, actions, afterwards };
}

/** Sets a field of an object and is done when it is set. */
export function setting(name: string, object: string, spec: Readonly<Record<string, unknown>>): Step {
  return stepOn(name, object, (thing) =>
    Object.entries(spec).every(([key, value]) => thing?.spec?.[key] === value)
      ? { state: "done", note: "set" }
      : acting([patching(object, spec, thing)]),
  );
}
