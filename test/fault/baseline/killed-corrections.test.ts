import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { RunSummary } from "../../../steps/baseline/report/run-summary.ts";
import { descheduler } from "../../integration/baseline/support/baseline-bench.ts";
import { liveInterval, liveValue } from "../../integration/baseline/support/descheduler.ts";
import { type KillPoint, ProxiedBaseline } from "./support/proxied-baseline.ts";

const minute = 60_000;
const asset = "descheduler-loadaware";
const key = "KubeDescheduler/openshift-kube-descheduler-operator/cluster";
const marker = "platform.kubevirt.io/reconcile-paused";
const apply: KillPoint = { write: "patch kubedeschedulers cluster", number: 1, when: "after" };
const storing: KillPoint = { ...apply, write: "update configmaps virt-platform-autopilot-state" };

describe("an object that somebody else keeps changing while each run that corrects it is killed", () => {
  let platform: ProxiedBaseline;
  beforeAll(async () => {
    platform = await ProxiedBaseline.open(asset);
    await platform.run();
    await platform.bench.forgetState();
    await platform.run();
    await platform.keepScene();
  }, 2 * minute);
  afterAll(() => platform?.close());
  beforeEach(() => platform.begin());

  async function drift(): Promise<void> {
    await platform.bench.mergePatch(descheduler, { spec: { deschedulingIntervalSeconds: 300 } });
  }

  async function killTwice(kill: KillPoint, flags: readonly string[]): Promise<void> {
    for (const _run of [1, 2]) {
      await drift();
      expect((await platform.run({ flags, kill })).exitCode).toBe(null);
    }
  }

  /** What the last run says of it. */
  async function told(): Promise<RunSummary["assets"][number] | undefined> {
    const summary: RunSummary = JSON.parse(await readFile(join(platform.lastOutput, "report.json"), "utf8"));
    return summary.assets.find((one) => one.asset === asset);
  }

  const twoTokens = ["--throttle-capacity", "2", "--throttle-window", "10h"];

  test(
    "is throttled once its tokens are spent, though no run lived to say so",
    async () => {
      await killTwice(apply, twoTokens);
      await drift();
      expect((await platform.run({ flags: twoTokens })).exitCode).toBe(3);
      expect(await told()).toMatchObject({ error: expect.stringContaining("throttled: more than 2 corrections") });
      expect(await liveInterval(platform.bench)).toBe(300);
    },
    2 * minute,
  );

  test(
    "is paused at the repetition that is one too many, though no run lived to remember the others (D24)",
    async () => {
      const flags = ["--repeat-threshold", "2"];
      await killTwice(apply, flags);
      await drift();
      expect((await platform.run({ flags })).exitCode).toBe(3);
      expect(await liveValue(platform.bench, "metadata", "annotations", marker)).toBe("true");
      expect((await platform.bench.storedState()).thrashings).toEqual({
        [key]: 1,
      });
    },
    2 * minute,
  );

  test.each([
    ["before it was written", { ...apply, when: "before" as const }],
    ["when that was stored and not yet written", storing],
  ])(
    "keeps the tokens of corrections that never came about: killed %s",
    async (_when, kill) => {
      await killTwice(kill, twoTokens);
      expect((await platform.run({ flags: twoTokens })).exitCode).toBe(0);
      expect(await liveInterval(platform.bench)).toBe(60);
      const { buckets, wars } = await platform.bench.storedState();
      expect([buckets[key]?.tokens, wars[key]?.corrections.length]).toEqual([1, 1]);
    },
    2 * minute,
  );

  test.each([
    ["while it stores what it is about to correct", storing, 300, "failed"],
    ["while it corrects", { ...apply, when: "before" as const }, 300, "failed"],
    ["while it tells what it did", { ...apply, write: "create events", when: "before" as const }, 60, "changed"],
  ])(
    "loses nothing by a run that is told to stop %s: its state is stored and its lock given back",
    async (_when, kill, left, outcome) => {
      await drift();
      expect((await platform.run({ flags: twoTokens, kill: { ...kill, signal: "SIGTERM" } })).exitCode).toBe(143);
      expect(await liveInterval(platform.bench)).toBe(left);
      expect((await platform.bench.storedState()).lastRun).toMatchObject({ id: "run-7-u1", outcome });
      expect((await platform.run({ flags: twoTokens, name: "run-8" })).exitCode).toBe(0);
      expect(await liveInterval(platform.bench)).toBe(60);
      const { buckets, wars } = await platform.bench.storedState();
      expect([buckets[key]?.tokens, wars[key]?.corrections.length]).toEqual([1, 1]);
    },
    2 * minute,
  );

  test.each(["before", "after"] as const)(
    "is told once to be paused by the run that follows one which was told to stop right %s it marked it",
    async (when) => {
      const flags = ["--repeat-threshold", "1"];
      await drift();
      expect((await platform.run({ flags })).exitCode).toBe(0);
      await drift();
      expect((await platform.run({ flags, kill: { ...apply, when, signal: "SIGTERM" } })).exitCode).toBe(143);
      for (const _later of [1, 2]) await platform.run({ flags });
      expect(await liveValue(platform.bench, "metadata", "annotations", marker)).toBe("true");
      const args = ["get", "events.events.k8s.io", "-n", "openshift-cnv", "-o", "json"];
      const { items } = JSON.parse(await platform.bench.server.kubectl(args));
      const about = items.filter(({ reason }: { readonly reason: string }) => reason === "ThrashingDetected");
      expect(about).toEqual([
        expect.objectContaining({ note: expect.stringContaining("after 1 correction within 30 min, so it is paused") }),
      ]);
      expect(about[0]).not.toHaveProperty("series");
      expect((await platform.bench.storedState()).thrashings).toEqual({ [key]: 1 });
    },
    2 * minute,
  );

  test(
    "is looked after again by the same run at once, and by another one two minutes later",
    async () => {
      await drift();
      await platform.run({ kill: { ...apply, when: "before" } });
      expect((await platform.run({ name: "run-8" })).exitCode).toBe(6);
      await platform.ageLease(110);
      expect((await platform.run({ name: "run-8" })).exitCode).toBe(6);
      expect((await platform.run()).exitCode).toBe(0);
      await drift();
      await platform.run({ kill: apply });
      await platform.ageLease(121);
      expect((await platform.run({ name: "run-8" })).exitCode).toBe(0);
    },
    2 * minute,
  );
});
