import fc from "fast-check";
import type { JsonObject } from "../../../../steps/lib/json/json.ts";

/** What the other writer does to the descheduler: a merge patch, or its deletion. */
export type Blow = { readonly by: "merge"; readonly patch: JsonObject } | { readonly by: "deletion" };

/** What happens at a second of the hour. `resume`: its user wants it managed again, if it is paused. */
export type Moment =
  | { readonly at: number; readonly what: "blow"; readonly blow: Blow }
  | { readonly at: number; readonly what: "run" }
  | { readonly at: number; readonly what: "resume" };

const interval = fc
  .integer({ min: 61, max: 999 })
  .map((seconds): Blow => ({ by: "merge", patch: { spec: { deschedulingIntervalSeconds: seconds } } }));

const others: readonly JsonObject[] = [
  { spec: { mode: "Predictive" } },
  { spec: { managementState: "Removed" } },
  { spec: { profiles: ["LongLifecycle"] } },
  { spec: { evictionLimits: { total: 9 } } },
  { spec: { evictionLimits: { node: 9 } } },
  { metadata: { labels: { "platform.kubevirt.io/managed-by": "bob" } } },
];

const anyField = fc.oneof(interval, ...others.map((patch) => fc.constant<Blow>({ by: "merge", patch })));
const deletion = fc.constant<Blow>({ by: "deletion" });

/** Ways to fight over one object. */
export const wars = {
  "the same field": interval,
  "one field or another": anyField,
  "the whole object, by deleting it": deletion,
  "a field, or the whole object": fc.oneof({ weight: 3, arbitrary: anyField }, { weight: 1, arbitrary: deletion }),
} as const satisfies Readonly<Record<string, fc.Arbitrary<Blow>>>;

const hour = 3600;
const period = 300;

/** Blows that come every other minute, and runs every five minutes. */
function steady(blow: fc.Arbitrary<Blow>): fc.Arbitrary<readonly Moment[]> {
  const gaps = fc.array(fc.tuple(fc.integer({ min: 20, max: 200 }), blow), { minLength: 40, maxLength: 40 });
  return gaps.map((all) => {
    let at = 0;
    const blows = all.map(([gap, one]): Moment => {
      at += gap;
      return { at, what: "blow", blow: one };
    });
    const runs = Array.from({ length: hour / period }, (_, index): Moment => ({ at: index * period, what: "run" }));
    return [...blows.filter((one) => one.at < hour), ...runs];
  });
}

/** Somebody changes something before each of many runs in a row. */
function burst(blow: fc.Arbitrary<Blow>): fc.Arbitrary<readonly Moment[]> {
  const begin = fc.integer({ min: 400, max: hour - 100 });
  const turns = fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), blow), { minLength: 16, maxLength: 16 });
  return fc.tuple(begin, turns).map(([start, all]) => {
    let at = start;
    return all.flatMap(([gap, one]): readonly Moment[] => {
      at += gap;
      return [
        { at, what: "blow", blow: one },
        { at, what: "run" },
      ];
    });
  });
}

/** An hour of such a war; the same for the same seed. */
export function warHour(blow: fc.Arbitrary<Blow>, seed: number): readonly Moment[] {
  const resumes = fc.array(fc.integer({ min: 600, max: hour - 1 }), { minLength: 4, maxLength: 4 });
  const all = fc
    .tuple(steady(blow), burst(blow), resumes)
    .map(([one, two, times]) => [...one, ...two, ...times.map((at): Moment => ({ at, what: "resume" }))]);
  const [moments = []] = fc.sample(all, { seed, numRuns: 1 });
  return moments.toSorted((one, other) => one.at - other.at);
}
