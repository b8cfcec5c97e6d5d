import { describe, expect, test } from "@jest/globals";
import { eventLines } from "../../../../steps/lib/events/event-lines.ts";
import { logEvents } from "../../../../steps/lib/events/log-events.ts";
import type { RunEvent } from "../../../../steps/lib/events/run-event.ts";
import { HeldLog } from "../../../../steps/lib/log/held-log.ts";
import { createJsonLogger } from "../../../../steps/lib/log/json-logger.ts";
import { hideSecret } from "../../../../steps/lib/log/redact-text.ts";
import { createTextLogger } from "../../../../steps/lib/log/text-logger.ts";

type Line = Readonly<Record<string, unknown>>;

/** What a run with these events writes for programs. */
function jsonLines(write: (log: HeldLog) => void): readonly Line[] {
  const lines: Line[] = [];
  const sink = { failure: undefined, write: (text: string) => void lines.push(JSON.parse(text)) };
  write(new HeldLog(createJsonLogger({ level: "debug", sink }, { run: "r" })));
  return lines;
}

function textLines(level: "debug" | "info", events: readonly RunEvent[]): string {
  const lines: string[] = [];
  const sink = { failure: undefined, write: (line: string) => void lines.push(line) };
  const log = createTextLogger({ level, sink, color: false, now: () => 0 }, {});
  for (const event of events) for (const line of eventLines(event)) log[line.level](line.message, line.fields);
  return lines.join("");
}

const where = { phase: "post_activation_verification", step: "verify_clusters_connected" };
const available = { type: "cluster", ...where, hub: "secondary", cluster: "c1", state: "available" } as const;

describe("W-08 events as lines", () => {
  test("name up to 3,000 clusters that were given up in full, fifty to a line, each line whole", () => {
    const clusters = Array.from({ length: 3_000 }, (_, index) => `edge-${String(index).padStart(58, "0")}`);
    const lines = jsonLines((log) =>
      logEvents(log, () => undefined)({ type: "clusters-given-up", ...where, hub: "secondary", clusters }),
    );
    expect(lines).toHaveLength(60);
    expect(lines.some(({ truncated }) => truncated === true)).toBe(false);
    const named = lines.flatMap(({ msg }) => String(msg).split(": ")[1]?.split(", ") ?? []);
    expect(named).toEqual(clusters);
  });

  test("of single clusters, checks and the result are for programs: people get them with debug only", () => {
    const check = {
      type: "check",
      id: "bsl",
      name: "Storage",
      hub: "both",
      result: "failed",
      severity: "critical",
      message: "lost",
      remediation: "mend it",
    } as const;
    const result = { type: "result", state: "done", message: "the fleet moved", exitCode: 0, durationMs: 1 } as const;
    expect(textLines("info", [available, check, result])).toBe("");
    expect(textLines("debug", [available, check, result])).toMatch(
      /c1 is available.*\n.*Storage: lost.*\n.*the fleet moved/,
    );
  });

  test("say where the run is on lines that others write meanwhile, and on none after the phase", () => {
    const lines = jsonLines((log) => {
      const emit = logEvents(log, (place) => log.at(place));
      const other = log.child({ hub: "secondary" });
      log.at({ operationId: "old--new" });
      emit({ type: "phase-started", phase: "activation", steps: [] });
      other.warn("in the phase");
      emit({ type: "step-started", phase: "activation", step: "s", title: "do s" });
      other.warn("in the step");
      emit({ type: "phase-ended", phase: "activation", state: "done", durationMs: 5 });
      other.warn("after it");
    });
    const placed = lines.filter(({ type }) => type === "log");
    const common = { type: "log", hub: "secondary", operationId: "old--new" };
    expect(placed).toEqual([
      expect.objectContaining({ ...common, msg: "in the phase", phase: "activation" }),
      expect.objectContaining({ ...common, msg: "in the step", phase: "activation", step: "s" }),
      expect.not.objectContaining({ phase: expect.anything() }),
    ]);
  });

  test("of 3,500 writes are twenty, and end with the last", () => {
    const lines = jsonLines((log) => {
      const emit = logEvents(log, () => undefined);
      for (let done = 35; done <= 3_500; done += 35) emit({ type: "progress", ...where, done, total: 3_500 });
    });
    expect(lines).toHaveLength(20);
    expect(lines.at(-1)).toMatchObject({ done: 3_500, total: 3_500, state: "writing" });
  });

  test("begin to count anew with the next writes of the same step", () => {
    const lines = jsonLines((log) => {
      const emit = logEvents(log, () => undefined);
      for (const done of [1, 2, 1, 2]) emit({ type: "progress", ...where, done, total: 2 });
    });
    expect(lines.map(({ done }) => done)).toEqual([1, 2, 1, 2]);
  });

  test("never show a secret, wherever a server put it", () => {
    const canary = "canary-0123456789abcdef";
    hideSecret(canary);
    const events: readonly RunEvent[] = [
      { ...available, state: "missing", note: `refused: ${canary}` },
      { type: "waiting", ...where, note: canary, count: { done: 1, total: 2 } },
      {
        type: "check",
        id: "bsl",
        name: "Storage",
        hub: "both",
        result: "failed",
        severity: "critical",
        message: canary,
        remediation: canary,
      },
      {
        type: "result",
        state: "error",
        message: canary,
        exitCode: 1,
        durationMs: 1,
        id: "X",
        why: canary,
        fix: canary,
        results: { summary: canary },
      },
      { type: "clusters-given-up", ...where, hub: "secondary", clusters: [canary] },
      { type: "warning", ...where, note: `Bearer abcdefghijklmnop` },
    ];
    const written = jsonLines((log) => {
      for (const event of events)
        for (const { level, message, fields } of eventLines(event)) log[level](message, fields);
    });
    const all = `${JSON.stringify(written)}${textLines("debug", events)}`;
    expect(written).toHaveLength(events.length);
    expect(all).not.toMatch(/canary-0123|abcdefghijklmnop/);
  });
});
