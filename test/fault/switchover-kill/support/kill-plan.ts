import { expect } from "@jest/globals";
import type { Ended } from "../../../integration/switchover/support/switchover-bench.ts";
import { everywhere, seed } from "../../lib/kill/sampling.ts";
import { seededRandom } from "../../lib/state/child-process.ts";
import { settledHubs } from "./final-state.ts";
import type { KillBench, KillPoint } from "./kill-bench.ts";
import type { KilledOperation } from "./killed-operation.ts";

/** How long a hub is away. */
export const awayMs = everywhere ? 30_000 : 3_000;

export interface Reference {
  readonly operation: KilledOperation;
  readonly effects: readonly string[];
  /** How long the program ran. */
  readonly durationMs: number;
  readonly records: Readonly<Record<string, unknown>>;
  readonly hubs: unknown;
}

/** How an undisturbed run leaves everything. */
export async function undisturbed(bench: KillBench, operation: KilledOperation): Promise<Reference> {
  await bench.begin(operation);
  const begin = performance.now();
  expectSuccess(await bench.run());
  const durationMs = performance.now() - begin;
  const hubs = await settledHubs(bench.pair, undefined, 1_500);
  return { operation, effects: await bench.effects(), durationMs, records: await bench.records(), hubs };
}

/** Moments of a run, as many as `count`, all of `KILL_EVERYWHERE` with 200; by the seed. */
export function moments({ durationMs }: Reference, count: number): readonly KillCase[] {
  const random = seededRandom(seed);
  return Array.from({ length: everywhere ? 200 : count }, () => {
    // Not the last tenth: on a machine that is idle by now the program would have ended.
    const afterMs = Math.round(0.9 * random() * durationMs);
    return { point: { kind: "moment", afterMs }, label: `after ${afterMs} of ${Math.round(durationMs)} ms` };
  });
}

export interface KillCase {
  readonly point: KillPoint;
  /** Says what is written there. */
  readonly label: string;
}

/** Right before and right after a write, which is one of several of its kind or the only one. */
export function casesOf(write: string, index: number, writes: readonly string[]): readonly KillCase[] {
  const number = writes.slice(0, index + 1).filter((other) => other === write).length;
  return (["before", "after"] as const).map((when) => ({
    point: { kind: "api-write", write, number, when },
    label: `${when} write ${number} of "${write}"`,
  }));
}

function expectSuccess({ exitCode, stderr }: Ended): void {
  if (exitCode !== 0) throw new Error(`the run ended with ${exitCode}: ${stderr.slice(-1_500)}`);
}

/** Tells whether the point was reached: some writes depend on who is quicker. */
async function tryOne(bench: KillBench, point: KillPoint, reference: Reference): Promise<boolean> {
  await bench.begin(reference.operation);
  const first = await bench.run(point);
  if (first.exitCode !== null) expectSuccess(first);
  expectSuccess(await bench.run());
  expect(await bench.effects()).toEqual(reference.effects);
  expect(await bench.records()).toEqual(reference.records);
  expect(await settledHubs(bench.pair, reference.hubs)).toEqual(reference.hubs);
  return first.exitCode === null;
}

/** Kills at each point, goes on, compares. Returns what went wrong, by label. */
export async function killAndCompare(
  bench: KillBench,
  cases: readonly KillCase[],
  reference: Reference,
): Promise<readonly string[]> {
  const failures: string[] = [];
  let killed = 0;
  console.log(
    `killed ${everywhere ? "everywhere" : `at ${cases.length} instants of seed ${seed}`}:\n${cases.map(({ label }) => `  ${label}`).join("\n")}`,
  );
  for (const { point, label } of cases) {
    try {
      if (await tryOne(bench, point, reference)) killed += 1;
    } catch (error) {
      failures.push(`killed ${label}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  // A harness that kills nobody would find nothing.
  if (failures.length === 0) expect(killed).toBeGreaterThan(cases.length / 2);
  return failures;
}
