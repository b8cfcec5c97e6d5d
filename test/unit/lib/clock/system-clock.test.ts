import { expect, test } from "@jest/globals";
import { longestTimerMs, systemClock } from "../../../../steps/lib/clock/system-clock.ts";

test.each([longestTimerMs, longestTimerMs + 1, 10 * longestTimerMs])("a pause of %d ms lasts", async (ms) => {
  const stop = new AbortController();
  const pause = systemClock.sleep(ms, stop.signal);
  pause.catch(() => undefined); // it is looked at below
  await systemClock.sleep(20, new AbortController().signal);
  stop.abort(new Error("woken before its time"));
  await expect(pause).rejects.toThrow("woken before its time");
});
