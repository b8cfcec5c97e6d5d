import { beforeEach, describe, expect, test } from "@jest/globals";
import { FairleadError } from "../../../../steps/lib/errors/fairlead-error.ts";
import { isKubeError } from "../../../../steps/lib/kube/kube-error.ts";
import { inMemoryRecorder } from "../../../../steps/lib/phase/in-memory-recorder.ts";
import type { Action, Change } from "../../../../steps/lib/phase/types.ts";
import {
  acting,
  creating,
  deleting,
  type Memory,
  patching,
  remembering,
  SmallBench,
  type Step,
  setting,
  stepOn,
  waiting,
} from "./small-run.ts";
import { things } from "./small-world.ts";

let bench: SmallBench;
beforeEach(() => {
  bench = new SmallBench();
  bench.world.put("lamp", { lit: false });
});

const light = setting("light", "lamp", { lit: true });

const refusal = new FairleadError({ id: "SMALL-01", what: "it may not be", why: "because", fix: "do not" });

function changeOf(action: Action<Memory>): Change {
  if (action.kind !== "write") throw new Error(`${action.kind} is no write`);
  return action.change;
}

/** Rejects once `what` is reached: nothing of this run happens any more. */
function dyingAt(what: string): { readonly point: (reached: string) => Promise<void>; readonly dead: Promise<void> } {
  const dead = Promise.withResolvers<void>();
  let isDead = false;
  const point = (reached: string): Promise<void> => {
    isDead ||= reached === what;
    if (!isDead) return Promise.resolve();
    dead.resolve();
    return new Promise(() => undefined);
  };
  return { point, dead: dead.promise };
}

