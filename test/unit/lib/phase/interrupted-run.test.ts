import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { FairleadError } from "../../../../steps/lib/errors/fairlead-error.ts";
import type { Change } from "../../../../steps/lib/phase/types.ts";
import {
  acting,
  creating,
  deleting,
  patching,
  remembering,
  SmallBench,
  type Step,
  setting,
  stepOn,
  waiting,
} from "./small-run.ts";
import type { Point } from "./small-world.ts";

/** Every kind of step that an operation has, each over an object of its own. */
const makers = {
  set: (object: string) => setting(`set ${object}`, object, { set: true }),
  create: (object: string) =>
    stepOn(`create ${object}`, `${object}-new`, (thing) =>
      thing === undefined ? acting([creating(`${object}-new`, { made: 1 })]) : { state: "done", note: "there" },
    ),
  "warn of": (object: string) =>
    stepOn(`warn of ${object}`, `${object}-new`, (thing) =>
      thing === undefined
        ? acting([{ kind: "warn", message: `beware of ${object}` }, creating(`${object}-new`, { made: 1 })])
        : { state: "done", note: "there" },
    ),
  replace: (object: string) =>
    stepOn(`replace ${object}`, object, (thing, context) => {
      if (thing === undefined) return acting([creating(object, { age: "new" })]);
      if (thing.spec?.["age"] === "new") return { state: "done", note: "new" };
      const gone = waiting(context, `waiting until ${object} is gone`, (all) =>
        all.every(({ metadata }) => metadata.name !== object),
      );
      const isGoing = thing.metadata.deletionTimestamp !== undefined;
      return acting([...(isGoing ? [] : [deleting(object)]), gone], "plan-again");
    }),
  trigger: (object: string) =>
    stepOn(
      `trigger ${object}`,
      object,
      (thing, context) => {
        const { uid } = thing?.metadata ?? {};
        const own = context.memory()[`triggered ${object}`] === uid;
        if (thing?.spec?.["trigger"] === "pulled")
          return own ? { state: "done", note: "pulled by us" } : { state: "refused", error: foreign };
        return acting([remembering({ [`triggered ${object}`]: uid }), patching(object, { trigger: "pulled" }, thing)]);
      },
      { onResume: "trust-record" },
    ),
  bulk: (object: string) =>
    stepOn(
      `bulk ${object}`,
      object,
      (_, context) =>
        acting([
          { kind: "bulk", title: "all", concurrency: 2, changes: bulkOf(object) },
          waiting(context, "waiting for nothing", () => true),
          remembering({ [`bulk ${object}`]: true }),
        ]),
      { onResume: "trust-record" },
    ),
} as const satisfies Record<string, (object: string) => Step>;

const foreign = new FairleadError({ id: "SMALL-02", what: "somebody else did it", why: "not us", fix: "ask them" });

function bulkOf(object: string): readonly Change[] {
  return ["x", "y", "z"].flatMap((part) => {
    const action = patching(`${object}-${part}`, { polished: true });
    return action.kind === "write" ? [action.change] : [];
  });
}

type Kind = keyof typeof makers;
const kinds = Object.keys(makers) as Kind[];

function prepared(plan: readonly Kind[]): { readonly bench: SmallBench; readonly steps: readonly Step[] } {
  const bench = new SmallBench();
  const steps = plan.map((kind, index) => {
    bench.world.put(`o${index}`, { age: "old" });
    for (const part of ["x", "y", "z"]) bench.world.put(`o${index}-${part}`);
    return makers[kind](`o${index}`);
  });
  return { bench, steps };
}

/** How many awaits an undisturbed run has, and how it leaves world and disk. */
async function undisturbed(plan: readonly Kind[]) {
  const { bench, steps } = prepared(plan);
  let awaits = 0;
  const outcome = await bench.run(steps, {
    point: async () => {
      awaits += 1;
    },
  });
  expect(outcome.state).toBe("done");
  return { bench, awaits };
}

// A uid numbers the object; which number it is depends on the writes before it.
function memoryOf(bench: SmallBench): unknown {
  return Object.fromEntries(Object.entries(bench.disk.memory).map(([key, value]) => [key, typeof value]));
}

