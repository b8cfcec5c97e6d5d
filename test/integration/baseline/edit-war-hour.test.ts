import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type fc from "fast-check";
import type { ManagedObject } from "../../../steps/baseline/object/managed-object.ts";
import type { KubeClient } from "../../../steps/lib/kube/types.ts";
import type { KeptContent } from "../../support/api-servers/kept-content.ts";
import { assetOf, BaselineBench } from "./support/baseline-bench.ts";
import { deschedulerAsset, deschedulerTarget } from "./support/descheduler.ts";
import { Engine } from "./support/engine.ts";
import { targetOf } from "./support/generated-worlds.ts";
import { deleteTarget, findTarget, mergeInto, openOthers } from "./support/make-world.ts";
import { SetClock } from "./support/set-clock.ts";
import { type Blow, type Moment, warHour, wars } from "./support/war-hour.ts";

const minute = 60_000;
const seed = Number(process.env["FAIRLEAD_TEST_SEED"] ?? 20_260_301);
const marker = "platform.kubevirt.io/reconcile-paused";
const descheduler = targetOf(deschedulerAsset);
const only = { assets: deschedulerAsset } as const;

/** One run of the hour. Times are seconds. */
interface Turn {
  readonly at: number;
  readonly result: string;
  readonly error: string;
  readonly paths: readonly string[];
  /** Reasons of its Events about the descheduler. */
  readonly told: readonly string[];
  readonly exitCode: number;
  /** How often the descheduler was applied. */
  readonly writes: number;
  readonly isTouched: boolean;
}

const isPausing = ({ error }: Turn): boolean => error.startsWith("reconciliation paused");

/** The runs between one resume and the next, told from the pauses that ended. */
type Peace = readonly Turn[];

describe("an hour of war over", () => {
  let bench: BaselineBench;
  let engine: Engine;
  let others: KubeClient;
  let content: readonly KeptContent[];
  const clock = new SetClock(Date.parse("2026-03-01T10:00:00Z"));

  beforeAll(async () => {
    bench = await BaselineBench.open();
    engine = await Engine.open(bench.server, bench.folder, clock);
    others = await openOthers(bench);
    await engine.reconcile(only);
    await bench.forgetState();
    content = await bench.servers.keepContent();
  }, 2 * minute);

  afterAll(async () => {
    await others.close();
    await engine.close();
    await bench.close();
  });

  const live = (): Promise<ManagedObject | undefined> => findTarget(others, descheduler);
  const isMarked = (object: ManagedObject | undefined): boolean =>
    JSON.stringify(object?.metadata["annotations"] ?? {}).includes(marker);

  async function strike(blow: Blow): Promise<void> {
    if ((await live()) === undefined) return;
    if (blow.by === "deletion") await deleteTarget(others, descheduler);
    else await mergeInto(others, descheduler, blow.patch);
  }

  async function turn(at: number): Promise<Turn> {
    const before = await live();
    const run = await engine.reconcile(only);
    const { result, error = "", driftPaths: paths = [] } = assetOf(run, deschedulerAsset);
    const about = run.summary.events.filter(({ target }) => target === deschedulerTarget);
    const after = await live();
    return {
      at,
      result,
      error,
      paths: before === undefined ? [""] : paths,
      told: about.map(({ reason }) => reason),
      exitCode: run.exitCode,
      writes: run.applied.length,
      isTouched: before?.metadata["resourceVersion"] !== after?.metadata["resourceVersion"],
    };
  }

  /** By hand where there is an annotation, else by the step. */
  async function resume(): Promise<void> {
    if (isMarked(await live())) await mergeInto(others, descheduler, { metadata: { annotations: { [marker]: null } } });
    else await engine.resume({ resource: deschedulerTarget });
  }

  /** The wish of its user ends a pause, and so does the deletion of an object that is marked. */
  async function endsPause(moment: Moment): Promise<boolean> {
    if (moment.what === "blow") return moment.blow.by === "deletion" && isMarked(await live());
    return moment.what === "resume";
  }

  async function happen(moment: Moment): Promise<readonly Turn[]> {
    switch (moment.what) {
      case "run":
        return [await turn(moment.at)];
      case "resume":
        await resume();
        return [];
      case "blow":
        await strike(moment.blow);
        return [];
    }
  }

  async function play(moments: readonly Moment[]): Promise<readonly Peace[]> {
    const ended: Peace[] = [];
    const peace: Turn[] = [];
    for (const moment of moments) {
      clock.set(moment.at);
      if (peace.some(isPausing) && (await endsPause(moment))) ended.push(peace.splice(0));
      peace.push(...(await happen(moment)));
    }
    return [...ended, peace];
  }

  async function thrashingEvents(): Promise<number> {
    const args = ["get", "events.events.k8s.io", "-n", "openshift-cnv", "-o", "json"];
    const { items } = JSON.parse(await bench.server.kubectl(args));
    const about = items.filter(({ reason }: { readonly reason: string }) => reason === "ThrashingDetected");
    expect(about.length).toBeLessThanOrEqual(1);
    return about.reduce(
      (sum: number, { series }: { readonly series?: { readonly count: number } }) => sum + (series?.count ?? 1),
      0,
    );
  }

  test.each(Object.entries<fc.Arbitrary<Blow>>(wars))(
    "D24 D25 B6 %s is backed off from, told once an episode, and resumed when somebody says so",
    async (_over, blow) => {
      for (const one of content) expect(await one.restore()).toBe("restored");
      const peaces = await play(warHour(blow, seed));
      for (const peace of peaces) {
        expectWithinBucket(peace);
        expectNoRepetition(peace);
        expectQuietPause(peace);
        expectHonest(peace);
      }
      const episodes = peaces.flat().filter(isPausing).length;
      expect(episodes).toBeGreaterThanOrEqual(1);
      expect(await thrashingEvents()).toBe(episodes);

      clock.set(3700);
      await engine.resume({ resource: deschedulerTarget });
      await turn(3700);
      clock.set(3710);
      expect(await turn(3710)).toMatchObject({ result: "unchanged", exitCode: 0, told: [], isTouched: false });
      expect(await live()).toMatchObject({ spec: { deschedulingIntervalSeconds: 60, mode: "Automatic" } });
    },
    5 * minute,
  );
});