describe("a step", () => {
  test("that is fresh is announced in the journal, written, verified and recorded", async () => {
    const outcome = await bench.run([light]);
    expect(outcome).toMatchObject({ state: "done", timeline: [{ step: "light", state: "done", note: "1 actions" }] });
    expect(bench.world.content()).toEqual({ lamp: { lit: true } });
    expect(bench.disk.steps).toEqual(["light"]);
    expect(bench.journal).toEqual(["intent light patch lamp", "recorded light"]);
    expect(bench.told()).toEqual(["phase-started", "step-started light", "step-done light", "phase-ended"]);
  });

  test("that finds everything as it should be writes nothing and is recorded", async () => {
    bench.world.put("lamp", { lit: true });
    const outcome = await bench.run([light]);
    expect(outcome.timeline).toMatchObject([{ state: "already-done", note: "set" }]);
    expect([bench.world.effects, bench.journal]).toEqual([[], ["recorded light"]]);
  });

  const tolerant = stepOn("light", "lamp", () =>
    acting([
      {
        kind: "write",
        change: {
          target: "hub",
          resource: things,
          ref: { name: "lamp" },
          summary: "patch lamp",
          verb: "merge-patch",
          patch: { spec: { lit: true } },
        },
        orElse: (error) => (isKubeError(error, "WebhookUnavailable") ? { warning: "the lamp stays dark" } : undefined),
      },
      creating("note", {}),
    ]),
  );

  test("one of whose writes fails goes on where it says what to tell instead, and tells it", async () => {
    bench.world.fail("patch lamp", "WebhookUnavailable");
    const outcome = await bench.run([tolerant]);
    expect(outcome).toMatchObject({ state: "done", warnings: ["the lamp stays dark"] });
    expect([bench.world.effects, bench.disk.steps]).toEqual([["create note"], ["light"]]);
  });

  test("one of whose writes does not stay makes another in its place where it says so, and tells it", async () => {
    const point = async (what: string) => {
      if (what === "after patch lamp") bench.world.put("lamp", { lit: false });
    };
    const instead = changeOf(deleting("lamp"));
    const orElse = () => ({ warning: "the lamp is taken away", instead });
    const outcome = await bench.run(
      [
        stepOn("light", "lamp", () =>
          acting([{ kind: "write", change: changeOf(patching("lamp", { lit: true })), orElse }]),
        ),
      ],
      { point },
    );
    expect(outcome).toMatchObject({ state: "done", warnings: ["the lamp is taken away"] });
    expect(bench.world.effects).toEqual(["patch lamp", "delete lamp"]);
    expect(bench.journal).toEqual(["intent light patch lamp", "intent light delete lamp", "recorded light"]);
  });

  test("one of whose writes fails for another reason than it provides for ends with that", async () => {
    bench.world.fail("patch lamp", "Forbidden");
    const outcome = await bench.run([tolerant]);
    expect(outcome).toMatchObject({ state: "failed", step: "light", warnings: [] });
    expect([bench.world.effects, bench.disk.steps]).toEqual([[], []]);
  });

  test("that does not apply here is not recorded", async () => {
    const outcome = await bench.run([stepOn("other", "lamp", () => ({ state: "skipped", note: "no such part" }))]);
    expect(outcome).toMatchObject({ state: "done", timeline: [{ state: "skipped", note: "no such part" }] });
    expect(bench.disk.steps).toEqual([]);
  });

  test("that is known not to apply looks at nothing", async () => {
    const read = () => Promise.reject(new Error("it looked"));
    const outcome = await bench.run([{ ...light, skip: () => "not asked for", read }]);
    expect(outcome).toMatchObject({ state: "done", timeline: [{ state: "skipped", note: "not asked for" }] });
    expect(bench.disk.steps).toEqual([]);
  });

  test("K-33 that refuses ends the phase with its error, recorded once, and the next step does not begin", async () => {
    const outcome = await bench.run([stepOn("refuse", "lamp", () => ({ state: "refused", error: refusal })), light]);
    expect(outcome).toMatchObject({ state: "failed", step: "refuse", error: refusal });
    expect([bench.disk.errors, bench.world.effects]).toEqual([["SMALL-01"], []]);
    expect(bench.told()).toEqual(["phase-started", "step-started refuse", "step-failed refuse", "phase-ended"]);
  });

  test("K-23 whose read throws something unforeseen ends as a defect that keeps the words, recorded", async () => {
    const broken: Step = {
      ...light,
      read: () => Promise.reject(new TypeError("no such member")),
    };
    const outcome = await bench.run([broken]);
    expect(outcome).toMatchObject({
      state: "failed",
      error: { exitCode: 70, text: { id: "PHASE-90", why: "TypeError: no such member" } },
    });
    expect(bench.disk.errors).toEqual(["PHASE-90"]);
  });

  test("K-33 whose read or write fails for a passing reason ends: trying again is the client's", async () => {
    for (const call of ["get lamp", "patch lamp"]) {
      bench = new SmallBench();
      bench.world.put("lamp", { lit: false });
      bench.world.fail(call, "ServerError");
      expect(await bench.run([light])).toMatchObject({ state: "failed", step: "light" });
      expect(bench.world.effects).toEqual([]);
    }
  });

  test("killed after its intent writes in the next run", async () => {
    const { point, dead } = dyingAt("before patch lamp");
    void bench.run([light], { point });
    await dead;
    expect([bench.journal, bench.disk.steps]).toEqual([["intent light patch lamp"], []]);
    await bench.run([light]);
    expect([bench.world.effects, bench.disk.steps]).toEqual([["patch lamp"], ["light"]]);
  });

  test("killed after its write sees in the next run that it is done, and writes nothing", async () => {
    const { point, dead } = dyingAt("after patch lamp");
    void bench.run([light], { point });
    await dead;
    const outcome = await bench.run([light]);
    expect(outcome.timeline).toMatchObject([{ state: "already-done" }]);
    expect([bench.world.effects, bench.disk.steps]).toEqual([["patch lamp"], ["light"]]);
  });

  test("whose write does not stay ends with the field that went back", async () => {
    const { point } = {
      point: async (what: string) =>
        what === "after patch lamp" ? bench.world.put("lamp", { lit: false }) : undefined,
    };
    const outcome = await bench.run([light], { point });
    expect(outcome).toMatchObject({
      state: "failed",
      error: { text: { id: "PHASE-04", why: expect.stringContaining("spec.lit: wanted true, is false") } },
    });
    expect(bench.disk.steps).toEqual([]);
  });

  test("that would create what exists with other content says where it differs", async () => {
    const outcome = await bench.run([stepOn("make", "none", () => acting([creating("lamp", { lit: true })]))]);
    expect(outcome).toMatchObject({
      state: "failed",
      error: { text: { id: "PHASE-05", why: "spec.lit: wanted true, is false" } },
    });
  });

  test("that creates what exists with the same content is content", async () => {
    const make = stepOn("make", "none", () => acting([creating("lamp", { lit: false })]));
    expect(await bench.run([make])).toMatchObject({ state: "done" });
  });

  test("whose object changed between read and write reads and plans anew", async () => {
    let meddled = false;
    const point = async (what: string): Promise<void> => {
      if (what !== "before patch lamp" || meddled) return;
      meddled = true;
      bench.world.put("lamp", { lit: false, dusty: true });
    };
    expect(await bench.run([light], { point })).toMatchObject({ state: "done" });
    expect(bench.world.content()).toEqual({ lamp: { lit: true, dusty: true } });
  });

  test("K-33 that never comes to rest ends after its rounds and says what it still wants", async () => {
    const restless = stepOn("restless", "lamp", () => acting([patching("lamp", { lit: true })], "plan-again"));
    const outcome = await bench.run([restless], { maxRounds: 3 });
    expect(outcome).toMatchObject({
      state: "failed",
      error: {
        exitCode: 70,
        text: {
          id: "PHASE-02",
          what: "step restless did not come to rest after 3 rounds of reading, planning and writing",
          why: "it still wants to act: 1 actions",
        },
      },
    });
    expect(bench.world.effects).toHaveLength(3);
  });

  test("of several rounds starts each from live state", async () => {
    const anew = stepOn("anew", "lamp", (thing, context) => {
      if (thing === undefined) return acting([creating("lamp", { lit: true })]);
      const gone = waiting(context, "waiting until lamp is gone", (all) => all.length === 0);
      return thing.spec?.["lit"] === true
        ? { state: "done", note: "new" }
        : acting([deleting("lamp"), gone], "plan-again");
    });
    expect(await bench.run([anew])).toMatchObject({ state: "done" });
    expect(bench.world.effects).toEqual(["delete lamp", "create lamp"]);
  });
});

