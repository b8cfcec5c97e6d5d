import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { FairleadError } from "../../../steps/lib/errors/fairlead-error.ts";
import type { EachEntry } from "../../../steps/trigger/each-file.ts";
import { eachFailure, eachTable, runEach } from "../../../steps/trigger/run-each.ts";

const entry = (name: string): EachEntry => ({ name, params: [], workspaces: [] });
const failure = (why: string) =>
  new FairleadError({ id: "TRIG-05", what: "the run failed", why, fix: "mend it" }, { exitCode: 4 });

describe("several runs", () => {
  test("go in their order, one at a time by default, and each is told in a line", async () => {
    const seen: string[] = [];
    const outcomes = await runEach(["a", "b"].map(entry), { parallel: 1, keepGoing: false }, async ({ name }) => {
      seen.push(`start ${name}`);
      await Promise.resolve();
      seen.push(`end ${name}`);
      return `moved ${name}`;
    });
    expect(seen).toEqual(["start a", "end a", "start b", "end b"]);
    expect(eachTable(outcomes).rows).toEqual([
      ["a", "succeeded", "moved a"],
      ["b", "succeeded", "moved b"],
    ]);
    expect(eachFailure(outcomes)).toBeUndefined();
  });

  test("after a failure no other is started, and the exit code is that of the first failure", async () => {
    const outcomes = await runEach(["a", "b", "c"].map(entry), { parallel: 1, keepGoing: false }, async ({ name }) => {
      if (name === "b") throw failure("c1 is gone");
      return name;
    });
    expect(eachTable(outcomes).rows).toEqual([
      ["a", "succeeded", "a"],
      ["b", "failed", "TRIG-05 the run failed: c1 is gone"],
      ["c", "not-started", "an earlier run failed"],
    ]);
    const error = eachFailure(outcomes);
    expect({ ...error?.text, code: error?.exitCode }).toEqual({
      id: "TRIG-08",
      what: "1 of 3 runs failed, 1 were not started",
      why: "b; the first: c1 is gone",
      fix: "mend the cause and start the same again: runs with an exact name are found, not repeated; give the failed ones another run-id",
      code: 4,
    });
  });

  test("all are started when told to keep going", async () => {
    const outcomes = await runEach(["a", "b"].map(entry), { parallel: 1, keepGoing: true }, async ({ name }) => {
      if (name === "a") throw failure("x");
      return name;
    });
    expect(outcomes.map(({ state }) => state)).toEqual(["failed", "succeeded"]);
  });

  test("a defect is no outcome", async () => {
    const run = runEach([entry("a")], { parallel: 1, keepGoing: true }, () => Promise.reject(new TypeError("defect")));
    await expect(run).rejects.toThrow("defect");
  });

  test("never more at once than were asked for, and each exactly once", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 12 }), async (parallel, count) => {
        let running = 0;
        let most = 0;
        const names = Array.from({ length: count }, (_, index) => `run-${index}`);
        const outcomes = await runEach(names.map(entry), { parallel, keepGoing: false }, async ({ name }) => {
          running += 1;
          most = Math.max(most, running);
          await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
          return name;
        });
        expect(most).toBe(Math.min(parallel, count));
        expect(outcomes.map((outcome) => outcome.name)).toEqual(names);
      }),
    );
  });
});
