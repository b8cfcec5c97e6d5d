import type { RunObserver } from "./follow-run.ts";
import type { LogTail, TaskProgress, TaskState } from "./progress.ts";

const marks: Readonly<Record<TaskState, string>> = {
  waiting: "·",
  running: "▶",
  succeeded: "✔",
  failed: "✖",
  skipped: "↷",
  cancelled: "■",
};

function seconds(task: TaskProgress): string {
  if (task.startedAt === undefined || task.finishedAt === undefined) {
    return "";
  }
  return ` (${Math.round((Date.parse(task.finishedAt) - Date.parse(task.startedAt)) / 1000)} s)`;
}

/** One task as one line: `✔ activate succeeded (41 s)`. Pure. */
export function taskLine(task: TaskProgress, count?: string): string {
  const counted = count === undefined ? "" : ` ${count}`;
  const message =
    task.state === "failed" || task.state === "cancelled" || task.state === "skipped" ? `: ${task.message}` : "";
  return `${marks[task.state]} ${task.name} ${task.state}${counted}${seconds(task)}${message}`;
}

/**
 * Plain lines for pipes, pods and terminals alike: a task's state when it changes, each log line behind its task's name.
 * A task's own running count is printed by the log line that carries it.
 */
export function lineObserver(print: (text: string) => void): RunObserver {
  const shown = new Map<string, TaskState>();
  return {
    tasks(tasks: readonly TaskProgress[]): void {
      for (const task of tasks) {
        if (task.state !== "waiting" && shown.get(task.name) !== task.state) {
          shown.set(task.name, task.state);
          print(taskLine(task));
        }
      }
    },
    line(task: string, tail: LogTail): void {
      print(`  ${task} | ${tail.text}${tail.count === undefined ? "" : ` (${tail.count})`}`);
    },
  };
}