describe("a wait", () => {
  const never = (more: Partial<Pick<Step, "onFailure">> = {}): Step =>
    stepOn("wait", "lamp", (_, context) => acting([waiting(context, "waiting for light", () => false)]), more);

  test("that never ends runs out of its time with what it saw last, exit 5, and is not recorded", async () => {
    const outcome = await bench.run([never()]);
    expect(outcome).toMatchObject({
      state: "failed",
      error: {
        exitCode: 5,
        text: {
          id: "PHASE-01",
          what: "waiting for light did not end within 60 s",
          why: "last seen: not yet: waiting for light",
        },
      },
    });
    expect(bench.told()).toContain("waiting wait");
    expect(bench.disk.steps).toEqual([]);
  });

  test("that is cancelled ends as interrupted with the cause, which is no failure; the next run goes on there", async () => {
    const cancelled = new AbortController();
    const cause = new FairleadError(
      { id: "RUN-01", what: "told to stop", why: "SIGTERM", fix: "resume" },
      { exitCode: 143 },
    );
    const point = async (what: string): Promise<void> => (what === "looking" ? cancelled.abort(cause) : undefined);
    const outcome = await bench.run([never({ onFailure: () => Promise.reject(new Error("never asked")) })], {
      point,
      signal: cancelled.signal,
    });
    expect(outcome).toMatchObject({ state: "interrupted", error: cause, timeline: [{ state: "interrupted" }] });
    expect([bench.disk.errors, bench.journal]).toEqual([[], ["interrupted wait told to stop"]]);
    bench.world.put("lamp", { lit: true });
    expect(await bench.run([setting("wait", "lamp", { lit: true })])).toMatchObject({ state: "done" });
  });

  test("is not begun when the time of the run is over already", async () => {
    const outcome = await bench.run([light], { signal: AbortSignal.abort(new Error("the deadline has passed")) });
    expect(outcome).toMatchObject({
      state: "interrupted",
      error: { exitCode: 143, text: { id: "PHASE-06", why: "the deadline has passed" } },
    });
    expect(bench.world.effects).toEqual([]);
  });
});

