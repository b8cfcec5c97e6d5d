import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { chosen, killTimeoutMs } from "../lib/kill/sampling.ts";
import { KillBench } from "./support/kill-bench.ts";
import { casesOf, killAndCompare, type Reference, undisturbed } from "./support/kill-plan.ts";
import { switchover } from "./support/killed-operation.ts";
import { describeWrite } from "./support/seen-writes.ts";

describe("a switchover killed right before or after a write to a hub", () => {
  let bench: KillBench;
  let reference: Reference;
  let writes: readonly string[];

  beforeAll(async () => {
    bench = await KillBench.open();
    reference = await undisturbed(bench, switchover());
    writes = bench.writes.map(describeWrite);
  }, killTimeoutMs);
  afterAll(() => bench?.close());

  test("an undisturbed run activates once, and makes each of its other writes once", () => {
    expect(reference.effects).toEqual([
      "primary create restores",
      "primary patch backupschedules acm-hub-backup",
      "primary patch managedclusters c1",
      "primary patch managedclusters c2",
      "secondary create backupschedules",
      "secondary delete restores restore-acm-passive-sync",
      "secondary patch restores restore-acm-passive-sync",
    ]);
  });

  test(
    "ends, started again, as an undisturbed one: same hubs, same state and report, no write done twice",
    async () => {
      const cases = chosen(writes.flatMap(casesOf), 6);
      expect(await killAndCompare(bench, cases, reference)).toEqual([]);
    },
    killTimeoutMs,
  );
});
