import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { chosen, killTimeoutMs, seed } from "../lib/kill/sampling.ts";
import { type HubOptions, KillBench } from "./support/kill-bench.ts";
import { casesOf, killAndCompare, type Reference, undisturbed } from "./support/kill-plan.ts";
import { switchover } from "./support/killed-operation.ts";
import { describeWrite } from "./support/seen-writes.ts";

interface Variant extends HubOptions {
  readonly given: string;
  readonly flags: readonly string[];
  /** What an undisturbed run does to Restores of the new hub and to its auto-import strategy. */
  readonly activates: readonly string[];
}

const strategy = ["--manage-auto-import-strategy", "true"];
const passive = "secondary delete restores restore-acm-passive-sync";
const variants: readonly Variant[] = [
  {
    given: "activation-method restore",
    flags: ["--activation-method", "restore", ...strategy],
    activates: ["secondary create restores", "secondary delete restores restore-acm-activate", passive],
  },
  {
    given: "clusters that move first",
    flags: ["--activation-method", "restore", "--cluster-selector", "name=c1"],
    activates: [
      "secondary create restores",
      "secondary create restores",
      "secondary delete restores restore-acm-activate",
      passive,
      "secondary delete restores restore-acm-selected",
    ],
  },
  {
    given: "method full",
    flags: ["--method", "full", ...strategy],
    activates: ["secondary create restores", "secondary delete restores restore-acm-full", passive],
  },
  {
    given: "method full in the two stages of ACM 2.12",
    flags: ["--method", "full"],
    version: "2.12.4",
    activates: [
      "secondary create restores",
      "secondary create restores",
      "secondary delete restores restore-acm-activate",
      "secondary delete restores restore-acm-full",
      passive,
    ],
  },
];

describe.each(variants)(
  "a switchover with $given killed around what it does to Restores and to the strategy",
  (variant) => {
    let bench: KillBench;
    let reference: Reference;
    let writes: readonly string[];

    beforeAll(async () => {
      bench = await KillBench.open(seed, variant);
      reference = await undisturbed(bench, switchover(variant.flags));
      writes = bench.writes.map(describeWrite);
    }, killTimeoutMs);
    afterAll(() => bench?.close());

    test("an undisturbed run creates and removes each Restore once", () => {
      expect(
        reference.effects.filter((effect) => / secondary .* restores|^secondary .* restores/.test(effect)),
      ).toEqual(variant.activates);
    });

    test(
      "ends, started again, as an undisturbed one: same hubs, same state and report, no write done twice",
      async () => {
        const isActivation = ({ label }: { readonly label: string }): boolean =>
          /secondary .* (restores|configmaps)/.test(label);
        const cases = chosen(writes.flatMap(casesOf).filter(isActivation), 4);
        expect(await killAndCompare(bench, cases, reference)).toEqual([]);
      },
      killTimeoutMs,
    );
  },
);
