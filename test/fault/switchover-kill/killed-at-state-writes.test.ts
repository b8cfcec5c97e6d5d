import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { chosen, killTimeoutMs } from "../lib/kill/sampling.ts";
import { KillBench } from "./support/kill-bench.ts";
import { type KillCase, killAndCompare, type Reference, undisturbed } from "./support/kill-plan.ts";
import { switchover } from "./support/killed-operation.ts";

function casesOf(name: string, index: number, renames: readonly string[]): readonly KillCase[] {
  return (["before", "after"] as const).map((when) => ({
    point: { kind: "rename", number: index + 1, when },
    label: `${when} rename ${index + 1} of ${renames.length}: ${name}`,
  }));
}

describe("a switchover killed right before or after a version of its state, of its backup or of a report appears", () => {
  let bench: KillBench;
  let reference: Reference;
  let renames: readonly string[];

  beforeAll(async () => {
    bench = await KillBench.open();
    reference = await undisturbed(bench, switchover());
    renames = await bench.renames();
  }, killTimeoutMs);
  afterAll(() => bench?.close());

  test("an undisturbed run writes its state many times and each report once", () => {
    expect(renames.filter((name) => /^[^/]+\.json$/.test(name)).length).toBeGreaterThan(20);
    expect(renames.filter((name) => name.includes("/report."))).toHaveLength(3);
  });

  test(
    "ends, started again, as an undisturbed one: same hubs, same state and report, no write done twice",
    async () => {
      const cases = chosen(renames.flatMap(casesOf), 6);
      expect(await killAndCompare(bench, cases, reference)).toEqual([]);
    },
    killTimeoutMs,
  );
});
