import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Fault, Match } from "../../support/fault-proxy/types.ts";
import { chosen, killTimeoutMs, seed } from "../lib/kill/sampling.ts";
import { KillBench } from "./support/kill-bench.ts";
import { awayMs, type Reference, undisturbed } from "./support/kill-plan.ts";
import { switchover } from "./support/killed-operation.ts";
import type { HubName } from "./support/refill-hubs.ts";
import { endRight, transient, unreliable, unreliableInEveryWay } from "./support/unreliable.ts";

let bench: KillBench;
let reference: Reference;
beforeAll(async () => {
  bench = await KillBench.open(seed);
  reference = await undisturbed(bench, switchover());
}, killTimeoutMs);
afterAll(() => bench?.close());

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
      await bench.begin(reference.operation);
      unreliableInEveryWay(bench);
      await endRight(bench, await bench.run(), reference);
    },
    killTimeoutMs,
  );

  test.each(chosen(transient, 1))(
    "because answers %s: ends right by itself, or resumed",
    async (_name, fault) => {
      await bench.begin(reference.operation);
      unreliable(bench, fault, 0.05);
      await endRight(bench, await bench.run(), reference);
    },
    killTimeoutMs,
  );

  test.each(chosen(lasting, 2))(
    "because servers %s: stops with a clear error and ends right when resumed",
    async (_name, fault) => {
      await bench.begin(reference.operation);
      unreliable(bench, fault, 0.05, calls);
      await endRight(bench, await bench.run(), reference);
    },
    killTimeoutMs,
  );

  test(
    "because each watch is cut after a moment: ends right by itself",
    async () => {
      await bench.begin(reference.operation);
      unreliable(bench, { kind: "cut", afterMs: 300 }, 1, { verb: "watch" });
      const ran = await bench.run();
      expect({ exitCode: ran.exitCode, tail: ran.stderr.slice(-900) }).toMatchObject({ exitCode: 0 });
      expect(await bench.effects()).toEqual(reference.effects);
      await endRight(bench, ran, reference);
    },
    killTimeoutMs,
  );
});

interface Outage {
  readonly name: string;
  /** The outage begins when this was asked. */
  readonly at: Exclude<Match, (...args: never) => unknown>;
  readonly asked: HubName;
  readonly hub: HubName;
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

describe("a switchover during which a hub is away for a while", () => {
  test.each(chosen(outages, 1))(
    "$name, its port closed: ends right by itself, or resumed",
    async ({ at, asked, hub }) => {
      await bench.begin(reference.operation);
      const begun = bench.proxies[asked].seen(at, bench.proxies[asked].count(at) + 1);
      const run = bench.run();
      await begun;
      await bench.proxies[hub].goDown();
      await pause(awayMs);
      await bench.proxies[hub].comeUp();
      await endRight(bench, await run, reference);
    },
    killTimeoutMs,
  );

  test.each(chosen(outages, 1))(
    "$name, silent with its connections open: ends right by itself, or resumed",
    async ({ at, asked, hub }) => {
      await bench.begin(reference.operation);
      const begun = bench.proxies[asked].seen(at, bench.proxies[asked].count(at) + 1);
      const run = bench.run();
      await begun;
      bench.pair[hub].suspend();
      try {
        await pause(awayMs);
      } finally {
        bench.pair[hub].resume();
      }
      await endRight(bench, await run, reference);
    },
    killTimeoutMs,
  );
});
