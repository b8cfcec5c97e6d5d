import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { TransportError } from "../../../../steps/lib/kube/transport.ts";
import { parseWatchEvent } from "../../../../steps/lib/kube/watch-event.ts";

const object = { kind: "ConfigMap", metadata: { name: "a", resourceVersion: "7" } };

describe("a line of a watch", () => {
  test.each(["ADDED", "MODIFIED", "DELETED", "BOOKMARK"])("%s comes with its object", (type) => {
    expect(parseWatchEvent(JSON.stringify({ type, object }))).toEqual({ type, object });
  });

  test("ERROR comes without one: a Status stands in its place", () => {
    expect(parseWatchEvent('{"type":"ERROR","object":{"kind":"Status","code":410}}')).toEqual({ type: "ERROR" });
  });

  test("that is cut off anywhere is no event", () => {
    const line = JSON.stringify({ type: "ADDED", object });
    for (let end = 0; end < line.length; end += 1) expect(parseWatchEvent(line.slice(0, end))).toBeUndefined();
  });

  test.each([
    "null",
    "1",
    "[]",
    "{}",
    '{"type":"ADDED"}',
    '{"type":"ADDED","object":{}}',
    '{"type":"OTHER","object":{"metadata":{}}}',
  ])("that is something else is refused: %s", (line) => {
    expect(() => parseWatchEvent(line)).toThrow("a line of the watch is no watch event");
  });

  test("that is arbitrary text never raises anything but a refusal", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
        try {
          parseWatchEvent(line);
          return true;
        } catch (error) {
          return error instanceof TransportError;
        }
      }),
    );
  });
});
