import { canonicalJson } from "../schema/canonical-json.ts";
import { approvedPart, isApproved } from "./plan-digest.ts";
import type { PlanDocument, PlanEntry } from "./plan-document.ts";

type ComparedPlan = Pick<PlanDocument, "entries" | "steps" | "hubs">;

/** What of a plan is no longer as it was approved, each as one line for people. */
export interface PlanDifferences {
  readonly added: readonly string[];
  readonly gone: readonly string[];
  readonly changed: readonly string[];
}

interface Compared {
  readonly line: string;
  readonly part: string;
}

/** What a run makes up, such as the time in a name, must not make two objects of one. */
function lineOf({ step, hub, verb, object, madeUp = [] }: PlanEntry): string {
  const stable = madeUp.filter((text) => text !== "").reduce((text, made) => text.replaceAll(made, "…"), object);
  return `${step}: ${verb} ${stable} (${hub})`;
}

/** Each under a key of its own: a step may write an object more than once. */
function keyed(parts: readonly Compared[]): ReadonlyMap<string, Compared> {
  const seen = new Map<string, number>();
  return new Map(
    parts.map((part) => {
      const count = (seen.get(part.line) ?? 0) + 1;
      seen.set(part.line, count);
      return [`${part.line} #${count}`, part];
    }),
  );
}

function partsOf({ entries, steps, hubs }: ComparedPlan): ReadonlyMap<string, Compared> {
  return keyed([
    ...Object.entries(hubs).map(([name, { id }]) => ({ line: `the ${name} hub`, part: id })),
    ...steps.map((step) => ({ line: `the step ${step}`, part: "" })),
    ...entries.filter(isApproved).map((entry) => ({ line: lineOf(entry), part: canonicalJson(approvedPart(entry)) })),
  ]);
}

/** Nothing differs but the order where all three are empty and the digests are not equal. Pure. */
export function comparePlans(approved: ComparedPlan, now: ComparedPlan): PlanDifferences {
  const [before, after] = [partsOf(approved), partsOf(now)];
  const lines = (parts: Iterable<readonly [string, Compared]>, keep: (key: string, part: Compared) => boolean) =>
    [...parts].filter(([key, part]) => keep(key, part)).map(([, { line }]) => line);
  return {
    added: lines(after, (key) => !before.has(key)),
    gone: lines(before, (key) => !after.has(key)),
    changed: lines(after, (key, { part }) => before.has(key) && before.get(key)?.part !== part),
  };
}
