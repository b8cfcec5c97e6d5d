import type { LogLevel } from "../log/log-settings.ts";
import type { LogFields } from "../log/logger.ts";
import type { ClusterState, Count } from "../phase/cluster-follower.ts";
import type { CheckEvent, ResultEvent, RunEvent } from "./run-event.ts";

/** An event as a line of the log. */
export interface EventLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;
/** So many names of 63 characters stay within a line. */
const namesPerLine = 50;

/** How loud a change is. What comes between the restore and the connection is for those who look closely. */
export const clusterLevels: Readonly<Record<ClusterState, LogLevel>> = {
  missing: "warn",
  restored: "debug",
  "token-missing": "warn",
  "import-asked": "debug",
  importing: "debug",
  "klusterlet-repaired": "info",
  joined: "debug",
  available: "info",
  lost: "warn",
  "given-up": "warn",
};

const clusterWords: Readonly<Record<ClusterState, string>> = {
  missing: "is not on the hub",
  restored: "is restored",
  "token-missing": "has no import token",
  "import-asked": "is asked for",
  importing: "is being imported",
  "klusterlet-repaired": "was led to the hub",
  joined: "has joined",
  available: "is available",
  lost: "is not available any more",
  "given-up": "is waited for no longer",
};

function counted(count: Count | undefined): Partial<Count> {
  return count === undefined ? {} : { done: count.done, total: count.total };
}

type Line = readonly [level: LogLevel, message: string, fields?: LogFields];

function clusterLine(event: Extract<RunEvent, { type: "cluster" }>): Line {
  const { cluster, state, before, note, hub, count } = event;
  const why = note === undefined ? "" : `: ${note}`;
  const was = before === undefined ? {} : { before };
  return [
    clusterLevels[state],
    `cluster ${cluster} ${clusterWords[state]}${why}`,
    { type: "cluster", hub, cluster, state, ...was, ...counted(count) },
  ];
}

/** All of them: whoever is called at night has no other place to look. */
function givenUpLines({ hub, clusters }: Extract<RunEvent, { type: "clusters-given-up" }>): readonly Line[] {
  const lines: Line[] = [];
  for (let from = 0; from < clusters.length; from += namesPerLine) {
    const names = clusters.slice(from, from + namesPerLine);
    const part = clusters.length > namesPerLine ? ` ${from + 1} to ${from + names.length}` : "";
    lines.push(["warn", `not connected, ${clusters.length} clusters${part}: ${names.join(", ")}`, { hub }]);
  }
  return lines;
}

function checkLine({ id, name, hub, result, severity, message, remediation }: CheckEvent): Line {
  const failed: LogLevel = severity === "critical" ? "error" : "warn";
  const fix = remediation === "" ? {} : { fix: remediation };
  return [
    result === "failed" ? failed : "info",
    `${name}: ${message}`,
    { type: "check", check: id, result, severity, hub, ...fix },
  ];
}

const resultLevels = { done: "info", verdict: "warn", error: "error" } as const;

function resultLine({ state, message, type, ...fields }: ResultEvent): Line {
  return [resultLevels[state], message, { type, state, ...fields }];
}

function linesOfPhase(event: Exclude<RunEvent, CheckEvent | ResultEvent>): readonly Line[] {
  switch (event.type) {
    case "phase-started": {
      const { length } = event.steps;
      return [["info", `phase ${event.phase}: ${length} steps`, { type: "phase", state: "started", steps: length }]];
    }
    case "phase-ended": {
      const { phase, state, durationMs } = event;
      return [["info", `phase ${phase} ${state} in ${seconds(durationMs)}`, { type: "phase", state, durationMs }]];
    }
    case "step-started":
      return [["info", event.title, { type: "step", state: "started" }]];
    case "step-done": {
      const { note, durationMs } = event;
      return [["info", `done in ${seconds(durationMs)}: ${note}`, { type: "step", state: "done", durationMs }]];
    }
    case "step-already-done":
      return [["info", `already done: ${event.note}`, { type: "step", state: "already-done" }]];
    case "step-skipped":
      return [["info", `skipped: ${event.note}`, { type: "step", state: "skipped" }]];
    case "step-planned":
      return event.changes.map(({ verb, object, summary, target }) => [
        "info",
        `[DRY-RUN] ${verb} ${object}: ${summary}`,
        { type: "step", state: "planned", hub: target },
      ]);
    case "waiting":
      return [["info", `waiting: ${event.note}`, { type: "step", state: "waiting", ...counted(event.count) }]];
    case "progress": {
      const { done, total } = event;
      return [["info", `${done} of ${total} written`, { type: "step", state: "writing", done, total }]];
    }
    case "warning":
      return [["warn", event.note]];
    case "cluster":
      return [clusterLine(event)];
    case "clusters-given-up":
      return givenUpLines(event);
    case "step-failed": {
      const { id, what, why } = event.error.text;
      return [["error", `${id}: ${what}: ${why}`, { type: "step", state: "failed", id }]];
    }
    case "step-interrupted": {
      const { id, why } = event.error.text;
      return [["warn", `interrupted: ${why}`, { type: "step", state: "interrupted", id }]];
    }
  }
}

function lineOf([level, message, fields = {}]: Line, where: LogFields = {}): EventLine {
  return { level, message, fields: { ...fields, ...where } };
}

/** An event as lines of the log, the same for programs and for people. Pure. */
export function eventLines(event: RunEvent): readonly EventLine[] {
  switch (event.type) {
    case "check":
      return [lineOf(checkLine(event))];
    case "result":
      return [lineOf(resultLine(event))];
    default: {
      const where = "step" in event ? { phase: event.phase, step: event.step } : { phase: event.phase };
      return linesOfPhase(event).map((line) => lineOf(line, where));
    }
  }
}
