import { expect } from "@jest/globals";
import type { Ended } from "../../../integration/switchover/support/switchover-bench.ts";
import type { Fault, Match } from "../../../support/fault-proxy/types.ts";
import { settledHubs } from "./final-state.ts";
import type { KillBench } from "./kill-bench.ts";
import type { Reference } from "./kill-plan.ts";
import { hubNames } from "./refill-hubs.ts";

/** How a call can fail that may succeed when it is made again. */
export const transient: readonly (readonly [string, Fault])[] = [
  ["answer 429", { kind: "answer", status: 429, retryAfter: 1 }],
  ["answer 500", { kind: "answer", status: 500 }],
  ["answer 503", { kind: "answer", status: 503 }],
  ["break before the server acts", { kind: "reset", when: "before" }],
  ["break after the server acted", { kind: "reset", when: "after" }],
  ["come cut off", { kind: "truncate", keepBytes: 60 }],
  ["break inside the answer", { kind: "cut-body", keepBytes: 60 }],
  ["come slowly", { kind: "slow-body", bytes: 4_000, everyMs: 100 }],
];

/** Strikes calls to both hubs by chance. */
export function unreliable(bench: KillBench, fault: Fault, probability: number, when?: Match): void {
  for (const hub of hubNames) bench.proxies[hub].add({ probability, fault, ...(when === undefined ? {} : { when }) });
}

/** One call in twenty fails in one of the passing ways. */
export function unreliableInEveryWay(bench: KillBench): void {
  for (const [, fault] of transient) unreliable(bench, fault, 0.05 / transient.length);
}

/** An end that a person can work with: right, or with an error in words, never with a defect. */
function expectClear({ exitCode, stderr }: Ended): void {
  const tail = stderr.slice(-900);
  const lines = stderr.trimEnd().split("\n").slice(-5).join("\n");
  expect({ exitCode, tail }).not.toMatchObject({ exitCode: 70 });
  if (exitCode === 0) return;
  expect({ lines, tail }).toMatchObject({
    lines: expect.stringMatching(/^ERROR [A-Z]+(-[A-Z]+)?-\d+ switchover [a-z-]+: .+\nwhy: {2}.+\nfix: {2}.+\n/m),
  });
  expect(tail).not.toMatch(/\n\s+at .+\(.+:\d+:\d+\)/);
}

/** Goes on until the run succeeds: with the faults as often as that may take, at last without them. */
export async function endRight(bench: KillBench, first: Ended, reference: Reference): Promise<void> {
  let last = first;
  expectClear(last);
  for (let again = 0; again < 2 && last.exitCode !== 0; again += 1) {
    last = await bench.run();
    expectClear(last);
  }
  if (last.exitCode !== 0) {
    for (const hub of hubNames) bench.proxies[hub].clear();
    last = await bench.run();
  }
  expect({ exitCode: last.exitCode, tail: last.stderr.slice(-900) }).toMatchObject({ exitCode: 0 });
  expect(await settledHubs(bench.pair, reference.hubs)).toEqual(reference.hubs);
  const { state, locks } = reference.records;
  // Warnings and times may tell of the faults.
  expect(await bench.records()).toMatchObject({ state: { current_phase: phaseOf(state) }, locks });
}

function phaseOf(state: unknown): unknown {
  if (typeof state !== "object" || state === null || !("current_phase" in state)) throw new Error("no state was kept");
  return state.current_phase;
}
