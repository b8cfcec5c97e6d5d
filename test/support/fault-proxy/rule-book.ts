import { fits } from "./kube-request.ts";
import type { KubeRequest, Rule } from "./types.ts";

/** Equal seeds give equal numbers (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The rules in order of their adding. The first that fits, is not used up and is drawn strikes. */
export class RuleBook {
  readonly #random: () => number;
  #rules: { readonly rule: Rule; left: number }[] = [];

  constructor(seed: number) {
    this.#random = randomNumbers(seed);
  }

  add(rule: Rule): void {
    this.#rules.push({ rule, left: rule.times ?? Number.POSITIVE_INFINITY });
  }

  clear(): void {
    this.#rules = [];
  }

  strike(request: KubeRequest): Rule | undefined {
    for (const entry of this.#rules) {
      if (entry.left <= 0 || !fits(entry.rule.when, request)) continue;
      if (entry.rule.probability !== undefined && this.#random() >= entry.rule.probability) continue;
      entry.left -= 1;
      return entry.rule;
    }
    return undefined;
  }
}
