import { beforeEach, describe, expect, test } from "@jest/globals";
import type { Action } from "../../../../steps/lib/phase/types.ts";
import { acting, type Memory, patching, SmallBench, type Step, stepOn } from "./small-run.ts";

const names = ["a", "b", "c", "d", "e"] as const;

let bench: SmallBench;
beforeEach(() => {
  bench = new SmallBench();
  for (const name of names) bench.world.put(name, { clean: false });
});

function cleaning(only: readonly string[] = names, concurrency = 2, tryAll = false): Action<Memory> {
  const changes = only.flatMap((name) => {
    const action = patching(name, { clean: true }, bench.world.objects.get(name));
    return action.kind === "write" ? [action.change] : [];
  });
  return { kind: "bulk", title: "clean all", changes, concurrency, ...(tryAll ? { tryAll } : {}) };
}

/** Cleans what is not clean yet. */
const clean: Step = stepOn("clean", "a", () => {
  const dirty = [...bench.world.objects].filter(([, { spec }]) => spec?.["clean"] !== true).map(([name]) => name);
  return dirty.length === 0 ? { state: "done", note: "clean" } : acting([cleaning(dirty)], "plan-again");
});

const isClean = (): readonly unknown[] => Object.values(bench.world.content()).map((spec) => spec?.["clean"]);

describe("writes in bulk", () => {
  test("are announced by one line, made all, and told as they advance", async () => {
    expect(await bench.run([clean])).toMatchObject({ state: "done" });
    expect(bench.journal[0]).toBe("intent clean clean all: 5 writes: a, b, c, d, e");
    const progress = bench.events.filter((event) => event.type === "progress");
    expect(progress.at(-1)).toMatchObject({ done: 5, total: 5 });
    expect(isClean()).toEqual([true, true, true, true, true]);
  });

  test("K-33 that fail for passing reasons are sent once: trying again is the client's", async () => {
    const sent: string[] = [];
    bench.world.fail("patch b", "ServerError", "ServerError");
    const point = async (what: string): Promise<void> => {
      if (what.startsWith("before patch")) sent.push(what.slice("before ".length));
    };
    expect(await bench.run([clean], { point })).toMatchObject({
      state: "failed",
      error: { text: { what: "clean all: 1 of 5 failed: things.small.example b" } },
    });
    expect(sent.toSorted()).toEqual(names.map((name) => `patch ${name}`));
  });

  test("that fail do not stop the others; each is named, and the next run does what is missing", async () => {
    bench.world.fail("patch b", "Invalid");
    bench.world.fail("patch d", "ServerError");
    const outcome = await bench.run([clean]);
    expect(outcome).toMatchObject({
      state: "failed",
      error: {
        text: {
          id: "PHASE-03",
          what: expect.stringMatching(/^clean all: 2 of 5 failed: things.small.example b, things.small.example d$/),
        },
      },
    });
    expect(isClean()).toEqual([true, false, true, false, true]);
    bench.world.effects.length = 0;
    expect(await bench.run([clean])).toMatchObject({ state: "done" });
    expect(bench.world.effects.toSorted()).toEqual(["patch b", "patch d"]);
  });

  test("that are all to be tried go on after a refused permission", async () => {
    bench.world.fail("patch a", "Forbidden");
    const all: Step = stepOn("clean", "a", () => acting([cleaning(names, 2, true)], "done"));
    expect(await bench.run([all])).toMatchObject({
      state: "failed",
      error: { text: { what: "clean all: 1 of 5 failed: things.small.example a" } },
    });
    expect(isClean()).toEqual([false, true, true, true, true]);
  });

  test("stop at the first refused permission, which would refuse them all, and say how many were not tried", async () => {
    bench.world.fail("patch a", "Forbidden");
    bench.world.fail("patch b", "Forbidden");
    const outcome = await bench.run([clean]);
    expect(outcome).toMatchObject({
      state: "failed",
      error: { text: { why: expect.stringContaining("3 were not tried, since the server would refuse them too") } },
    });
    expect(bench.world.effects).toEqual([]);
  });

  test("whose objects changed or went away meanwhile are planned anew", async () => {
    let meddled = false;
    const point = async (what: string): Promise<void> => {
      if (what !== "before patch a" || meddled) return;
      meddled = true;
      bench.world.put("e", { clean: false, moved: true });
      bench.world.objects.delete("d");
    };
    expect(await bench.run([clean], { point })).toMatchObject({ state: "done" });
    expect(bench.world.content()).toMatchObject({ e: { clean: true, moved: true } });
    expect(isClean()).toEqual([true, true, true, true]);
  });

  test("K-39 are never more at once than was asked for", async () => {
    let atOnce = 0;
    let most = 0;
    const point = async (what: string): Promise<void> => {
      if (what.startsWith("before patch")) most = Math.max(most, ++atOnce);
      await new Promise((resolve) => setImmediate(resolve));
      if (what.startsWith("after patch")) atOnce -= 1;
    };
    await bench.run([clean], { point });
    expect(most).toBe(2);
  });
});
