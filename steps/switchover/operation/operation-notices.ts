import { exitCode } from "../../lib/errors/exit-code.ts";
import { FairleadError } from "../../lib/errors/fairlead-error.ts";
import { loadTargets } from "../../lib/notify/load-targets.ts";
import { Notifier } from "../../lib/notify/notifier.ts";
import type { Notice, NoticeKind } from "../../lib/notify/types.ts";
import type { PhaseEvent } from "../../lib/phase/types.ts";
import type { CommandContext } from "../../lib/step/types.ts";
import type { OfBothHubs, OfNewHub } from "../hubs.ts";
import type { StateDocument, StoredHub } from "../state/state-document.ts";

type Context = Pick<CommandContext<Record<never, never>>, "log" | "clock" | "random" | "run" | "signal">;

/** What of an operation people are told who do not watch it. Does nothing where no targets are configured. */
export interface OperationNotices {
  /** Whose phases follow: the first of them is told as the start of the run, by the first Task that has one. */
  follow(document: StateDocument, runId: string): void;
  take(event: PhaseEvent): void;
  /** Tells what stopped a run before its first phase, and throws it on. */
  stopped(error: unknown): never;
  ended(report: { readonly outcome: string; readonly summary: string }): void;
  /** A gate that a person must open. */
  awaitsApproval(what: string): void;
  /** Resolves when all is delivered or given up, within seconds. */
  settled(): Promise<void>;
}

const silent: OperationNotices = {
  follow: () => undefined,
  stopped: (error) => {
    throw error;
  },
  take: () => undefined,
  ended: () => undefined,
  awaitsApproval: () => undefined,
  settled: async () => undefined,
};

// Well within the grace period of a pod (30 s), beside the release of locks.
const settleMs = 8_000;

type Hub = Pick<StoredHub, "id">;

interface Subject {
  readonly operation: string;
  readonly operationId: string;
  /** Which hubs it is about; absent where none was reached. */
  readonly hubs?: Notice["facts"];
}

/** Both hubs of a switchover, as people are told of them. */
export function bothHubs({ primary, secondary }: OfBothHubs<Hub> | OfNewHub<Hub>): Notice["facts"] {
  return [
    { label: "Old hub", value: primary?.id ?? "declared down" },
    { label: "New hub", value: secondary.id },
  ];
}

function placeOf({ phase, step }: { readonly phase: string; readonly step: string }): Notice["facts"] {
  return [
    { label: "Phase", value: phase },
    { label: "Step", value: step },
  ];
}

class Notices implements OperationNotices {
  private readonly context: Context;
  private readonly notifier: Notifier;
  private readonly subject: Subject;
  private readonly longWaitMs: number;
  private start: string | undefined;
  private waiting: { readonly step: string; note: string; readonly end: AbortController } | undefined;

  constructor(context: Context, notifier: Notifier, subject: Subject, longWaitMs: number) {
    this.context = context;
    this.notifier = notifier;
    this.subject = subject;
    this.longWaitMs = longWaitMs;
  }

  follow({ history, completed_steps: steps }: StateDocument, runId: string): void {
    const isNew = !history.some((entry) => entry.runId === runId);
    const how = steps.length === 0 ? "has started" : `goes on after ${steps.length} finished steps`;
    this.start = isNew ? how : undefined;
  }

  stopped(error: unknown): never {
    if (error instanceof FairleadError) this.failed([], error);
    throw error;
  }

  take(event: PhaseEvent): void {
    switch (event.type) {
      case "phase-started":
        if (this.start !== undefined) this.tell("started", `${this.title()} ${this.start}`, `Phase ${event.phase}`);
        this.start = undefined;
        break;
      case "waiting":
        this.startWaiting(event.phase, event.step, event.note);
        break;
      case "step-failed":
      case "step-interrupted":
        this.stopWaiting();
        this.failed(placeOf(event), event.error);
        break;
      case "step-done":
      case "step-started":
      case "phase-ended":
        this.stopWaiting();
        break;
    }
  }

  ended({ outcome, summary }: { readonly outcome: string; readonly summary: string }): void {
    this.tell("ended", `${this.title()} ended: ${outcome}`, summary);
  }

  awaitsApproval(what: string): void {
    this.tell("awaiting-approval", `${this.title()} waits for an approval`, what);
  }

  async settled(): Promise<void> {
    this.stopWaiting();
    await this.notifier.settled(settleMs);
  }

  private title(): string {
    return `${this.subject.operation} ${this.subject.operationId}`;
  }

  private failed(place: Notice["facts"], error: FairleadError): void {
    const { id, what, why, fix } = error.text;
    const facts = [...place, { label: "Error", value: id }];
    const interrupted = error.exitCode === exitCode.terminated || error.exitCode === exitCode.interrupted;
    const how = interrupted ? "was interrupted" : "failed";
    this.tell("failed", `${this.title()} ${how}: ${what}`, `Why: ${why}. Do: ${fix}.`, facts, id);
  }

  /** One notice per step that waits long, however often its note changes. */
  private startWaiting(phase: string, step: string, note: string): void {
    if (this.waiting?.step === step) {
      this.waiting.note = note;
      return;
    }
    this.stopWaiting();
    const waiting = { step, note, end: new AbortController() };
    this.waiting = waiting;
    const { clock, log } = this.context;
    clock
      .sleep(this.longWaitMs, AbortSignal.any([waiting.end.signal, this.context.signal]))
      .then(() => {
        const seconds = Math.round(this.longWaitMs / 1_000);
        this.tell(
          "long-wait",
          `${this.title()} has waited ${seconds} s in step ${step}`,
          waiting.note,
          placeOf({ phase, step }),
        );
      })
      .catch((error: unknown) => {
        // The end of the wait, the usual case, aborts the sleep.
        const over = waiting.end.signal.aborted || this.context.signal.aborted;
        if (!over) log.warn(`a long wait could not be told: ${String(error)}`);
      });
  }

  private stopWaiting(): void {
    this.waiting?.end.abort();
    this.waiting = undefined;
  }

  private tell(kind: NoticeKind, title: string, text: string, more: Notice["facts"] = [], errorId?: string): void {
    const { run, clock } = this.context;
    const { operation, operationId, hubs } = this.subject;
    this.notifier.tell({
      kind,
      title,
      text,
      operation,
      operationId,
      runName: run.name,
      at: new Date(clock.now()).toISOString(),
      facts: [...(hubs ?? []), { label: "Run", value: run.name }, ...more],
      ...(errorId === undefined ? {} : { errorId }),
    });
  }
}

/**
 * Opens the notices of an operation from the folder of the workspace `notifications`. A configuration that cannot be used
 * is told in the log and stops nothing: a fleet does not stay where it is because a chat cannot be reached.
 */
export async function openNotices(
  context: Context,
  folder: string | undefined,
  subject: Subject & { readonly dryRun: boolean },
): Promise<OperationNotices> {
  if (folder === undefined || folder === "" || subject.dryRun) return silent;
  const { log, clock, random } = context;
  try {
    const loaded = await loadTargets(folder, clock);
    if (loaded === undefined) return silent;
    const { targets, longWaitSeconds } = loaded;
    return new Notices(context, new Notifier({ targets, clock, random, log }), subject, longWaitSeconds * 1_000);
  } catch (error) {
    if (!(error instanceof FairleadError)) throw error;
    const { id, what, why, fix } = error.text;
    log.warn(`${id}: ${what}: ${why}; ${fix}`);
    return silent;
  }
}