describe("the last word of a step that failed", () => {
  const failing = (onFailure: NonNullable<Step["onFailure"]>): Step =>
    stepOn("fail", "lamp", () => ({ state: "refused", error: refusal }), { onFailure });

  test("is done before the failure is recorded, and its warnings are told with the error", async () => {
    const step = failing(async () => [patching("lamp", { undone: true }), { kind: "warn", message: "undone" }]);
    const outcome = await bench.run([step]);
    expect(outcome).toMatchObject({
      error: { text: { id: "SMALL-01", why: "because; undone" } },
      warnings: ["undone"],
    });
    expect(bench.journal).toEqual(["intent fail patch lamp", "failed fail it may not be"]);
    expect(bench.world.content()).toEqual({ lamp: { lit: false, undone: true } });
  });

  test("K-33 that fails too is told with the error, which stays the first", async () => {
    bench.world.fail("patch lamp", "Forbidden");
    const outcome = await bench.run([failing(async () => [patching("lamp", { undone: true })])]);
    expect(outcome).toMatchObject({
      state: "failed",
      error: { text: { id: "SMALL-01", why: expect.stringMatching(/^because; then list .* is forbidden: made up/) } },
    });
  });
});

describe("a recorded step", () => {
  test("whose state still holds is observed and not done again", async () => {
    await bench.run([light]);
    const outcome = await bench.run([light]);
    expect(outcome).toMatchObject({ warnings: [], timeline: [{ state: "already-done", note: "set" }] });
    expect(bench.world.effects).toEqual(["patch lamp"]);
  });

  test("whose state no longer holds is reported with what changed, and not done again", async () => {
    await bench.run([light]);
    bench.world.put("lamp", { lit: false });
    const outcome = await bench.run([light]);
    expect(outcome).toMatchObject({
      state: "done",
      warnings: ["state no longer holds: 1 actions; not done again: patch lamp"],
      timeline: [{ state: "already-done", note: "recorded as done, but the state no longer holds" }],
    });
    expect(bench.world.effects).toEqual(["patch lamp"]);
  });

  test("whose planner refuses now is reported with the reason", async () => {
    await bench.run([light]);
    const refusing = stepOn("light", "lamp", () => ({ state: "refused", error: refusal }));
    expect(await bench.run([refusing])).toMatchObject({
      state: "done",
      warnings: ["state no longer holds: it may not be: because"],
    });
  });

  test("that live state cannot tell about is trusted and not even read", async () => {
    const once = { ...light, onResume: "trust-record" } as const;
    await bench.run([once]);
    bench.world.fail("get lamp", "Forbidden");
    const outcome = await bench.run([once]);
    expect(outcome).toMatchObject({ state: "done", timeline: [{ note: "recorded as done by an earlier run" }] });
  });

  test("has its warnings beside it on the disk, so that a kill behind it loses none", async () => {
    const warning = stepOn("warn", "lamp", () => acting([{ kind: "warn", message: "flickers" }]));
    const { point, dead } = dyingAt("before get lamp");
    let gets = 0;
    const second = (what: string): Promise<void> => {
      if (what === "before get lamp") gets += 1;
      return gets < 2 ? Promise.resolve() : point(what);
    };
    void bench.run([warning, light], { point: second });
    await dead;
    expect([bench.disk.steps, bench.disk.warnings]).toEqual([["warn"], ["flickers"]]);
    bench.world.put("lamp", { lit: true });
    await bench.run([setting("quiet", "lamp", { lit: true })]);
    expect(bench.disk.warnings).toEqual(["flickers"]);
  });

  test("that a later step makes forgotten is done anew by the next run", async () => {
    await bench.run([
      light,
      stepOn("doubt", "lamp", () => acting([{ kind: "forget", step: "light", note: "doubtful" }])),
    ]);
    expect(bench.disk.steps).toEqual(["doubt"]);
    bench.world.put("lamp", { lit: false });
    await bench.run([light]);
    expect(bench.world.effects).toEqual(["patch lamp", "patch lamp"]);
  });
});