const corrections = (peace: Peace): readonly Turn[] => peace.filter(({ result }) => result === "applied");

/** Ten tokens, and one back every six seconds; what was on its way to come back counts as one more. */
function expectWithinBucket(peace: Peace): void {
  const all = corrections(peace);
  for (const [first, { at: begin }] of all.entries()) {
    for (const [last, { at: end }] of all.entries()) {
      if (last >= first) expect(last - first + 1).toBeLessThanOrEqual(10 + Math.floor((end - begin) / 6) + 1);
    }
  }
  for (const one of peace.filter(({ told }) => told.includes("Throttled"))) {
    const recent = all.filter(({ at }) => at <= one.at && one.at - at <= 60);
    expect(recent.length).toBeGreaterThanOrEqual(10);
  }
}

/** Nothing is corrected a sixth time within half an hour; and what is paused was either that, or throttled twice. */
function expectNoRepetition(peace: Peace): void {
  for (const [index, one] of peace.entries()) {
    const earlier = corrections(peace.slice(0, index)).filter(({ at }) => one.at - at <= 1800);
    const repeats = earlier.filter(({ paths }) => paths.some((path) => one.paths.includes(path))).length;
    if (one.result === "applied") expect(repeats).toBeLessThan(5);
    if (!isPausing(one)) continue;
    const twoBefore = peace.slice(Math.max(0, index - 2), index).filter(({ told }) => told.includes("Throttled"));
    expect(repeats >= 5 || twoBefore.length === 2).toBe(true);
  }
}

/** It is told with the pause, and never while it lasts; nothing is written meanwhile, and no run fails for it. */
function expectQuietPause(peace: Peace): void {
  const begin = peace.findIndex(isPausing);
  const thrashing = peace.map(({ told }) => told.filter((reason) => reason === "ThrashingDetected").length);
  expect(thrashing).toEqual(peace.map((_, index) => (index === begin ? 1 : 0)));
  for (const one of begin < 0 ? [] : peace.slice(begin + 1)) {
    expect(one).toMatchObject({ result: "paused", exitCode: 0, told: [], writes: 0, isTouched: false });
  }
}

/** What a run says it did is what it did; and after a resume the first drift is corrected. */
function expectHonest(peace: Peace): void {
  for (const one of peace) {
    expect(["applied", "unchanged", "paused", "failed"]).toContain(one.result);
    expect(one.writes).toBe(one.result === "applied" ? 1 : 0);
    expect(one.exitCode).toBe(one.result === "failed" ? 3 : 0);
  }
  const [first] = peace.filter(({ result }) => result !== "unchanged");
  if (first !== undefined) expect(first.result).toBe("applied");
}
