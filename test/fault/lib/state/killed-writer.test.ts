import { existsSync, linkSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { readJournal } from "../../../../steps/lib/state/read-journal.ts";
import { ended, runChild, seededRandom, startChild } from "./child-process.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fairlead-kill-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const preload = ["kill-at-call.ts"];

/** Version of the backup; 0 when there is none, as beside the very first version. */
function backedUp(path: string): number {
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as { n: number }).n : 0;
}

describe("a process killed while it writes a state file", () => {
  test.each([
    ["no backup yet", (): void => undefined],
    ["an older backup", (path: string) => writeFileSync(`${path}.bak`, "oldest")],
    ["a backup that a kill left as a second name of the file", (path: string) => linkSync(path, `${path}.bak`)],
  ])("at every boundary between two file system calls (%s): the file is old or new, whole", async (_name, backUp) => {
    const path = join(folder, "state.json");
    const prepare = (): void => {
      for (const name of readdirSync(folder)) rmSync(join(folder, name));
      writeFileSync(path, "old");
      backUp(path);
    };
    prepare();
    const { output } = await runChild("write-once.child.ts", [path, "new"], { preload });
    const calls = Number(output);
    expect(calls).toBeGreaterThan(8);
    const seen = new Set<string>();
    for (let call = 1; call <= calls; call += 1) {
      prepare();
      const child = await runChild("write-once.child.ts", [path, "new"], {
        preload,
        environment: { KILL_AT_CALL: String(call) },
      });
      expect(child.signal).toBe("SIGKILL");
      const content = readFileSync(path, "utf8");
      expect(["old", "new"]).toContain(content);
      if (existsSync(`${path}.bak`)) expect(["old", "oldest"]).toContain(readFileSync(`${path}.bak`, "utf8"));
      seen.add(content);
      // The next run is not disturbed by what the killed one left.
      expect(await runChild("write-once.child.ts", [path, "next"], { preload })).toMatchObject({ code: 0 });
      expect(readFileSync(path, "utf8")).toBe("next");
      expect(readFileSync(`${path}.bak`, "utf8")).toBe(content);
    }
    expect([...seen].toSorted()).toEqual(["new", "old"]);
  });

  // Two hundred starts of Node, which a busy machine needs minutes for.
  test("200 times at random instants: each version is whole, none is lost, the journal tells at most one more", async () => {
    const random = seededRandom(20_261_124);
    let version = 0;
    for (let kill = 0; kill < 200; kill += 1) {
      const size = Math.floor(random() * 200_000);
      const child = startChild("write-forever.child.ts", [folder, String(version + 1), String(size)]);
      const end = ended(child);
      await new Promise<void>((resolve) => child.stdout?.once("data", () => resolve()));
      const until = performance.now() + random() * 8;
      while (performance.now() < until) await new Promise((resolve) => setImmediate(resolve));
      child.kill("SIGKILL");
      expect((await end).signal).toBe("SIGKILL");

      const state = JSON.parse(readFileSync(join(folder, "state.json"), "utf8")) as { n: number; end: number };
      expect(state.end).toBe(state.n);
      expect(state.n).toBeGreaterThan(version);
      expect([state.n, state.n - 1]).toContain(backedUp(join(folder, "state.json.bak")));
      const { lines } = await readJournal(join(folder, "journal.jsonl"));
      expect([state.n, state.n + 1]).toContain(lines.at(-1)?.["n"]);
      version = state.n;
    }
  }, 600_000);
});
