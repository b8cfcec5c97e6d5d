import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { PlannedChange } from "../../../../steps/lib/phase/types.ts";
import { comparePlans } from "../../../../steps/lib/plan/compare-plans.ts";
import { digestPattern } from "../../../../steps/lib/plan/plan-digest.ts";
import {
  type PlanDocument,
  type PlanEntry,
  type PlanSubject,
  planDocument,
} from "../../../../steps/lib/plan/plan-document.ts";
import { subject } from "./plan-subject.ts";

const name = fc.stringMatching(/^[a-z]{1,6}$/);
const fields = fc.dictionary(name, fc.oneof(fc.integer(), fc.boolean(), name), { maxKeys: 5 });
const body = fields.map((spec) => ({ metadata: { name: "x" }, spec }));

/** A write, a wait or the note of a later step. */
const change: fc.Arbitrary<PlannedChange> = fc
  .record({
    verb: fc.constantFrom("create", "merge-patch", "replace", "delete", "wait", "later"),
    object: name,
    summary: fc.string(),
    body,
    after: body,
    before: body,
  })
  .map(({ verb, object, ...rest }) => {
    const write = { group: "g", version: "v1", resource: "things", kind: "Thing", name: object };
    return { phase: "p", step: "s", target: "hub", verb, object: `things.g ${object}`, write, ...rest } as const;
  });
const changes = fc.array(change, { maxLength: 8 });
const isWrite = ({ verb }: PlannedChange): boolean => verb !== "wait" && verb !== "later";

function planOf(plan: readonly PlannedChange[], own: Partial<PlanSubject> = {}, steps = ["s"]): PlanDocument {
  return planDocument({ ...subject, ...own }, { plan, steps });
}

/** The same value with the keys of each object the other way round. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, member]) => [key, turned(member)]),
  );
}

function with1(
  plan: readonly PlannedChange[],
  index: number,
  change: Partial<PlannedChange>,
): readonly PlannedChange[] {
  return plan.map((entry, at) => (at === index ? { ...entry, ...change } : entry));
}

describe("the digest of a plan", () => {
  test("W-06 has its form, and survives the file that the plan is kept in", () => {
    fc.assert(
      fc.property(changes, (plan) => {
        const document = planOf(plan);
        expect(document.digest).toMatch(new RegExp(digestPattern));
        const read: PlanDocument = JSON.parse(JSON.stringify(document));
        expect(comparePlans(read, document)).toEqual({ added: [], gone: [], changed: [] });
      }),
    );
  });

  test("W-06 does not depend on who planned when, with what version, by which address, or on the order of keys", () => {
    fc.assert(
      fc.property(changes, fc.string(), fc.string(), (plan, text, other) => {
        const own = { runName: text, toolVersion: other, plannedAt: text, operationId: other };
        const hubs = { hub: { id: "h1", api: text } };
        const keys = plan.map((entry) => turned(entry) as PlannedChange); // the same members
        expect(planOf(keys, { ...own, hubs }).digest).toBe(planOf(plan).digest);
      }),
    );
  });

  test("W-06 does not depend on sentences, answers of the server, waits, and steps that look again", () => {
    fc.assert(
      fc.property(changes, fc.string(), (plan, text) => {
        const told = plan.filter(isWrite).map((entry) => ({ ...entry, summary: text, server: text }));
        expect(planOf(told).digest).toBe(planOf(plan).digest);
      }),
    );
  });

  test("W-06 does not depend on what a server counts up, nor on what a run makes up", () => {
    fc.assert(
      fc.property(changes, fc.stringMatching(/^[0-9]{14}$/), fc.stringMatching(/^[0-9]{14}$/), (plan, one, other) => {
        const made = (stamp: string): readonly PlannedChange[] =>
          plan.map((entry) => {
            const metadata = { name: `n-${stamp}`, resourceVersion: stamp, generation: Number(stamp) };
            const write = { group: "g", version: "v1", resource: "things", kind: "Thing", name: `n-${stamp}` };
            const after = { metadata, spec: { at: stamp } };
            return { ...entry, object: `things.g n-${stamp}`, write, after, body: after, madeUp: [stamp] };
          });
        expect(planOf(made(one)).digest).toBe(planOf(made(other)).digest);
      }),
    );
  });

  test("W-06 changes with each write, with its effect, with what it finds, and with the order of the writes", () => {
    const writes = fc.array(change.filter(isWrite), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(writes, fc.nat(), (plan, choice) => {
        const index = choice % plan.length;
        const { digest } = planOf(plan);
        const others = [
          with1(plan, index, { after: { spec: { otherwise: "yes" } } }),
          with1(plan, index, { object: "things.g another-one" }),
          with1(plan, index, { target: "another" }),
          plan.toSpliced(index, 1),
          [...plan, ...plan.slice(0, 1)],
        ];
        for (const other of others) expect(planOf(other).digest).not.toBe(digest);
        const deletes = plan[index]?.verb === "delete";
        const found = with1(plan, index, { before: { spec: { otherwise: "yes" } } });
        expect(planOf(found).digest === digest).toBe(deletes);
        const uid = with1(plan, index, { before: { metadata: { uid: "another" } } });
        expect(planOf(uid).digest).not.toBe(digest);
      }),
    );
  });

  test("W-06 changes with the operation, the hubs and the steps that may still decide", () => {
    fc.assert(
      fc.property(changes, (plan) => {
        const others = [
          planOf(plan, { operation: "another" }),
          planOf(plan, { hubs: { hub: { id: "h2", api: "https://hub" } } }),
          planOf(plan, {}, ["s", "t"]),
        ];
        expect(new Set([planOf(plan), ...others].map(({ digest }) => digest)).size).toBe(4);
      }),
    );
  });
});

describe("the comparison of two plans", () => {
  const entry = (object: string, more: Partial<PlanEntry> = {}): PlanEntry => ({
    phase: "p",
    step: "pause",
    hub: "hub",
    verb: "merge-patch",
    object,
    summary: object,
    ...more,
  });
  const plan = (entries: readonly PlanEntry[], steps: readonly string[] = ["pause"]) => ({
    entries,
    steps,
    hubs: subject.hubs,
  });

  test("W-06 names what is new, gone and changed, a repeated write for each time", () => {
    const approved = plan([entry("a"), entry("b"), entry("b")], ["pause", "wake"]);
    const now = plan([entry("a", { patch: { spec: 1 } }), entry("b"), entry("c", { verb: "create" })]);
    expect(comparePlans(approved, now)).toEqual({
      added: ["pause: create c (hub)"],
      gone: ["the step wake", "pause: merge-patch b (hub)"],
      changed: ["pause: merge-patch a (hub)"],
    });
  });

  test("W-06 knows an object again whose name has the time of the run", () => {
    const one = plan([entry("backup-1", { madeUp: ["1"] })]);
    const other = plan([entry("backup-2", { madeUp: ["2"], patch: { spec: 1 } })]);
    expect(comparePlans(one, other)).toEqual({ added: [], gone: [], changed: ["pause: merge-patch backup-… (hub)"] });
  });

  test("W-06 passes over waits", () => {
    const waiting = plan([entry("a"), entry("until it is so", { verb: "wait" })]);
    expect(comparePlans(plan([entry("a")]), waiting)).toEqual({ added: [], gone: [], changed: [] });
  });
});