describe("a dry run", () => {
  const dry = { dryRun: { enabled: true, serverSide: false }, recorder: inMemoryRecorder<Memory>({}) } as const;
  const steps = [
    light,
    stepOn("more", "lamp", (_, context) =>
      acting([
        remembering({ seen: true }),
        waiting(context, "waiting for light", () => true),
        { kind: "bulk", title: "dust all", changes: [] },
      ]),
    ),
  ];

  test("K-01 plans what the real run would do, and changes neither the world nor the disk", async () => {
    const before = structuredClone(bench.disk);
    const outcome = await bench.run(steps, dry);
    expect(outcome).toMatchObject({
      state: "done",
      planned: [
        { step: "light", verb: "merge-patch", object: "things.small.example lamp", body: { spec: { lit: true } } },
        { step: "more", verb: "wait", summary: "would wait: waiting for light (at most 60 s)" },
      ],
      timeline: [{ state: "planned" }, { state: "planned" }],
    });
    expect([bench.world.effects, bench.journal, bench.disk]).toEqual([[], [], before]);
    expect(dry.recorder.memory()).toEqual({ seen: true });
  });

  test("with a recorder that writes to disk is refused", async () => {
    await expect(bench.run(steps, { dryRun: dry.dryRun })).rejects.toMatchObject({ text: { id: "PHASE-92" } });
  });

  test("says of a step that builds on a change that was left out that it cannot be planned yet", async () => {
    const later = stepOn("later", "bulb", (thing) =>
      thing === undefined ? { state: "refused", error: refusal } : { state: "done", note: "there" },
    );
    const outcome = await bench.run([light, later], dry);
    expect(outcome).toMatchObject({
      state: "done",
      warnings: [],
      planned: [
        { step: "light" },
        {
          step: "later",
          verb: "later",
          summary: "cannot be planned before the changes above are made; as it is now: it may not be: because",
        },
      ],
    });
    expect(await bench.run([later], dry)).toMatchObject({ state: "failed", error: refusal });
  });
});

test("a dry run warns of what it finds only as long as nothing was left out: the real run finds something else", async () => {
  const dry = { dryRun: { enabled: true, serverSide: false }, recorder: inMemoryRecorder<Memory>({}) } as const;
  const dark = stepOn("dark", "lamp", () => ({ state: "done", note: "dark", warnings: ["the lamp is dark"] }));
  expect(await bench.run([dark], dry)).toMatchObject({ warnings: ["the lamp is dark"], planned: [] });
  expect(await bench.run([light, dark], dry)).toMatchObject({
    warnings: [],
    planned: [{ step: "light" }, { step: "dark", verb: "later" }],
  });
});

test("an emitter that throws does not stop the run", async () => {
  bench.events.push = () => {
    throw new Error("the screen is gone");
  };
  expect(await bench.run([light])).toMatchObject({ state: "done" });
});
