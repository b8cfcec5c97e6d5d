import { type ChildProcess, fork, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { ownProcess } from "../../../../steps/lib/state/process-identity.ts";
import { runChild, seededRandom } from "./child-process.ts";

// Hundreds of rounds of processes that take turns, which a busy machine needs minutes for.
const busyMs = 600_000;

let folder: string;
let children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fairlead-contend-"));
});
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  children = [];
  rmSync(folder, { recursive: true, force: true });
});

function answer(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`contender ended with ${code}`));
    child.once("exit", onExit);
    // One contender answers a hundred times: each waiting for it leaves no listener behind.
    child.once("message", (message) => {
      child.off("exit", onExit);
      resolve(String(message));
    });
  });
}

async function contender(): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, "contend.child.ts"), [], { execArgv: [] });
  children.push(child);
  await answer(child);
  return child;
}

/** A process that has run on this machine and has ended. */
async function deadProcess() {
  const { pid } = spawnSync("true");
  return { ...(await ownProcess()), host: hostname(), pid, startTicks: "1" };
}

describe("two processes that want one lock", () => {
  test.each([
    ["free", async (): Promise<void> => undefined],
    [
      "left by a process that was killed",
      async (file: string): Promise<void> => {
        const process = await deadProcess();
        const nonce = Math.floor(Math.random() * 2 ** 52)
          .toString(16)
          .padStart(32, "0");
        const record = { owner: "dead", operation: "op", nonce, heartbeatAt: new Date().toISOString(), process };
        writeFileSync(`${file}.lock`, JSON.stringify(record));
      },
    ],
    [
      "left with a claim whose process was killed too",
      async (file: string): Promise<void> => {
        const process = await deadProcess();
        const base = { owner: "dead", operation: "op", heartbeatAt: new Date().toISOString(), process };
        writeFileSync(`${file}.lock`, JSON.stringify({ ...base, nonce: "a".repeat(32) }));
        writeFileSync(`${file}.lock.after-${"a".repeat(32)}`, JSON.stringify({ ...base, nonce: "b".repeat(32) }));
      },
    ],
  ])(
    "and find it %s: 100 times, never both inside, always one",
    async (_name, plant) => {
      const random = seededRandom(100);
      const pair = await Promise.all([contender(), contender()]);
      for (let round = 0; round < 100; round += 1) {
        const file = join(folder, `state-${round}.json`);
        await plant(file);
        const start = Date.now() + 3;
        const answers = pair.map((child, index) => {
          const outcome = answer(child);
          const startAt = start + (random() < 0.5 ? 0 : Math.floor(random() * 3));
          child.send({ file, owner: `${round}-${index}`, startAt, stayMs: 2 + random() * 4 });
          return outcome;
        });
        const outcomes = (await Promise.all(answers)).toSorted();
        // Both may enter one after the other; an exclusive create inside would have failed had they met.
        expect([
          ["entered", "refused"],
          ["entered", "entered"],
        ]).toContainEqual(outcomes);
      }
      expect(readdirSync(folder)).toEqual([]);
    },
    busyMs,
  );
});

describe("three contenders under every order of their file system calls that a seed can choose", () => {
  test.each([["free"], ["owner-gone"], ["expired-owner-returns"]])(
    "%s: never two inside, kills included, and the next run gets in and leaves nothing",
    async (scenario) => {
      const { output, code } = await runChild("explore-lock.child.ts", [scenario, "0", "700"], {
        preload: ["interleave.ts"],
        environment: { NODE_NO_WARNINGS: "1" },
      });
      expect(code).toBe(0);
      const report = JSON.parse(output) as Record<string, number> & { faults: readonly string[] };
      expect(report.faults).toEqual([]);
      for (const kind of ["acquired", "takenOver", "refused", "killed", "killedHolding"]) {
        expect(report[kind]).toBeGreaterThan(0);
      }
    },
    busyMs,
  );
});

describe("the identity of a process", () => {
  test("tells a process that ended from this one, and nothing about another machine's", async () => {
    const { isLocalOwnerGone } = await import("../../../../steps/lib/state/file-lock.ts");
    const holder = { owner: "x", pod: "p", acquiredAt: "", heartbeatAt: "", nonce: "0" };
    const own = await ownProcess();
    if (own === undefined) throw new Error("no procfs here");
    const dead = { ...own, ...(await deadProcess()) };
    expect(await isLocalOwnerGone({ ...holder, process: own })).toBe(false);
    expect(await isLocalOwnerGone({ ...holder, process: { ...own, startTicks: "1" } })).toBe(true);
    expect(await isLocalOwnerGone({ ...holder, process: dead })).toBe(true);
    for (const elsewhere of [{ host: "another" }, { bootId: "another" }, { pidNamespace: "another" }]) {
      expect(await isLocalOwnerGone({ ...holder, process: { ...dead, ...elsewhere } })).toBe(false);
    }
    expect(await isLocalOwnerGone(holder)).toBe(false);
    expect(readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()).toBe(own.bootId);
  });
});
