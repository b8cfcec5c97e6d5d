import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Receiver } from "../lib/notify/support/receiver.ts";
import { notificationsFolder } from "./support/signals.ts";
import { type Ended, patientTuning, SwitchoverBench } from "./support/switchover-bench.ts";

describe("a switchover whose activation fails, then goes on", () => {
  let bench: SwitchoverBench;
  let receiver: Receiver;
  let dry: Ended;
  let failed: Ended;
  let resumed: Ended;
  let told: readonly (readonly Readonly<Record<string, unknown>>[])[];

  beforeAll(async () => {
    receiver = await Receiver.open();
    // A second is long here, so that the waits of every switchover are.
    bench = await SwitchoverBench.open({ clusters: 1 }, patientTuning);
    const folder = await notificationsFolder(bench.pair.folder, receiver.url, { longWaitSeconds: 1 });
    const flags = ["--notifications-folder", folder];
    const runs: (readonly Readonly<Record<string, unknown>>[])[] = [];
    const run = async (args: readonly string[]): Promise<Ended> => {
      const before = receiver.received.length;
      const end = await bench.run([...flags, ...args]);
      runs.push(receiver.bodies().slice(before));
      return end;
    };
    dry = await run(["--dry-run", "true"]);
    bench.pair.simulators.secondary.inject({ kind: "restore-fails", prefix: "acm-managed-clusters" });
    failed = await run([]);
    bench.pair.simulators.secondary.clear();
    receiver.replies.push({ status: 503 });
    resumed = await run([]);
    told = runs;
  }, 300_000);

  afterAll(async () => {
    await bench?.close();
    await receiver.close();
  });

  const kinds = (index: number) => (told[index] ?? []).map(({ kind }) => kind).filter((kind) => kind !== "long-wait");

  test("W-09 a dry run tells nobody", () => {
    expect({ exitCode: dry.exitCode, told: told[0] }).toEqual({ exitCode: 0, told: [] });
  });

  test("W-09 the failed run tells of its start, of the failure with its error, and of its end", () => {
    expect({ exitCode: failed.exitCode, kinds: kinds(1) }).toEqual({
      exitCode: 1,
      kinds: ["started", "failed", "ended"],
    });
    const failure = told[1]?.find(({ kind }) => kind === "failed");
    expect(failure).toMatchObject({
      errorId: expect.stringMatching(/^SW-/),
      text: expect.stringMatching(/Why: .* Do: /),
    });
  });

  test("W-09 the resumed run says that it goes on, also to a receiver that is busy at first", () => {
    expect(resumed.exitCode).toBe(0);
    // The first attempt was answered 503: the same delivery comes twice.
    expect(kinds(2)).toEqual(["started", "started", "ended"]);
    expect(told[2]?.[0]?.["delivery"]).toBe(told[2]?.[1]?.["delivery"]);
    expect(told[2]?.[0]?.["title"]).toMatch(/goes on after \d+ finished steps/);
    expect(told[2]?.at(-1)?.["title"]).toMatch(/ended: succeeded/);
  });

  test("W-09 a wait that lasts is told once for its step", () => {
    const steps = (told[2] ?? [])
      .filter(({ kind }) => kind === "long-wait")
      .map(({ title }) => String(title).replace(/^.* in step /, ""));
    expect(steps.length).toBeGreaterThan(0);
    expect(new Set(steps).size).toBe(steps.length);
  });

  test("W-09 neither URL nor key of the receiver is in any output or state", async () => {
    const texts = [dry, failed, resumed].flatMap(({ stdout, stderr }) => [stdout, stderr]);
    expect([...texts, JSON.stringify(await bench.state())].join()).not.toContain("canary");
  });
});

describe("a switchover whose receiver cannot be reached", () => {
  let bench: SwitchoverBench;
  let run: Ended;

  beforeAll(async () => {
    bench = await SwitchoverBench.open({ clusters: 1 }, patientTuning);
    // Nobody ever listens there, while a port that was let go may be another server's next.
    const folder = await notificationsFolder(bench.pair.folder, "http://127.0.0.1:1");
    run = await bench.run(["--notifications-folder", folder]);
  }, 180_000);

  afterAll(() => bench?.close());

  test("W-09 succeeds, and warns of what was not told", () => {
    expect({ exitCode: run.exitCode, tail: run.stderr.slice(-800) }).toMatchObject({ exitCode: 0 });
    expect(run.stderr).toMatch(/"level":"warn".*notification target ops was not told of started/);
  });
});
