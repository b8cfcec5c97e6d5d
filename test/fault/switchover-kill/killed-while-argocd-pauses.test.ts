import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { chosen, killTimeoutMs } from "../lib/kill/sampling.ts";
import { KillBench } from "./support/kill-bench.ts";
import { casesOf, killAndCompare, type Reference, undisturbed } from "./support/kill-plan.ts";
import { switchoverWithArgoCd } from "./support/killed-operation.ts";
import { describeWrite } from "./support/seen-writes.ts";

describe("a switchover killed right before or after it pauses or resumes an Application", () => {
  let bench: KillBench;
  let reference: Reference;
  let writes: readonly string[];

  beforeAll(async () => {
    bench = await KillBench.open(1, { argoCd: true });
    reference = await undisturbed(bench, switchoverWithArgoCd);
    writes = bench.writes.map(describeWrite).filter((write) => write.includes(" applications "));
  }, killTimeoutMs);
  afterAll(() => bench?.close());

  test("an undisturbed run pauses it once and resumes it once", () => {
    expect(writes).toEqual(["primary patch applications acm", "primary patch applications acm"]);
  });

  test(
    "ends, started again, as an undisturbed one: same Application, same state, no write done twice",
    async () => {
      const cases = chosen(writes.flatMap(casesOf), 4);
      expect(await killAndCompare(bench, cases, reference)).toEqual([]);
    },
    killTimeoutMs,
  );
});
