import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { createJsonLogger } from "../../../../steps/lib/log/json-logger.ts";
import type { LogLevel } from "../../../../steps/lib/log/log-settings.ts";
import type { LogFields, Logger } from "../../../../steps/lib/log/logger.ts";
import { createTextLogger } from "../../../../steps/lib/log/text-logger.ts";
import type { TextSink } from "../../../../steps/lib/log/text-sink.ts";
import { anyCharacter } from "../../../support/any-character.ts";

interface Captured extends TextSink {
  readonly lines: string[];
}

function capture(): Captured {
  const lines: string[] = [];
  return { lines, failure: undefined, write: (text) => lines.push(text) };
}

function jsonLine(write: (log: Logger) => void, level: LogLevel = "info"): Readonly<Record<string, unknown>> {
  const sink = capture();
  write(createJsonLogger({ level, sink }, { run: "switchover-x7k2p", task: "switchover-preflight" }));
  expect(sink.lines).toHaveLength(1);
  return JSON.parse(sink.lines[0] ?? "");
}

function textLine(write: (log: Logger) => void, color = false): string {
  const sink = capture();
  write(createTextLogger({ level: "info", sink, color, now: () => 0 }, { run: "local-1" }));
  return sink.lines.join("");
}

describe("JSON lines", () => {
  test("carry time, level as a word, message and fields, and neither pid nor host name", () => {
    const line = jsonLine((log) => log.child({ phase: "activation" }).warn("waiting", { hub: "new", seconds: 3 }));
    expect(line).toEqual({
      level: "warn",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      type: "log",
      run: "switchover-x7k2p",
      task: "switchover-preflight",
      phase: "activation",
      hub: "new",
      seconds: 3,
      msg: "waiting",
    });
  });

  test("below the level are not written", () => {
    const sink = capture();
    createJsonLogger({ level: "warn", sink }, {}).info("x");
    expect(sink.lines).toEqual([]);
  });

  test("cannot be told another level, time or message by a field", () => {
    const line = jsonLine((log) => log.info("real", { level: "error", msg: "forged", time: "never" }));
    expect(line).toMatchObject({ level: "info", msg: "real", level_: "error", msg_: "forged", time_: "never" });
  });

  test("hide secrets in the message, in nested fields, under telling names and in errors", () => {
    const error = new Error("401 for Bearer abcdefghijkl", { cause: new Error("token: secret-value-1") });
    const line = jsonLine((log) =>
      log.info("Bearer abcdefghijkl", { a: { b: ["password=hunter2hunter"] }, token: 1, error }),
    );
    expect(JSON.stringify(line)).not.toMatch(/abcdefghijkl|hunter2|secret-value/);
    expect(line).toMatchObject({ token: "[hidden]", error: { name: "Error", cause: { message: "token: [hidden]" } } });
  });

  test("survive cycles, deep nesting, bigints and getters of every kind", () => {
    const circle: { self?: unknown; big: bigint } = { big: 10n };
    circle.self = circle;
    const line = jsonLine((log) =>
      log.info("x", { circle, map: new Map([["k", 1]]), set: new Set([1]), none: null, fn: () => 1 }),
    );
    expect(line).toMatchObject({
      circle: { big: "10", self: "[circular]" },
      map: { k: 1 },
      set: [1],
      none: null,
      fn: "[function]",
    });
  });

  test("keep identity and say so when they had to be shortened", () => {
    const objects = Array.from({ length: 500 }, (_, index) => ({ name: `cluster-${index}`, note: "x".repeat(500) }));
    const line = jsonLine((log) => log.info("y".repeat(20_000), { objects, operationId: "old--new-1a2b" }));
    expect(line).toMatchObject({ operationId: "old--new-1a2b", truncated: true, run: "switchover-x7k2p" });
  });

  test("never exceed 8 kB and always parse, whatever is logged", () => {
    const fields = fc.dictionary(
      fc.string({ unit: anyCharacter }),
      fc.anything({ maxDepth: 4, withBigInt: true, withDate: true, withMap: true, withSet: true }),
    );
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter, size: "large" }), fields, (message, given) => {
        const sink = capture();
        createJsonLogger({ level: "info", sink }, {}).info(message, given as LogFields);
        const [line = ""] = sink.lines;
        expect(Buffer.byteLength(line)).toBeLessThanOrEqual(8_192);
        expect(JSON.parse(line)).toHaveProperty("msg");
      }),
    );
  });
});

describe("text lines", () => {
  test("read as time of day, level, message and fields", () => {
    expect(textLine((log) => log.info("fleet moved", { clusters: 12, note: "two words" }))).toMatch(
      /^\d\d:\d\d:\d\d info {2}fleet moved clusters=12 note="two words"\n$/,
    );
  });

  test("are coloured by level only where colour is wanted", () => {
    const colored = textLine((log) => log.warn("x"), true);
    expect(colored.startsWith("\u001b[33m") && colored.endsWith("\u001b[0m\n")).toBe(true);
    expect(textLine((log) => log.warn("x"), false)).not.toContain("\u001b");
  });

  test("let no text from a cluster move the cursor or begin a line", () => {
    const line = textLine((log) => log.info("a\u001b[2Jb\nexit: 0", { field: "\u001b[31m\n" }));
    expect(line.trimEnd()).not.toMatch(/\p{Cc}/u);
  });

  test("hide secrets", () => {
    expect(textLine((log) => log.info("Bearer abcdefghijkl", { password: "hunter2hunter" }))).not.toMatch(
      /abcdefghijkl|hunter2/,
    );
  });
});
