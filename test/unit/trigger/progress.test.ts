import { describe, expect, test } from "@jest/globals";
import { readLogLine, runOutcome, taskProgress } from "../../../steps/trigger/progress.ts";
import { taskLine } from "../../../steps/trigger/show-run.ts";
import type { Condition, PipelineRun, TaskRun } from "../../../steps/trigger/tekton.ts";

const pipelineSpec = {
  tasks: [{ name: "preflight" }, { name: "activate" }],
  finally: [{ name: "report-and-unlock" }],
};

function pipelineRun(condition: Condition | undefined, more: object = {}): PipelineRun {
  return {
    metadata: { name: "run-1", namespace: "fairlead" },
    spec: {},
    status: { pipelineSpec, ...(condition === undefined ? {} : { conditions: [condition] }), ...more },
  };
}

function taskRun(task: string, status: TaskRun["status"]): TaskRun {
  return {
    metadata: { name: `run-1-${task}`, labels: { "tekton.dev/pipelineTask": task } },
    ...(status === undefined ? {} : { status }),
  };
}

const failedPreflight = taskRun("preflight", {
  startTime: "2026-01-01T00:00:00Z",
  completionTime: "2026-01-01T00:00:41Z",
  conditions: [{ type: "Succeeded", status: "False", reason: "Failed", message: "exit code 3" }],
  steps: [{ name: "preflight", container: "step-preflight", terminated: { exitCode: 3 } }],
});

describe("progress of a run", () => {
  test("tasks are listed in the order of the Pipeline, finally last, whatever order their TaskRuns have", () => {
    const tasks = taskProgress(pipelineRun(undefined), [taskRun("activate", { startTime: "x" }), failedPreflight]);
    expect(tasks.map((task) => `${task.name} ${task.state}`)).toEqual([
      "preflight failed",
      "activate running",
      "report-and-unlock waiting",
    ]);
  });

  test("a task that Tekton skipped says why", () => {
    const run = pipelineRun(undefined, { skippedTasks: [{ name: "activate", reason: "Parent Tasks were skipped" }] });
    expect(taskProgress(run, [])[1]).toMatchObject({ state: "skipped", message: "Parent Tasks were skipped" });
  });

  test("a failed run ends with the exit code of the step that failed", () => {
    const run = pipelineRun({ type: "Succeeded", status: "False", reason: "Failed", message: "Tasks Completed: 1" });
    expect(runOutcome(run, taskProgress(run, [failedPreflight]))).toEqual({
      state: "failed",
      reason: "Failed",
      message: "Tasks Completed: 1",
      exitCode: 3,
    });
  });

  test("a step killed by a signal, which Tekton reports as 255, ends as 1", () => {
    const run = pipelineRun({ type: "Succeeded", status: "False", reason: "Failed" });
    const killed = taskRun("activate", {
      conditions: [{ type: "Succeeded", status: "False" }],
      steps: [{ name: "activate", container: "step-activate", terminated: { exitCode: 255 } }],
    });
    expect(runOutcome(run, taskProgress(run, [killed]))).toMatchObject({ exitCode: 1 });
  });

  test("a run without a condition is pending, one that started is running", () => {
    expect(runOutcome(pipelineRun(undefined), [])).toEqual({ state: "pending" });
    const started = pipelineRun({ type: "Succeeded", status: "Unknown" }, { startTime: "2026-01-01T00:00:00Z" });
    expect(runOutcome(started, [])).toEqual({ state: "running" });
  });

  test("a finished task shows its time and, when it failed, why", () => {
    const [task] = taskProgress(pipelineRun(undefined), [failedPreflight]);
    expect(task === undefined ? "" : taskLine(task)).toBe("✖ preflight failed (41 s): exit code 3");
  });
});

describe("a line of a step's log", () => {
  test("a JSON line is shown as hub, step and message", () => {
    const line = '{"level":"info","msg":"paused","hub":"primary","step":"pause_backup_schedule"}';
    expect(readLogLine(line)).toEqual({ text: "[primary pause_backup_schedule] paused" });
  });

  test("a count of clusters is kept apart", () => {
    expect(readLogLine('{"level":"info","msg":"connected","done":7,"total":12}')).toEqual({
      text: "connected",
      count: "7/12",
    });
  });

  test.each(["plain text", "{not json", '{"no":"message"}', '{"msg":{"nested":true}}'])(
    "%s is shown as it is",
    (line) => {
      expect(readLogLine(line)).toEqual({ text: line });
    },
  );

  test("a warning says so", () => {
    expect(readLogLine('{"level":"warn","msg":"slow"}').text).toBe("WARN slow");
  });
});
