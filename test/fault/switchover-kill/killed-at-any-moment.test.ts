import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { killTimeoutMs, seed } from "../lib/kill/sampling.ts";
import { KillBench } from "./support/kill-bench.ts";
import { killAndCompare, moments, type Reference, undisturbed } from "./support/kill-plan.ts";
import { switchover } from "./support/killed-operation.ts";

describe("a switchover killed at any moment, whatever it does by then", () => {
  let bench: KillBench;
  let reference: Reference;

  beforeAll(async () => {
    bench = await KillBench.open(seed);
    reference = await undisturbed(bench, switchover());
  }, killTimeoutMs);
  afterAll(() => bench?.close());

  test(
    "ends, started again, as an undisturbed one: same hubs, same state and report, no write done twice",
    async () => {
      expect(await killAndCompare(bench, moments(reference, 3), reference)).toEqual([]);
    },
    killTimeoutMs,
  );
});
