import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { RequestQueue } from "../../../../steps/lib/kube/request-queue.ts";

const signal = new AbortController().signal;

/** Work that ends when told to. */
function work() {
  const gate = Promise.withResolvers<void>();
  const state = { started: false };
  return {
    state,
    end: gate.resolve,
    fail: () => gate.reject(new Error("failed")),
    run: async () => {
      state.started = true;
      await gate.promise;
    },
  };
}

async function turns(count = 5): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
}

describe("the request queue", () => {
  test("runs no more at once than its limit, and all in the end", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 40 }), async (limit, count) => {
        const queue = new RequestQueue(limit);
        let running = 0;
        let most = 0;
        const one = async () => {
          running += 1;
          most = Math.max(most, running);
          await turns(3);
          running -= 1;
        };
        await Promise.all(Array.from({ length: count }, () => queue.run("normal", signal, one)));
        return most <= limit && running === 0;
      }),
    );
  });

  test("lets a lease renewal start although every normal slot hangs", async () => {
    const queue = new RequestQueue(2);
    const hanging = [work(), work()];
    const done = hanging.map(({ run }) => queue.run("normal", signal, run));
    const renewal = work();
    const renewed = queue.run("high", signal, renewal.run);
    await turns();
    expect(renewal.state.started).toBe(true);
    for (const { end } of [...hanging, renewal]) end();
    await Promise.all([...done, renewed]);
  });

  test("lets high priority overtake all that waits, and keeps the order within a lane", async () => {
    const queue = new RequestQueue(1);
    const order: string[] = [];
    const blockers = [work(), work(), work()];
    const running = blockers.map(({ run }, index) => queue.run(index === 0 ? "normal" : "high", signal, run));
    const record = (name: string) => async () => void order.push(name);
    const waiting = [
      queue.run("normal", signal, record("normal 1")),
      queue.run("normal", signal, record("normal 2")),
      queue.run("high", signal, record("high 1")),
      queue.run("high", signal, record("high 2")),
    ];
    for (const { end } of blockers) end();
    await Promise.all([...running, ...waiting]);
    expect(order).toEqual(["high 1", "high 2", "normal 1", "normal 2"]);
  });

  test("does not lend the slots of high priority to normal work", async () => {
    const queue = new RequestQueue(1);
    const [first, high, second] = [work(), work(), work()];
    const running = [
      queue.run("normal", signal, first.run),
      queue.run("high", signal, high.run),
      queue.run("normal", signal, second.run),
    ];
    high.end();
    await turns();
    expect(second.state.started).toBe(false);
    first.end();
    await turns();
    expect(second.state.started).toBe(true);
    second.end();
    await Promise.all(running);
  });

  test("frees the slot of work that fails", async () => {
    const queue = new RequestQueue(1);
    const bad = work();
    const failed = queue.run("normal", signal, bad.run);
    bad.fail();
    await expect(failed).rejects.toThrow("failed");
    expect(await queue.run("normal", signal, async () => "next")).toBe("next");
  });

  test("lets who waits leave by its signal, without losing a slot", async () => {
    const queue = new RequestQueue(1);
    const first = work();
    const running = queue.run("normal", signal, first.run);
    const leaving = new AbortController();
    const left = queue.run("normal", leaving.signal, async () => "never");
    leaving.abort(new Error("cancelled"));
    await expect(left).rejects.toThrow("cancelled");
    first.end();
    await running;
    expect(await queue.run("normal", signal, async () => "next")).toBe("next");
  });
});
