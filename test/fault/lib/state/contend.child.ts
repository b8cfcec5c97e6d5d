import { open, rm } from "node:fs/promises";
import { systemClock, systemRandom } from "../../../../steps/lib/clock/system-clock.ts";
import { FairleadError } from "../../../../steps/lib/errors/fairlead-error.ts";
import { acquireFileLock, isLocalOwnerGone } from "../../../../steps/lib/state/file-lock.ts";

interface Go {
  readonly file: string;
  readonly owner: string;
  readonly startAt: number;
  readonly stayMs: number;
}

// One contender in a process of its own. Each message is one attempt, begun at the same instant as the other's.
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child: () => silent };
const { signal } = new AbortController();

async function contend({ file, owner, startAt, stayMs }: Go): Promise<string> {
  while (Date.now() < startAt);
  try {
    const lock = await acquireFileLock(file, {
      owner,
      pod: owner,
      operation: "op",
      mode: 0o664,
      clock: systemClock,
      random: systemRandom,
      log: silent,
      signal,
      isOwnerGone: isLocalOwnerGone,
      onLost: () => undefined,
    });
    // Exclusive by itself: fails when the other is inside.
    const inside = await open(`${file}.inside`, "wx");
    await inside.close();
    await systemClock.sleep(stayMs, signal);
    await rm(`${file}.inside`);
    await lock.release();
    return "entered";
  } catch (error) {
    if (error instanceof FairleadError && error.text.id === "STATE-08") return "refused";
    return String(error);
  }
}

process.on("message", (go: Go) => {
  contend(go).then((outcome) => process.send?.(outcome));
});
process.send?.("ready");
