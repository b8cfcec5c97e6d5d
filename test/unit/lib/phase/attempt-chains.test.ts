import { beforeEach, describe, expect, test } from "@jest/globals";
import type { Action, Change } from "../../../../steps/lib/phase/types.ts";
import { acting, type Memory, patching, SmallBench, type Step, stepOn } from "./small-run.ts";

const names = ["a", "b", "c"] as const;

let bench: SmallBench;
beforeEach(() => {
  bench = new SmallBench();
  for (const name of names) bench.world.put(name, {});
});

function change(name: string, spec: Readonly<Record<string, unknown>>): Change {
  const action = patching(name, spec);
  if (action.kind !== "write") throw new Error("a patch is a write");
  return action.change;
}

/** Each is cleaned, then polished. */
function polishing(only: readonly string[] = names): Action<Memory> {
  return {
    kind: "attempt",
    title: "polish",
    concurrency: 1,
    chains: only.map((name) => ({ name, changes: [change(name, { clean: true }), change(name, { bright: true })] })),
    remember: (memory, outcomes) => ({
      ...memory,
      outcomes: outcomes.map(({ name, error }) => `${name} ${error === undefined ? "done" : error.text.id}`),
    }),
  };
}

const polish = (only?: readonly string[]): Step => stepOn("polish", "a", () => acting([polishing(only)], "done"));

describe("chains of writes that an operation can do without", () => {
  test("are announced by one line and done each in order", async () => {
    expect(await bench.run([polish()])).toMatchObject({ state: "done", warnings: [] });
    expect(bench.journal[0]).toBe("intent polish polish: a, b, c");
    expect(bench.world.effects).toEqual(["patch a", "patch a", "patch b", "patch b", "patch c", "patch c"]);
    expect(bench.disk.memory).toEqual({ outcomes: ["a done", "b done", "c done"] });
  });

  test("end at their first failure, which is a warning; the others go on, and the step is done", async () => {
    bench.world.fail("patch b", "Forbidden");
    const outcome = await bench.run([polish()]);
    expect(outcome).toMatchObject({ state: "done", warnings: [expect.stringMatching(/^polish: b: /)] });
    expect(bench.world.content()).toEqual({
      a: { clean: true, bright: true },
      b: {},
      c: { clean: true, bright: true },
    });
    expect(bench.disk.memory).toEqual({ outcomes: ["a done", expect.stringMatching(/^b KUBE-/), "c done"] });
    expect(bench.disk.steps).toEqual(["polish"]);
  });

  test("that fail in great number are ten warnings and one of the rest by name", async () => {
    const many = Array.from({ length: 12 }, (_, index) => `n${index}`);
    const outcome = await bench.run([polish(many)]);
    expect(outcome.warnings).toHaveLength(11);
    expect(outcome.warnings.at(-1)).toBe("polish: 12 of 12 failed, also n10, n11");
  });

  test("are planned by a dry run, and not done", async () => {
    const { recorder } = { recorder: bench.recorder(async () => undefined) };
    const outcome = await bench.run([polish()], {
      dryRun: { enabled: true, serverSide: false },
      recorder: { ...recorder, inMemory: true },
    });
    expect(outcome.planned.map(({ summary }) => summary)).toEqual(
      names.flatMap((name) => [`patch ${name}`, `patch ${name}`]),
    );
    expect(bench.world.effects).toEqual([]);
  });
});
