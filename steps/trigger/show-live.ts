import { Listr, type ListrTaskWrapper } from "listr2";
import type { RunObserver } from "./follow-run.ts";
import type { LogTail, TaskProgress, TaskState } from "./progress.ts";
import { taskLine } from "./show-run.ts";

const finalStates: ReadonlySet<TaskState> = new Set(["succeeded", "failed", "skipped", "cancelled"]);

// listr2 parametrises a task by its renderers; this list uses the terminal one alone.
type Row = Pick<ListrTaskWrapper<undefined, never, never>, "skip"> & { title: string; output: string };

interface Entry {
  readonly finished: PromiseWithResolvers<TaskProgress>;
  row?: Row;
  count?: string;
}

/** A live phase list on a terminal: one row per task with its count, the newest log line below the running one. */
export class LiveObserver implements RunObserver {
  private readonly entries = new Map<string, Entry>();
  private rendered: Promise<unknown> | undefined;

  tasks(tasks: readonly TaskProgress[]): void {
    if (this.rendered === undefined && tasks.length > 0) {
      this.start(tasks);
    }
    for (const task of tasks) {
      this.update(task);
    }
  }

  line(task: string, tail: LogTail): void {
    const entry = this.entries.get(task);
    if (entry?.row === undefined) {
      return;
    }
    entry.row.output = tail.text;
    if (tail.count !== undefined) {
      entry.count = tail.count;
      entry.row.title = `${task} ${tail.count}`;
    }
  }

  /** Lets the last rows be drawn. A task that never ran stays open in the list, so it is ended here. */
  async close(): Promise<void> {
    for (const [name, entry] of this.entries) {
      entry.finished.resolve({ name, state: "skipped", steps: [], message: "did not run" });
    }
    await this.rendered;
  }

  private start(tasks: readonly TaskProgress[]): void {
    for (const task of tasks) {
      this.entries.set(task.name, { finished: Promise.withResolvers<TaskProgress>() });
    }
    const list = new Listr(
      tasks.map((task) => ({
        title: task.name,
        task: (_context: unknown, row: Row): Promise<void> => this.show(task.name, row),
      })),
      { concurrent: true, exitOnError: false, rendererOptions: { collapseErrors: false } },
    );
    this.rendered = list.run();
  }

  private async show(name: string, row: Row): Promise<void> {
    const entry = this.entries.get(name);
    if (entry === undefined) {
      return;
    }
    entry.row = row;
    const task = await entry.finished.promise;
    row.title = taskLine(task, entry.count).slice(2);
    if (task.state === "failed" || task.state === "cancelled") {
      throw new Error(row.title);
    }
    if (task.state === "skipped") {
      row.skip(row.title);
    }
  }

  private update(task: TaskProgress): void {
    if (finalStates.has(task.state)) {
      this.entries.get(task.name)?.finished.resolve(task);
    }
  }
}
