import { appendFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { openJournal } from "../../../../steps/lib/state/journal.ts";
import { readJournal } from "../../../../steps/lib/state/read-journal.ts";
import { anyCharacter } from "../../../support/any-character.ts";
import { ManualClock, temporaryFolders } from "./state-fixtures.ts";

const folder = temporaryFolders();
const clock = new ManualClock();

function journalAt(path: string, maxBytes?: number) {
  return openJournal({ path, mode: 0o664, clock, ...(maxBytes === undefined ? {} : { maxBytes }) });
}

describe("the journal", () => {
  test("gives back what was appended, in order, with its time", async () => {
    const path = join(folder(), "sub", "journal.jsonl");
    const journal = await journalAt(path);
    await Promise.all([1, 2, 3].map((n) => journal.append({ event: "intent", n })));
    await journal.close();
    const { lines, unreadable } = await readJournal(path);
    expect(lines.map(({ event, n, time }) => [event, n, time])).toEqual(
      [1, 2, 3].map((n) => ["intent", n, "2026-11-24T15:30:00.000Z"]),
    );
    expect(unreadable).toBe(0);
    expect(statSync(path).mode & 0o777).toBe(0o664);
  });

  test("an absent journal is empty", async () => {
    expect(await readJournal(join(folder(), "none"))).toEqual({ lines: [], unreadable: 0, cut: false });
  });

  test("a line torn by a kill costs only itself, wherever the tear is", async () => {
    const directory = folder();
    const whole = join(directory, "whole");
    const first = await journalAt(whole);
    await first.append({ event: "before" });
    await first.append({ event: "torn", what: "ümlaut" });
    await first.close();
    const bytes = readFileSync(whole);
    const start = bytes.indexOf("\n") + 1;
    for (let length = start; length < bytes.length; length += 1) {
      const path = join(directory, `torn-${length}`);
      writeFileSync(path, bytes.subarray(0, length));
      const journal = await journalAt(path);
      await journal.append({ event: "after" });
      await journal.close();
      const events = (await readJournal(path)).lines.map(({ event }) => event);
      expect(events.filter((event) => event !== "torn")).toEqual(["before", "after"]);
    }
  });

  test("lines that something else wrote are counted and skipped", async () => {
    const path = join(folder(), "journal");
    const journal = await journalAt(path);
    await journal.append({ event: "mine" });
    appendFileSync(path, 'not json\n[1]\n"text"\n{"event":"no time"}\n');
    await journal.append({ event: "mine again" });
    await journal.close();
    const { lines, unreadable } = await readJournal(path);
    expect(lines.map(({ event }) => event)).toEqual(["mine", "mine again"]);
    expect(unreadable).toBe(4);
  });

  test("stays below twice its limit and keeps the newest lines", async () => {
    const path = join(folder(), "journal");
    const journal = await journalAt(path, 2_000);
    for (let n = 0; n < 200; n += 1) await journal.append({ event: "line", n });
    await journal.close();
    expect(statSync(path).size + statSync(`${path}.1`).size).toBeLessThanOrEqual(4_000);
    const { lines } = await readJournal(path);
    const numbers = lines.map(({ n }) => n);
    expect(numbers.at(-1)).toBe(199);
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => 200 - numbers.length + index));
  });

  test("cuts one text that would fill the volume", async () => {
    const path = join(folder(), "journal");
    const journal = await journalAt(path);
    await journal.append({ event: "failed", why: "x".repeat(1_000_000) });
    await journal.close();
    expect(statSync(path).size).toBeLessThan(5_000);
  });

  test("reads only the newest bytes asked for, from a whole line on", async () => {
    const path = join(folder(), "journal");
    const journal = await journalAt(path);
    for (let n = 0; n < 50; n += 1) await journal.append({ event: "line", n });
    await journal.close();
    const { lines, cut, unreadable } = await readJournal(path, 200);
    expect(cut).toBe(true);
    expect(unreadable).toBe(0);
    expect(lines.at(-1)?.["n"]).toBe(49);
    expect(lines.length).toBeLessThan(5);
  });

  test("any text survives the way through the file", async () => {
    const path = join(folder(), "journal");
    const journal = await journalAt(path);
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: anyCharacter, maxLength: 200 }), async (what) => {
        await journal.append({ event: "text", what });
        expect((await readJournal(path)).lines.at(-1)?.["what"]).toBe(what.toWellFormed());
      }),
      { numRuns: 50 },
    );
    await journal.close();
  });
});
