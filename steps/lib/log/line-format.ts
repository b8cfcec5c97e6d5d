import type { LineType } from "./line-type.ts";

// The format of the log's JSON lines, for its document and for the test that holds the lines to it.

export interface FieldDescription {
  /** Which lines may have it; those of every type when absent. */
  readonly on?: readonly LineType[];
  readonly meaning: string;
}

export const lineTypeMeanings: Readonly<Record<LineType, string>> = {
  log: "Everything else: what is worth knowing, warnings of a step, retries of a request",
  phase: "A phase has begun or ended",
  step: "A named step of a phase has begun, waits, writes, or has ended",
  check: "One finding of a preflight or postflight check",
  cluster: "One cluster has changed its state; told once per change, however often the hub is looked at",
  result: "How the run ended; the last JSON line, before the last lines for people",
};

/** Every field with a fixed meaning. Lines of type `log` may carry others. */
export const lineFields: Readonly<Record<string, FieldDescription>> = {
  level: { meaning: "`debug`, `info`, `warn` or `error`" },
  time: { meaning: "When the line was written, ISO 8601 in UTC" },
  type: { meaning: "What the line tells of: see above" },
  run: { meaning: "Name of the PipelineRun; `local-` and a number outside Tekton" },
  task: { meaning: "Area and step: `switchover-activate`" },
  operationId: { meaning: "The operation, on every line from where it is known" },
  phase: { meaning: "The phase that runs, on every line within it" },
  step: { meaning: "The step that runs, on every line within it" },
  hub: { meaning: "`primary` (the old hub), `secondary` (the new one) or `both`, where a line is about one" },
  msg: { meaning: "For people. Wording may change at any time" },
  truncated: { meaning: "`true` where the line had to be cut to 8 kB" },
  format: { on: ["log"], meaning: "Version of this format, on the first line of a Task" },
  version: { on: ["log"], meaning: "Version of the program, on the first line of a Task" },
  state: {
    on: ["phase", "step", "cluster", "result"],
    meaning: "What has become of the phase, step, cluster or run: see below",
  },
  steps: { on: ["phase"], meaning: "How many steps the phase has, where it begins" },
  durationMs: { on: ["phase", "step", "result"], meaning: "How long it took, where it ends" },
  done: {
    on: ["step", "cluster"],
    meaning: "How many of `total` so far: clusters that are connected, objects written",
  },
  total: { on: ["step", "cluster"], meaning: "How many there are to be" },
  id: { on: ["step", "result"], meaning: "Id of the error: `SW-POST-01`" },
  check: { on: ["check"], meaning: "Id of the check" },
  result: { on: ["check"], meaning: "`passed`, `failed` or `skipped`" },
  severity: { on: ["check"], meaning: "`critical`, `warning` or `info`" },
  fix: { on: ["check", "result"], meaning: "What helps" },
  cluster: { on: ["cluster"], meaning: "Name of the cluster" },
  before: { on: ["cluster"], meaning: "Its state before, as far as this run told it" },
  exitCode: { on: ["result"], meaning: "Exit code of the run" },
  why: { on: ["result"], meaning: "Why it failed" },
  more: { on: ["result"], meaning: "Where more is to be read: path of a report" },
  results: { on: ["result"], meaning: "The results of the Task by name" },
};

/** What `state` may be on lines of a type, beside those of clusters. */
export const lineStates = {
  phase: {
    started: "It has begun",
    done: "It ended well",
    failed: "A step failed",
    interrupted: "It was told to stop",
  },
  step: {
    started: "It has begun",
    waiting:
      "It waits; `done` and `total` where it counts. Told in measure: each 5 %, at most one a second, at least each ten seconds",
    writing: "It writes many objects; told each 5 %",
    done: "It ended well",
    "already-done": "There was nothing to do",
    skipped: "It does not apply here",
    planned: "What a dry run would do: one line per change",
    failed: "It failed; `id` says with what",
    interrupted: "It was told to stop, and the next run goes on here",
  },
  result: {
    done: "The work is done",
    verdict: "The work is done, and its answer is a negative one",
    error: "It failed, or was told to stop",
  },
} as const;
