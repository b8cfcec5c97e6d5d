import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { chosen, killTimeoutMs } from "../lib/kill/sampling.ts";
import { KillBench } from "./support/kill-bench.ts";
import { casesOf, killAndCompare, type Reference, undisturbed } from "./support/kill-plan.ts";
import { rollback } from "./support/killed-operation.ts";
import { describeWrite } from "./support/seen-writes.ts";

describe("a rollback after the activation, killed right before or after a write to a hub", () => {
  let bench: KillBench;
  let reference: Reference;
  let writes: readonly string[];

  beforeAll(async () => {
    // Before ACM 2.14 no import is asked for: which clusters a request would be for depends on who is quicker.
    bench = await KillBench.open(1, { version: "2.13.2" });
    reference = await undisturbed(bench, rollback);
    writes = bench.writes.map(describeWrite);
  }, killTimeoutMs);
  afterAll(() => bench?.close());

  test("A-66 an undisturbed one makes each of its writes once", () => {
    expect(reference.effects).toEqual([
      "primary create backupschedules",
      "primary delete backupschedules acm-hub-backup",
      "primary patch managedclusters c1",
      "primary patch managedclusters c2",
      "secondary create restores",
      "secondary delete restores restore-acm-passive-sync",
      "secondary patch restores restore-acm-passive-sync",
    ]);
  });

  test(
    "A-66 started again it ends as an undisturbed one: same hubs, same state and report, no write done twice",
    async () => {
      const cases = chosen(writes.flatMap(casesOf), 6);
      expect(await killAndCompare(bench, cases, reference)).toEqual([]);
    },
    killTimeoutMs,
  );
});
