import { describe, expect, test } from "@jest/globals";
import { HeldLog } from "../../../../steps/lib/log/held-log.ts";
import type { LogFields, Logger } from "../../../../steps/lib/log/logger.ts";

function collecting(lines: string[], fields: LogFields = {}): Logger {
  const write = (level: string) => (message: string, own?: LogFields) => {
    lines.push(`${level} ${message} ${JSON.stringify({ ...fields, ...own })}`);
  };
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    child: (more) => collecting(lines, { ...fields, ...more }),
  };
}

describe("a log that can be held back", () => {
  test("writes at once while nothing holds it", () => {
    const lines: string[] = [];
    const log = new HeldLog(collecting(lines));
    log.info("one", { step: "a" });
    log.child({ hub: "primary" }).warn("two");
    expect(lines).toEqual(['info one {"step":"a"}', 'warn two {"hub":"primary"}']);
  });

  test("keeps warnings and errors for later, those of its children too, and drops what only told of progress", () => {
    const lines: string[] = [];
    const log = new HeldLog(collecting(lines));
    const child = log.child({ hub: "secondary" });
    const release = log.hold();
    log.debug("nobody misses this");
    child.info("nor this");
    child.warn("retrying", { attempt: 2 });
    log.error("lost");
    expect(lines).toEqual([]);
    release();
    expect(lines).toEqual(['warn retrying {"hub":"secondary","attempt":2}', "error lost {}"]);
  });

  test("writes at once again after it was released, and nothing twice", () => {
    const lines: string[] = [];
    const log = new HeldLog(collecting(lines));
    const release = log.hold();
    log.warn("held");
    release();
    release();
    log.info("free");
    expect(lines).toEqual(["warn held {}", "info free {}"]);
  });
});
