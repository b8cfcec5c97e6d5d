import { randomBytes } from "node:crypto";
import type { Clock, Random } from "./clock.ts";

/** A timer of more, almost 25 days, goes off at once (Node 24). */
export const longestTimerMs = 2 ** 31 - 1;

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    let timer: NodeJS.Timeout;
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const wait = (left: number): void => {
      const part = Math.min(left, longestTimerMs);
      timer = setTimeout(() => {
        if (left > part) {
          wait(left - part);
          return;
        }
        signal.removeEventListener("abort", onAbort);
        resolve();
      }, part);
    };
    wait(ms);
    signal.addEventListener("abort", onAbort, { once: true });
  });
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now(), sleep };

/** Cryptographic randomness of the machine. */
export const systemRandom: Random = {
  next: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
  hex: (bytes) => randomBytes(bytes).toString("hex"),
};
