import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { systemRandom } from "../../../../steps/lib/clock/system-clock.ts";
import type { FairleadError } from "../../../../steps/lib/errors/fairlead-error.ts";
import { acquireFileLock } from "../../../../steps/lib/state/file-lock.ts";
import type { FileLockOptions } from "../../../../steps/lib/state/lock-options.ts";
import { ManualClock, recordingLogger, temporaryFolders, until } from "./state-fixtures.ts";

const folder = temporaryFolders();

function setting(path: string = join(folder(), "state.json")) {
  const clock = new ManualClock();
  const { log, lines } = recordingLogger();
  const lost: FairleadError[] = [];
  const acquire = (owner: string, changes: Partial<FileLockOptions> = {}) =>
    acquireFileLock(path, {
      owner,
      pod: `pod-of-${owner}`,
      operation: "op-1",
      mode: 0o664,
      clock,
      random: systemRandom,
      log,
      signal: new AbortController().signal,
      isOwnerGone: async () => false,
      onLost: (error) => lost.push(error),
      refusedExitCode: 4,
      ...changes,
    });
  const record = () => JSON.parse(readFileSync(`${path}.lock`, "utf8")) as Record<string, unknown>;
  return { path, clock, lines, lost, acquire, record };
}

describe("a free lock", () => {
  test("is taken with owner, pod and times, group-writable", async () => {
    const { path, acquire, record } = setting();
    const lock = await acquire("run-a");
    expect(record()).toMatchObject({
      owner: "run-a",
      pod: "pod-of-run-a",
      acquiredAt: "2026-11-24T15:30:00.000Z",
      heartbeatAt: "2026-11-24T15:30:00.000Z",
    });
    expect(statSync(`${path}.lock`).mode & 0o777).toBe(0o664);
    await lock.release();
    expect(readdirSync(join(path, ".."))).toEqual([]);
  });

  test("shows a heartbeat every ten seconds", async () => {
    const { clock, acquire, record } = setting();
    const lock = await acquire("run-a");
    clock.pass(10_000);
    await until(() => record()["heartbeatAt"] === "2026-11-24T15:30:10.000Z");
    expect(record()["acquiredAt"]).toBe("2026-11-24T15:30:00.000Z");
    await lock.release();
  });
});

describe("a lock that is held", () => {
  test("K-30 refuses another owner, naming the holder", async () => {
    const { path, clock, acquire } = setting();
    const lock = await acquire("run-a", { heartbeatMs: 3_600_000 });
    clock.pass(42_000);
    await expect(acquire("run-b")).rejects.toMatchObject({
      exitCode: 4,
      text: {
        id: "STATE-08",
        what: `${path}.lock is held by owner "run-a" (pod "pod-of-run-a") since 2026-11-24T15:30:00.000Z`,
        why: "its last heartbeat was 42 s ago, and two runs must not work on the same state",
        fix: "wait until that run has ended, or cancel it; a lock without heartbeat for 600 s is taken over",
      },
    });
    await lock.release();
  });

  test("is entered again by the same owner from another pod, and keeps its start", async () => {
    const { clock, acquire, record } = setting();
    const first = await acquire("run-a");
    await first.detach();
    clock.pass(60_000);
    const second = await acquire("run-a", { pod: "the-next-pod" });
    expect(record()).toMatchObject({
      owner: "run-a",
      pod: "the-next-pod",
      acquiredAt: "2026-11-24T15:30:00.000Z",
      heartbeatAt: "2026-11-24T15:31:00.000Z",
    });
    await second.release();
  });

  test("outlives the process that detaches from it", async () => {
    const { path, acquire } = setting();
    await (await acquire("run-a")).detach();
    expect(existsSync(`${path}.lock`)).toBe(true);
    await expect(acquire("run-b")).rejects.toMatchObject({ text: { id: "STATE-08" } });
  });

  test("is not taken over 600 s after its last heartbeat, but just after that, with a warning", async () => {
    const { clock, lines, acquire, record } = setting();
    await (await acquire("run-a")).detach();
    clock.pass(600_000);
    await expect(acquire("run-b")).rejects.toMatchObject({ text: { id: "STATE-08" } });
    clock.pass(1);
    const lock = await acquire("run-b");
    expect(lock.takenOverFrom).toMatchObject({ owner: "run-a" });
    expect(record()).toMatchObject({ owner: "run-b" });
    expect(lines).toEqual([
      expect.stringMatching(/^warn took over lock .* from owner "run-a" .* no sign of life since/),
    ]);
    await lock.release();
  });

  test("is taken over at once, with a notice, when its owner is gone for certain", async () => {
    const { lines, acquire } = setting();
    await (await acquire("run-a")).detach();
    const lock = await acquire("run-b", { isOwnerGone: async ({ owner }) => owner === "run-a" });
    expect(lock.takenOverFrom).toMatchObject({ owner: "run-a" });
    expect(lines).toEqual([expect.stringMatching(/^info took over lock .* which no longer runs$/)]);
    await lock.release();
  });

  test("of another operation is not taken over at once, even when its owner is gone", async () => {
    const { acquire } = setting();
    await (await acquire("run-a", { operation: "op-0" })).detach();
    await expect(acquire("run-b", { isOwnerGone: async () => true })).rejects.toMatchObject({
      text: { id: "STATE-08" },
    });
  });

  test.each([
    ["nothing", ""],
    ["something else", "not json"],
    ["the four keys alone", '{"owner":"x","pod":"p","acquiredAt":"a","heartbeatAt":"b"}'],
    ["a nonce that climbs the tree", '{"owner":"x","nonce":"../../../etc/passwd"}'],
  ])("and holds %s counts from the file's own time", async (_name, content) => {
    const { path, clock, acquire } = setting();
    writeFileSync(`${path}.lock`, content);
    const age = clock.now() - statSync(`${path}.lock`).mtimeMs;
    clock.pass(-age);
    await expect(acquire("run-b")).rejects.toMatchObject({ text: { id: "STATE-08" } });
    clock.pass(600_001);
    const lock = await acquire("run-b");
    expect(lock.takenOverFrom).toBeDefined();
    await lock.release();
    expect(readdirSync(join(path, ".."))).toEqual([]);
  });
});

