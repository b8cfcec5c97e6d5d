import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Ended } from "../../integration/switchover/support/switchover-bench.ts";
import type { Fault, Match } from "../../support/fault-proxy/types.ts";
import { settledHubs } from "./support/final-state.ts";
import { KillBench } from "./support/kill-bench.ts";
import { chosen, killTimeoutMs, type Reference, seed, undisturbed } from "./support/kill-plan.ts";

const hubNames = ["primary", "secondary"] as const;

let bench: KillBench;
let reference: Reference;
beforeAll(async () => {
  bench = await KillBench.open(seed);
  reference = await undisturbed(bench);
});
afterAll(() => bench?.close());

/** An end that a person can work with: right, or with an error in words, never with a defect. */
function expectClear({ exitCode, stderr }: Ended): void {
  const tail = stderr.slice(-900);
  const lines = stderr.trimEnd().split("\n").slice(-5).join("\n");
  expect({ exitCode, tail }).not.toMatchObject({ exitCode: 70 });
  if (exitCode === 0) return;
  expect({ lines, tail }).toMatchObject({
    lines: expect.stringMatching(/^ERROR [A-Z]+(-[A-Z]+)?-\d+ switchover run: .+\nwhy: {2}.+\nfix: {2}.+\n/m),
  });
  expect(tail).not.toMatch(/\n\s+at .+\(.+:\d+:\d+\)/);
}

/** Goes on until the run succeeds: with the faults as often as that may take, at last without them. */
async function endRight(first: Ended): Promise<void> {
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
  expect(await bench.records()).toMatchObject({ state: { current_phase: "completed" }, locks: ["", ""] });
}

function unreliable(fault: Fault, probability: number, when?: Match): void {
  for (const hub of hubNames) bench.proxies[hub].add({ probability, fault, ...(when === undefined ? {} : { when }) });
}

const transient: readonly (readonly [string, Fault])[] = [
  ["answer 429", { kind: "answer", status: 429, retryAfter: 1 }],
  ["answer 500", { kind: "answer", status: 500 }],
  ["answer 503", { kind: "answer", status: 503 }],
  ["break before the server acts", { kind: "reset", when: "before" }],
  ["break after the server acted", { kind: "reset", when: "after" }],
  ["come cut off", { kind: "truncate", keepBytes: 60 }],
  ["break inside the answer", { kind: "cut-body", keepBytes: 60 }],
  ["come slowly", { kind: "slow-body", bytes: 4_000, everyMs: 100 }],
];

const lasting: readonly (readonly [string, Fault])[] = [401, 403, 409, 410, 422].map((status) => [
  `answer ${status}`,
  { kind: "answer", status },
]);

// A question in the form of a creation has no conflict, and a watch ends with 410 alone.
const calls: Match = ({ verb, resource }) => verb !== "watch" && !resource.startsWith("selfsubject") && resource !== "";

describe("a switchover between hubs of which one call in twenty fails", () => {
  test.each(chosen(["first", "second", "third"], 1))(
    "in every passing way (%s draw) ends right by itself, or stops with a clear error and ends right when resumed",
    async () => {
      await bench.begin();
      for (const [, fault] of transient) unreliable(fault, 0.05 / transient.length);
      await endRight(await bench.run());
    },
    killTimeoutMs,
  );

  test.each(chosen(transient, 1))(
    "because answers %s: ends right by itself, or resumed",
    async (_name, fault) => {
      await bench.begin();
      unreliable(fault, 0.05);
      await endRight(await bench.run());
    },
    killTimeoutMs,
  );

  test.each(chosen(lasting, 2))(
    "because servers %s: stops with a clear error and ends right when resumed",
    async (_name, fault) => {
      await bench.begin();
      unreliable(fault, 0.05, calls);
      await endRight(await bench.run());
    },
    killTimeoutMs,
  );

  test(
    "because each watch is cut after a moment: ends right by itself",
    async () => {
      await bench.begin();
      unreliable({ kind: "cut", afterMs: 300 }, 1, { verb: "watch" });
      const ran = await bench.run();
      expect({ exitCode: ran.exitCode, tail: ran.stderr.slice(-900) }).toMatchObject({ exitCode: 0 });
      expect(bench.effects()).toEqual(reference.effects);
      await endRight(ran);
    },
    killTimeoutMs,
  );
});

interface Outage {
  readonly name: string;
  /** The outage begins when this was asked. */
  readonly at: Exclude<Match, (...args: never) => unknown>;
  readonly asked: (typeof hubNames)[number];
  readonly hub: (typeof hubNames)[number];
}

const outages: readonly Outage[] = [
  {
    name: "the old hub while its schedule is paused",
    at: { verb: "patch", resource: "backupschedules" },
    asked: "primary",
    hub: "primary",
  },
  {
    name: "the new hub right after the activation",
    at: { verb: "patch", resource: "restores" },
    asked: "secondary",
    hub: "secondary",
  },
  {
    name: "the new hub when its schedule is made",
    at: { verb: "create", resource: "backupschedules" },
    asked: "secondary",
    hub: "secondary",
  },
  {
    name: "the old hub when it is made the secondary",
    at: { verb: "create", resource: "restores" },
    asked: "primary",
    hub: "primary",
  },
];

describe("a switchover during which a hub is away for some seconds", () => {
  test.each(chosen(outages, 1))(
    "$name, its port closed: ends right by itself, or resumed",
    async ({ at, asked, hub }) => {
      await bench.begin();
      const begun = bench.proxies[asked].seen(at, bench.proxies[asked].count(at) + 1);
      const run = bench.run();
      await begun;
      await bench.proxies[hub].goDown();
      await pause(3_000);
      await bench.proxies[hub].comeUp();
      await endRight(await run);
    },
    killTimeoutMs,
  );

  test.each(chosen(outages, 1))(
    "$name, silent with its connections open: ends right by itself, or resumed",
    async ({ at, asked, hub }) => {
      await bench.begin();
      const begun = bench.proxies[asked].seen(at, bench.proxies[asked].count(at) + 1);
      const run = bench.run();
      await begun;
      bench.pair[hub].suspend();
      try {
        await pause(3_000);
      } finally {
        bench.pair[hub].resume();
      }
      await endRight(await run);
    },
    killTimeoutMs,
  );
});
