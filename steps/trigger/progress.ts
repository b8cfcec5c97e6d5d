import type { Condition, PipelineRun, StepState, TaskRun } from "./tekton.ts";
import { pipelineTaskLabel } from "./tekton.ts";

export type TaskState = "waiting" | "running" | "succeeded" | "failed" | "skipped" | "cancelled";

export interface TaskProgress {
  readonly name: string;
  readonly state: TaskState;
  readonly taskRun?: string;
  readonly pod?: string;
  readonly steps: readonly StepState[];
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly message: string;
}

export type RunOutcome =
  | { readonly state: "pending" }
  | { readonly state: "running" }
  | { readonly state: "succeeded"; readonly message: string }
  | { readonly state: "failed"; readonly reason: string; readonly message: string; readonly exitCode: number };

function succeededCondition(conditions: readonly Condition[] | undefined): Condition | undefined {
  return conditions?.find((condition) => condition.type === "Succeeded");
}

function taskState(run: TaskRun): TaskState {
  const condition = succeededCondition(run.status?.conditions);
  if (condition?.status === "True") {
    return "succeeded";
  }
  if (condition?.status === "False") {
    return condition.reason === "TaskRunCancelled" ? "cancelled" : "failed";
  }
  return run.status?.startTime === undefined ? "waiting" : "running";
}

function fromTaskRun(name: string, run: TaskRun): TaskProgress {
  const status = run.status;
  return {
    name,
    state: taskState(run),
    taskRun: run.metadata.name,
    ...(status?.podName ? { pod: status.podName } : {}),
    ...(status?.startTime ? { startedAt: status.startTime } : {}),
    ...(status?.completionTime ? { finishedAt: status.completionTime } : {}),
    steps: status?.steps ?? [],
    message: succeededCondition(status?.conditions)?.message ?? "",
  };
}

/** One row per task of the Pipeline, in its order, `finally` last. Pure. */
export function taskProgress(run: PipelineRun, taskRuns: readonly TaskRun[]): readonly TaskProgress[] {
  const spec = run.status?.pipelineSpec;
  const names = [...(spec?.tasks ?? []), ...(spec?.finally ?? [])].map((task) => task.name);
  const byTask = new Map(taskRuns.map((taskRun) => [taskRun.metadata.labels?.[pipelineTaskLabel] ?? "", taskRun]));
  const skipped = new Map((run.status?.skippedTasks ?? []).map((task) => [task.name, task.reason ?? ""]));
  return names.map((name) => {
    const taskRun = byTask.get(name);
    if (taskRun !== undefined) {
      return fromTaskRun(name, taskRun);
    }
    const reason = skipped.get(name);
    return { name, state: reason === undefined ? "waiting" : "skipped", steps: [], message: reason ?? "" };
  });
}

/** The first step that ended with a code other than 0; Tekton reports the steps after it as 1 (skipped). */
function failingExitCode(tasks: readonly TaskProgress[]): number {
  for (const task of tasks) {
    const failed = task.state === "failed" || task.state === "cancelled";
    const step = failed ? task.steps.find((item) => (item.terminated?.exitCode ?? 0) !== 0) : undefined;
    if (step?.terminated !== undefined) {
      // 255 is what Tekton's entrypoint reports for a step killed by a signal.
      return step.terminated.exitCode === 255 ? 1 : step.terminated.exitCode;
    }
  }
  return 1;
}

/** What the run as a whole says. A failed run ends with the exit code of the step that failed first. Pure. */
export function runOutcome(run: PipelineRun, tasks: readonly TaskProgress[]): RunOutcome {
  const condition = succeededCondition(run.status?.conditions);
  if (condition === undefined) {
    return { state: "pending" };
  }
  if (condition.status === "Unknown") {
    return { state: run.status?.startTime === undefined ? "pending" : "running" };
  }
  const message = condition.message ?? "";
  if (condition.status === "True") {
    return { state: "succeeded", message };
  }
  return { state: "failed", reason: condition.reason ?? "Failed", message, exitCode: failingExitCode(tasks) };
}

export interface LogTail {
  readonly text: string;
  /** `7/12` while a step counts clusters. */
  readonly count?: string;
}

function field(line: Readonly<Record<string, unknown>>, name: string): string {
  const value = line[name];
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** A line of a step's log as people read it: JSON lines of this program are unfolded, anything else is kept. Pure. */
export function readLogLine(line: string): LogTail {
  if (!line.startsWith("{")) {
    return { text: line };
  }
  try {
    // Each field is read through `field`, which accepts only strings and numbers.
    const parsed = JSON.parse(line) as Readonly<Record<string, unknown>>;
    const message = field(parsed, "msg");
    if (message === "") {
      return { text: line };
    }
    const where = [field(parsed, "hub"), field(parsed, "step")].filter((part) => part !== "").join(" ");
    const level = field(parsed, "level");
    const prefix = level === "warn" || level === "error" ? `${level.toUpperCase()} ` : "";
    const done = field(parsed, "done");
    const total = field(parsed, "total");
    return {
      text: `${prefix}${where === "" ? "" : `[${where}] `}${message}`,
      ...(done !== "" && total !== "" ? { count: `${done}/${total}` } : {}),
    };
  } catch {
    return { text: line };
  }
}
