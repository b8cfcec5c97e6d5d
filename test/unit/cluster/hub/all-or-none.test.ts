import { describe, expect, test } from "@jest/globals";
import { allOrNone } from "../../../cluster/hub/all-or-none.ts";

const never = new AbortController().signal;

describe("allOrNone", () => {
  test("returns all results in the order of the items", async () => {
    const results = await allOrNone([3, 1, 2], never, async (item) => {
      for (let turn = 0; turn < item; turn++) await Promise.resolve();
      return item * 10;
    });
    expect(results).toEqual([30, 10, 20]);
  });

  test("tells the others of a failure, waits for them, and throws what failed first", async () => {
    let ended = false;
    const work = allOrNone(["bad", "slow"], never, async (item, signal) => {
      if (item === "bad") throw new Error("first");
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      await Promise.resolve();
      ended = true;
      throw new Error("second");
    });
    await expect(work).rejects.toThrow("first");
    expect(ended).toBe(true);
  });

  test("hands on an abort from outside", async () => {
    const outside = new AbortController();
    const work = allOrNone(["one"], outside.signal, async (_, signal) => {
      outside.abort(new Error("enough"));
      signal.throwIfAborted();
    });
    await expect(work).rejects.toThrow("enough");
  });
});
