import { expect } from "@jest/globals";
import type { Ended } from "../../../integration/switchover/support/switchover-bench.ts";
import { everywhere, seed } from "../../lib/kill/sampling.ts";
import { seededRandom } from "../../lib/state/child-process.ts";
import { restingHubs, settledHubs } from "./final-state.ts";
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
  const hubs = await restingHubs(bench.pair);
  return { operation, effects: await bench.effects(), durationMs, records: await bench.records(), hubs };
}

/** Moments of a run, as many as `count`, all of `KILL_EVERYWHERE` with 200; by the seed. */
export function moments({ durationMs }: Reference, count: number): readonly KillCase[] {
  const random = seededRandom(seed);
  return Array.from({ length: everywhere ? 200 : count }, () => {
    // Not the last tenth: on a machine that is less busy by now the program would have ended.
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

interface Try {
  /** Whether the point was reached: some writes depend on who is quicker. */
  readonly isKilled: boolean;
  /** How long the first run lasted. */
  readonly durationMs: number;
}

async function tryOne(bench: KillBench, point: KillPoint, reference: Reference): Promise<Try> {
  await bench.begin(reference.operation);
  const begin = performance.now();
  const first = await bench.run(point);
  const durationMs = performance.now() - begin;
  if (first.exitCode !== null) expectSuccess(first);
  expectSuccess(await bench.run());
  expect(await bench.effects(reference.effects)).toEqual(reference.effects);
  expect(await bench.records()).toEqual(reference.records);
  expect(await settledHubs(bench.pair, reference.hubs)).toEqual(reference.hubs);
  return { isKilled: first.exitCode === null, durationMs };
}

/**
 * A moment is a part of how long the undisturbed run took. Where the program has ended by then, since the machine is less
 * busy now, it is that part of how long it takes now.
 */
async function tryUntilReached(bench: KillBench, point: KillPoint, reference: Reference): Promise<boolean> {
  const { isKilled, durationMs } = await tryOne(bench, point, reference);
  if (isKilled || point.kind !== "moment") return isKilled;
  const afterMs = Math.round((point.afterMs * durationMs) / reference.durationMs);
  return await tryUntilReached(bench, { ...point, afterMs }, { ...reference, durationMs });
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
      if (await tryUntilReached(bench, point, reference)) killed += 1;
    } catch (error) {
      failures.push(`killed ${label}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  // A harness that kills nobody would find nothing.
  if (failures.length === 0) expect(killed).toBeGreaterThan(cases.length / 2);
  return failures;
}
