import { readdirSync, readFileSync } from "node:fs";
import { systemClock, systemRandom } from "../../../../steps/lib/clock/system-clock.ts";
import { FairleadError } from "../../../../steps/lib/errors/fairlead-error.ts";
import { acquireFileLock } from "../../../../steps/lib/state/file-lock.ts";
import { openJournal } from "../../../../steps/lib/state/journal.ts";
import { readJournal } from "../../../../steps/lib/state/read-journal.ts";
import { writeFileAtomically } from "../../../../steps/lib/state/write-file-atomically.ts";

// Tries to write what the volume refuses; prints what was said and what the folder holds then, as JSON.
const [what = "", folder = "", size = "0"] = process.argv.slice(2);
const path = `${folder}/state.json`;
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child: () => silent };

async function appendUntilFull(): Promise<void> {
  const journal = await openJournal({ path: `${folder}/journal.jsonl`, mode: 0o664, clock: systemClock });
  const line = { event: "line", filler: "x".repeat(3_000) };
  for (let n = 0; n < Number(size); n += 1) await journal.append({ ...line, n });
}

async function attempt(): Promise<void> {
  switch (what) {
    case "write":
      return writeFileAtomically(path, "n".repeat(Number(size)), { mode: 0o664, random: systemRandom, backup: true });
    case "append":
      return appendUntilFull();
    case "lock": {
      const options = { owner: "a", pod: "p", operation: "o", mode: 0o664, clock: systemClock, random: systemRandom };
      const { signal } = new AbortController();
      const lock = await acquireFileLock(path, {
        ...options,
        log: silent,
        signal,
        isOwnerGone: async () => false,
        onLost: () => undefined,
      });
      return lock.release();
    }
    default:
      throw new Error(`no attempt ${what}`);
  }
}

const outcome = await attempt().then(
  () => ({ text: "no error" }),
  (error: unknown) => ({ text: error instanceof FairleadError ? error.text : String(error) }),
);
const files = readdirSync(folder).toSorted();
const content = files.includes("state.json") ? readFileSync(path, "utf8").slice(0, 20) : undefined;
const { lines, unreadable } = await readJournal(`${folder}/journal.jsonl`);
process.stdout.write(JSON.stringify({ ...outcome, files, content, journal: { lines: lines.length, unreadable } }));
