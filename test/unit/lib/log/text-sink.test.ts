import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { descriptorSink } from "../../../../steps/lib/log/text-sink.ts";

describe("descriptorSink", () => {
  test("writes text at once", () => {
    const directory = mkdtempSync(join(tmpdir(), "fairlead-sink-"));
    const descriptor = openSync(join(directory, "out"), "w");
    try {
      const sink = descriptorSink(descriptor);
      sink.write("é\n");
      expect(readFileSync(join(directory, "out"), "utf8")).toBe("é\n");
      expect(sink.failure).toBeUndefined();
    } finally {
      closeSync(descriptor);
      rmSync(directory, { recursive: true });
    }
  });

  test("remembers that a full disk lost text instead of failing the work", () => {
    const descriptor = openSync("/dev/full", "w");
    try {
      const sink = descriptorSink(descriptor);
      sink.write("x".repeat(100_000));
      sink.write("y");
      expect(sink.failure).toBe("ENOSPC");
    } finally {
      closeSync(descriptor);
    }
  });
});
