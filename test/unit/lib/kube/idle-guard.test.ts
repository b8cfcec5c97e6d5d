import { describe, expect, test } from "@jest/globals";
import { systemClock } from "../../../../steps/lib/clock/system-clock.ts";
import { guardIdle } from "../../../../steps/lib/kube/idle-guard.ts";

function guarded(chunks: AsyncIterable<Uint8Array>, idleMs: number, signal = new AbortController().signal) {
  return guardIdle(chunks, { idleMs, clock: systemClock, signal, onIdle: () => new Error("silent") });
}

async function* silentAfter(chunks: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk);
  await new Promise(() => undefined);
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of chunks) text += Buffer.from(chunk).toString();
  return text;
}

describe("a stream that may fall silent", () => {
  test("is passed on as it is", async () => {
    async function* three(): AsyncGenerator<Uint8Array> {
      for (const chunk of ["a", "b", "c"]) yield Buffer.from(chunk);
    }
    expect(await textOf(guarded(three(), 1000))).toBe("abc");
  });

  test("ends with an error after the silence, not before what came is passed on", async () => {
    const seen: string[] = [];
    const reading = (async () => {
      for await (const chunk of guarded(silentAfter(["a", "b"]), 30)) seen.push(Buffer.from(chunk).toString());
    })();
    await expect(reading).rejects.toThrow("silent");
    expect(seen).toEqual(["a", "b"]);
  });

  test("may take its time with what it has read", async () => {
    const stream = guarded(silentAfter(["a", "b"]), 50);
    await stream.next();
    await systemClock.sleep(100, new AbortController().signal);
    expect(await stream.next()).toMatchObject({ done: false });
  });

  test("ends with the signal's reason", async () => {
    const stop = new AbortController();
    const next = guarded(silentAfter([]), 60_000, stop.signal).next();
    stop.abort(new Error("cancelled"));
    await expect(next).rejects.toThrow("cancelled");
  });
});
