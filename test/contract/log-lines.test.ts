import { describe, expect, test } from "@jest/globals";
import { FairleadError } from "../../steps/lib/errors/fairlead-error.ts";
import { logEvent } from "../../steps/lib/events/log-events.ts";
import type { RunEvent } from "../../steps/lib/events/run-event.ts";
import { createJsonLogger } from "../../steps/lib/log/json-logger.ts";
import { lineFields, lineStates } from "../../steps/lib/log/line-format.ts";
import { lineTypes } from "../../steps/lib/log/line-type.ts";
import { clusterStateMeanings } from "../../steps/lib/phase/cluster-follower.ts";

// What is written here a program may read by now: a line that changes is a new version of the format.

const where = { phase: "activation", step: "wait" };
const at = '"phase":"activation","step":"wait"';
const error = new FairleadError({ id: "SW-X-01", what: "it failed", why: "so it is", fix: "mend it" });

/** One of every kind of event, and the lines that it becomes, without time, run and task. */
const golden: {
  readonly [K in RunEvent["type"]]: readonly [event: Extract<RunEvent, { type: K }>, ...lines: string[]];
} = {
  "phase-started": [
    { type: "phase-started", phase: "activation", steps: [{ name: "wait", title: "Wait" }] },
    '{"level":"info","type":"phase","state":"started","steps":1,"phase":"activation","msg":"phase activation: 1 steps"}',
  ],
  "phase-ended": [
    { type: "phase-ended", phase: "activation", state: "done", durationMs: 83_210 },
    '{"level":"info","type":"phase","state":"done","durationMs":83210,"phase":"activation","msg":"phase activation done in 83.2 s"}',
  ],
  "step-started": [
    { type: "step-started", ...where, title: "Wait for it" },
    `{"level":"info","type":"step","state":"started",${at},"msg":"Wait for it"}`,
  ],
  "step-done": [
    { type: "step-done", ...where, note: "12 came", durationMs: 1_500 },
    `{"level":"info","type":"step","state":"done","durationMs":1500,${at},"msg":"done in 1.5 s: 12 came"}`,
  ],
  "step-already-done": [
    { type: "step-already-done", ...where, note: "all there" },
    `{"level":"info","type":"step","state":"already-done",${at},"msg":"already done: all there"}`,
  ],
  "step-skipped": [
    { type: "step-skipped", ...where, note: "not asked for" },
    `{"level":"info","type":"step","state":"skipped",${at},"msg":"skipped: not asked for"}`,
  ],
  "step-planned": [
    {
      type: "step-planned",
      ...where,
      changes: [{ ...where, target: "primary", verb: "delete", object: "restores ns/r", summary: "delete Restore r" }],
    },
    `{"level":"info","type":"step","state":"planned","hub":"primary",${at},"msg":"[DRY-RUN] delete restores ns/r: delete Restore r"}`,
  ],
  waiting: [
    { type: "waiting", ...where, note: "7 of 12 clusters connected", count: { done: 7, total: 12 } },
    `{"level":"info","type":"step","state":"waiting","done":7,"total":12,${at},"msg":"waiting: 7 of 12 clusters connected"}`,
  ],
  progress: [
    { type: "progress", ...where, done: 150, total: 3_000 },
    `{"level":"info","type":"step","state":"writing","done":150,"total":3000,${at},"msg":"150 of 3000 written"}`,
  ],
  warning: [
    { type: "warning", ...where, note: "offline before and after: c2" },
    `{"level":"warn","type":"log",${at},"msg":"offline before and after: c2"}`,
  ],
  cluster: [
    {
      ...{ type: "cluster", ...where, hub: "secondary", cluster: "c1", state: "lost", before: "available" },
      ...{ note: "LeaseStopped", count: { done: 6, total: 12 } },
    },
    `{"level":"warn","type":"cluster","hub":"secondary","cluster":"c1","state":"lost","before":"available","done":6,"total":12,${at},"msg":"cluster c1 is not available any more: LeaseStopped"}`,
  ],
  "clusters-given-up": [
    { type: "clusters-given-up", ...where, hub: "secondary", clusters: ["c1", "c2"] },
    `{"level":"warn","type":"log","hub":"secondary",${at},"msg":"not connected, 2 clusters: c1, c2"}`,
  ],
  "step-failed": [
    { type: "step-failed", ...where, error },
    `{"level":"error","type":"step","state":"failed","id":"SW-X-01",${at},"msg":"SW-X-01: it failed: so it is"}`,
  ],
  "step-interrupted": [
    { type: "step-interrupted", ...where, error },
    `{"level":"warn","type":"step","state":"interrupted","id":"SW-X-01",${at},"msg":"interrupted: so it is"}`,
  ],
  check: [
    {
      ...{ type: "check", id: "bsl", name: "Backup storage", hub: "both", result: "failed", severity: "critical" },
      ...{ message: "unavailable", remediation: "mend the credentials" },
    },
    '{"level":"error","type":"check","check":"bsl","result":"failed","severity":"critical","hub":"both","fix":"mend the credentials","msg":"Backup storage: unavailable"}',
  ],
  result: [
    {
      ...{ type: "result", state: "error", message: "it failed", exitCode: 5, durationMs: 12 },
      ...{ id: "SW-X-01", why: "so it is", fix: "mend it", more: "report.html", results: { outcome: "failed" } },
    },
    '{"level":"error","type":"result","state":"error","exitCode":5,"durationMs":12,"id":"SW-X-01","why":"so it is","fix":"mend it","more":"report.html","results":{"outcome":"failed"},"msg":"it failed"}',
  ],
};

const rows = Object.values(golden);

function linesOf(event: RunEvent): readonly string[] {
  const lines: string[] = [];
  const sink = { failure: undefined, write: (text: string) => void lines.push(text.trimEnd()) };
  logEvent(createJsonLogger({ level: "debug", sink }, {}), event);
  return lines.map((line) => line.replace(/"time":"[^"]+",/, ""));
}

describe("W-08 the format of the log's lines", () => {
  test.each(rows.map(([event, ...lines]) => [event.type, event, lines] as const))("%s", (_type, event, lines) => {
    expect(linesOf(event)).toEqual(lines);
  });

  test("has a type of the closed set on every line, and no field or state that is not described", () => {
    const described = new Map(Object.entries(lineFields));
    for (const line of rows.flatMap(([event]) => linesOf(event)).map((text) => JSON.parse(text))) {
      expect(lineTypes).toContain(line.type);
      const strange = Object.keys(line).filter((key) => {
        const field = described.get(key);
        return field === undefined || (field.on !== undefined && !field.on.includes(line.type));
      });
      expect({ line, strange }).toEqual({ line, strange: [] });
      const states: Readonly<Record<string, object>> = { ...lineStates, cluster: clusterStateMeanings };
      if ("state" in line) expect(Object.keys(states[line.type] ?? {})).toContain(line.state);
    }
  });
});