/** Ends well, and nothing that was recorded turns out to be undone. */
async function expectEnd(bench: SmallBench, steps: readonly Step[], reference: SmallBench): Promise<void> {
  const { state, warnings } = await bench.run(steps);
  expect(state).toBe("done");
  expect(warnings.filter((warning) => !warning.startsWith("beware of "))).toEqual([]);
  expect(bench.disk.warnings).toEqual(reference.disk.warnings);
}

/** The n-th await never returns, nor does any after it: the process is dead. */
function dyingAfter(n: number): { readonly point: Point; readonly dead: Promise<void> } {
  const dead = Promise.withResolvers<void>();
  let reached = 0;
  const point: Point = () => {
    reached += 1;
    if (reached < n) return Promise.resolve();
    dead.resolve();
    return new Promise(() => undefined);
  };
  return { point, dead: dead.promise };
}

const plans = fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 5 });
/** A part of a run. Not `double`, whose values lie mostly next to zero: all would end at the first await. */
const instant = fc.nat({ max: 999 }).map((thousandth) => thousandth / 1000);
const instants = fc.array(instant, { minLength: 1, maxLength: 3 });

/** Repeating a bulk is allowed: setting a field twice is setting it. Nothing else is done twice. */
function withoutRepeatedBulk(effects: readonly string[]): readonly string[] {
  return [
    ...new Set(effects.filter((effect) => /-[xyz]$/.test(effect))),
    ...effects.filter((effect) => !/-[xyz]$/.test(effect)),
  ].toSorted();
}

describe("a run that ended too early, at any await, and was started again", () => {
  test("killed, up to three times: world, memory, records and writes are those of an undisturbed run", async () => {
    await fc.assert(
      fc.asyncProperty(plans, instants, async (plan, at) => {
        const reference = await undisturbed(plan);
        const { bench, steps } = prepared(plan);
        for (const part of at) {
          const { point, dead } = dyingAfter(1 + Math.floor(part * reference.awaits));
          await Promise.race([bench.run(steps, { point }), dead]);
        }
        await expectEnd(bench, steps, reference.bench);
        expect(bench.world.content()).toEqual(reference.bench.world.content());
        expect(memoryOf(bench)).toEqual(memoryOf(reference.bench));
        expect(bench.disk.steps).toEqual(reference.bench.disk.steps);
        expect(withoutRepeatedBulk(bench.world.effects)).toEqual(withoutRepeatedBulk(reference.bench.world.effects));
      }),
      { numRuns: 300 },
    );
  });

  test("cancelled: it ends as interrupted, records no failure, and the next run ends the same way", async () => {
    await fc.assert(
      fc.asyncProperty(plans, instant, async (plan, at) => {
        const reference = await undisturbed(plan);
        const { bench, steps } = prepared(plan);
        const cancelled = new AbortController();
        const last = Math.floor(at * reference.awaits);
        let reached = 0;
        const point: Point = async () => {
          reached += 1;
          if (reached > last) cancelled.abort(new Error("stop"));
        };
        const first = await bench.run(steps, { point, signal: cancelled.signal });
        expect(["interrupted", "done"]).toContain(first.state);
        expect(bench.disk.errors).toEqual([]);
        await expectEnd(bench, steps, reference.bench);
        expect(bench.world.content()).toEqual(reference.bench.world.content());
        expect(bench.disk.steps).toEqual(reference.bench.disk.steps);
        expect(withoutRepeatedBulk(bench.world.effects)).toEqual(withoutRepeatedBulk(reference.bench.world.effects));
      }),
      { numRuns: 200 },
    );
  });

  test.each(kinds)("killed at every single await of the step that will %s, it ends the same way", async (kind) => {
    const reference = await undisturbed([kind]);
    expect(reference.awaits).toBeGreaterThan(5);
    for (let n = 1; n <= reference.awaits; n += 1) {
      const { bench, steps } = prepared([kind]);
      const { point, dead } = dyingAfter(n);
      await Promise.race([bench.run(steps, { point }), dead]);
      await expectEnd(bench, steps, reference.bench);
      expect(bench.world.content()).toEqual(reference.bench.world.content());
      expect(withoutRepeatedBulk(bench.world.effects)).toEqual(withoutRepeatedBulk(reference.bench.world.effects));
    }
  });
});