describe("a lock that another process took", () => {
  test("is noticed at the next heartbeat and before the next write; the new holder's file is untouched", async () => {
    const { clock, lost, acquire, record } = setting();
    const sleeper = await acquire("run-a", { heartbeatMs: 700_000 });
    clock.pass(600_001);
    const successor = await acquire("run-b", { heartbeatMs: 10_000_000 });
    await expect(sleeper.assertHeld()).rejects.toMatchObject({
      text: { id: "STATE-09", why: expect.stringMatching(/^owner "run-b" \(pod "pod-of-run-b"\) holds it now/) },
    });
    clock.pass(100_000);
    await until(() => lost.length > 0);
    expect(lost.map(({ text }) => text.id)).toEqual(["STATE-09"]);
    await sleeper.release();
    expect(record()).toMatchObject({ owner: "run-b" });
    await successor.assertHeld();
    await successor.release();
  });

  test("or removed by hand is lost too", async () => {
    const { path, clock, lost, acquire } = setting();
    const lock = await acquire("run-a");
    rmSync(`${path}.lock`);
    clock.pass(10_000);
    await until(() => lost.length > 0);
    expect(lost[0]?.text.why).toMatch(/^nobody holds it now/);
    await lock.release();
  });
});

describe("a takeover that was killed half-way", () => {
  test("is finished by the next contender, and nothing of it stays", async () => {
    const { path, acquire } = setting();
    await (await acquire("run-a")).detach();
    const { nonce } = JSON.parse(readFileSync(`${path}.lock`, "utf8")) as { nonce: string };
    const claim = {
      owner: "run-b",
      pod: "p",
      operation: "op-1",
      nonce: "b".repeat(32),
      heartbeatAt: "2026-11-24T15:30:00Z",
    };
    writeFileSync(`${path}.lock.after-${nonce}`, JSON.stringify(claim));
    await expect(acquire("run-c")).rejects.toMatchObject({ text: { what: expect.stringMatching(/"run-b"/) } });
    const lock = await acquire("run-c", { isOwnerGone: async () => true });
    expect(lock.takenOverFrom).toMatchObject({ owner: "run-b" });
    expect(readdirSync(join(path, ".."))).toEqual(["state.json.lock"]);
    await lock.release();
  });

  test("is finished by the same owner's next process", async () => {
    const { path, acquire, record } = setting();
    await (await acquire("run-a")).detach();
    const { nonce } = JSON.parse(readFileSync(`${path}.lock`, "utf8")) as { nonce: string };
    const claim = {
      owner: "run-b",
      pod: "p",
      operation: "op-1",
      nonce: "b".repeat(32),
      heartbeatAt: "2026-11-24T15:30:00Z",
    };
    writeFileSync(`${path}.lock.after-${nonce}`, JSON.stringify(claim));
    const lock = await acquire("run-b");
    expect(record()).toMatchObject({ owner: "run-b", nonce: "b".repeat(32) });
    await lock.release();
    expect(readdirSync(join(path, ".."))).toEqual([]);
  });
});

describe("what killed writers left beside the state file", () => {
  test("is swept by the next holder once it is too old to be in use; other files stay", async () => {
    const { path, clock, acquire } = setting();
    const leftovers = [
      `${path}.tmp-00112233445566aa`,
      `${path}.bak.tmp-00112233445566ab`,
      `${path}.lock.tmp-00112233445566ac`,
    ];
    const others = [path, `${path}.bak`, `${path}.tmp-mine`, join(path, "..", "other.json.tmp-00112233445566aa")];
    for (const file of [...leftovers, ...others]) writeFileSync(file, "");
    // The first was written first, on a busy machine by many milliseconds.
    const times = leftovers.map((file) => statSync(file).mtimeMs);
    const [oldest, newest] = [Math.min(...times), Math.max(...times)];
    clock.pass(oldest + 600_000 - clock.now());
    await (await acquire("run-a")).release();
    expect(readdirSync(join(path, ".."))).toHaveLength(7);
    clock.pass(newest - oldest + 1_000);
    await (await acquire("run-a")).release();
    expect(
      readdirSync(join(path, ".."))
        .map((name) => join(path, "..", name))
        .toSorted(),
    ).toEqual(others.toSorted());
  });
});
