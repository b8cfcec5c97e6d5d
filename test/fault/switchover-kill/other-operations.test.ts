import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { chosen, killTimeoutMs, seed } from "../lib/kill/sampling.ts";
import { KillBench } from "./support/kill-bench.ts";
import { casesOf, killAndCompare, type Reference, undisturbed } from "./support/kill-plan.ts";
import {
  type KilledOperation,
  pauseOfArgoCd,
  removal,
  resumeOfArgoCd,
  switchoverAndRemoval,
  takeover,
} from "./support/killed-operation.ts";
import { describeWrite } from "./support/seen-writes.ts";
import { endRight, unreliableInEveryWay } from "./support/unreliable.ts";

interface Variant {
  readonly operation: KilledOperation;
  /** What an undisturbed one does to the hubs. */
  readonly effects: readonly string[];
  readonly points: number;
}

const activation = [
  "secondary create backupschedules",
  "secondary delete restores restore-acm-passive-sync",
  "secondary patch restores restore-acm-passive-sync",
];
const removed = [
  "primary delete backupschedules acm-hub-backup",
  "primary delete managedclusters c1",
  "primary delete managedclusters c2",
  "primary delete multiclusterhubs multiclusterhub",
];

const variants: readonly Variant[] = [
  { operation: takeover, effects: activation, points: 3 },
  {
    operation: switchoverAndRemoval,
    effects: [
      ...removed,
      "primary patch backupschedules acm-hub-backup",
      "primary patch managedclusters c1",
      "primary patch managedclusters c2",
      ...activation,
    ],
    points: 3,
  },
  { operation: removal, effects: removed, points: 3 },
  { operation: pauseOfArgoCd, effects: ["primary patch applications acm"], points: 2 },
  { operation: resumeOfArgoCd, effects: ["primary patch applications acm"], points: 2 },
];

let bench: KillBench;
beforeAll(async () => {
  bench = await KillBench.open(seed, { argoCd: true });
}, killTimeoutMs);
afterAll(() => bench?.close());

describe.each(variants)("$operation.name", ({ operation, effects, points }) => {
  let reference: Reference;
  let writes: readonly string[];

  beforeAll(async () => {
    reference = await undisturbed(bench, operation);
    writes = bench.writes.map(describeWrite);
  }, killTimeoutMs);

  test("undisturbed makes each of its writes once", () => {
    expect(reference.effects).toEqual(effects);
  });

  test(
    "killed right before or after a write and started again ends as an undisturbed one, no write done twice",
    async () => {
      const cases = chosen(writes.flatMap(casesOf), points);
      expect(await killAndCompare(bench, cases, reference)).toEqual([]);
    },
    killTimeoutMs,
  );

  test(
    "of whose calls one in twenty fails in a passing way ends right by itself, or resumed after a clear error",
    async () => {
      await bench.begin(operation);
      unreliableInEveryWay(bench);
      await endRight(bench, await bench.run(), reference);
    },
    killTimeoutMs,
  );
});
