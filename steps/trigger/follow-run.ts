import type { KubeClient, KubeObject, WatchEvent } from "../lib/kube/types.ts";
import type { Logger } from "../lib/log/logger.ts";
import { type LogTail, type RunOutcome, readLogLine, runOutcome, type TaskProgress, taskProgress } from "./progress.ts";
import { type PipelineRun, pipelineRunLabel, pipelineRuns, type TaskRun, taskRuns } from "./tekton.ts";

/** Who shows the run. Called only when something changed. */
export interface RunObserver {
  tasks(tasks: readonly TaskProgress[]): void;
  line(task: string, tail: LogTail): void;
}

export interface FollowOptions {
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Without it the run is followed by its objects only. */
  readonly showLogs: boolean;
}

export interface FollowedRun {
  readonly run: PipelineRun;
  readonly tasks: readonly TaskProgress[];
  readonly outcome: RunOutcome;
}

/** Applies one watch event to a collection by name. Exported for its tests. */
export function applyEvent<T extends KubeObject>(collection: Map<string, T>, event: WatchEvent<T>): void {
  if (event.type === "replaced") {
    collection.clear();
    for (const item of event.items) {
      collection.set(item.metadata.name, item);
    }
  } else if (event.type === "deleted") {
    collection.delete(event.object.metadata.name);
  } else {
    collection.set(event.object.metadata.name, event.object);
  }
}

class RunFollower {
  private readonly runs = new Map<string, PipelineRun>();
  private readonly taskRuns = new Map<string, TaskRun>();
  private readonly tails = new Map<string, Promise<void>>();
  private readonly ended = new AbortController();
  private shown = "";
  private readonly client: KubeClient;
  private readonly run: PipelineRun;
  private readonly observer: RunObserver;
  private readonly options: FollowOptions;

  constructor(client: KubeClient, run: PipelineRun, observer: RunObserver, options: FollowOptions) {
    this.client = client;
    this.run = run;
    this.observer = observer;
    this.options = options;
    this.runs.set(run.metadata.name, run);
  }

  async follow(): Promise<FollowedRun> {
    const { name, namespace } = this.run.metadata;
    const scope = namespace === undefined ? {} : { namespace };
    const signal = AbortSignal.any([this.options.signal, this.ended.signal]);
    await Promise.all([
      this.consume(
        this.client.watch(pipelineRuns, { ...scope, fieldSelector: `metadata.name=${name}` }, { signal }),
        this.runs,
      ),
      this.consume(
        this.client.watch(taskRuns, { ...scope, labelSelector: `${pipelineRunLabel}=${name}` }, { signal }),
        this.taskRuns,
      ),
    ]);
    this.options.signal.throwIfAborted();
    await Promise.all(this.tails.values());
    return this.current();
  }

  private async consume<T extends KubeObject>(
    events: AsyncIterable<WatchEvent<T>>,
    into: Map<string, T>,
  ): Promise<void> {
    try {
      for await (const event of events) {
        applyEvent(into, event);
        this.changed();
      }
    } catch (error) {
      // Ending the watches is how a finished run is left; anything else is a real failure.
      if (!this.ended.signal.aborted) {
        this.ended.abort();
        throw error;
      }
    }
  }

  private current(): FollowedRun {
    const run = this.runs.get(this.run.metadata.name) ?? this.run;
    const tasks = taskProgress(run, [...this.taskRuns.values()]);
    return { run, tasks, outcome: runOutcome(run, tasks) };
  }

  private changed(): void {
    const { tasks, outcome } = this.current();
    const now = JSON.stringify(tasks);
    if (now !== this.shown) {
      this.shown = now;
      this.observer.tasks(tasks);
    }
    if (this.options.showLogs) {
      this.tailLogs(tasks);
    }
    // The run's end is written after that of its last TaskRun, but the two watches may deliver in either order.
    const open = tasks.some((task) => task.state === "running");
    if ((outcome.state === "succeeded" || outcome.state === "failed") && !open) {
      this.ended.abort();
    }
  }

  private tailLogs(tasks: readonly TaskProgress[]): void {
    for (const task of tasks) {
      const step = task.steps.find((item) => item.running !== undefined || item.terminated !== undefined);
      const key = `${task.pod}/${step?.container}`;
      if (task.pod !== undefined && step !== undefined && !this.tails.has(key)) {
        this.tails.set(key, this.tail(task, task.pod, step.container));
      }
    }
  }

  private async tail(task: TaskProgress, pod: string, container: string): Promise<void> {
    const ref = { name: pod, ...(this.run.metadata.namespace ? { namespace: this.run.metadata.namespace } : {}) };
    try {
      for await (const line of this.client.podLogLines(ref, { container }, { signal: this.options.signal })) {
        this.observer.line(task.name, readLogLine(line));
      }
    } catch (error) {
      // A cancelled run's pod is deleted with its log (Tekton): the outcome still comes from the objects.
      this.options.log.warn("log of a step is not readable", { task: task.name, pod, reason: String(error) });
    }
  }
}

/**
 * Follows a PipelineRun to its end by watches on it and its TaskRuns, with the log of each step as it is written.
 *
 * @throws the signal's reason when aborted; KubeError when the run cannot be watched
 */
export function followRun(
  client: KubeClient,
  run: PipelineRun,
  observer: RunObserver,
  options: FollowOptions,
): Promise<FollowedRun> {
  return new RunFollower(client, run, observer, options).follow();
}
