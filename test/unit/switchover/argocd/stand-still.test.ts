import { describe, expect, test } from "@jest/globals";
import type { ApplicationSummary, PausedLook } from "../../../../steps/switchover/argocd/application.ts";
import type { ArgoContext } from "../../../../steps/switchover/argocd/argo-context.ts";
import { judgeStandStill, standStill } from "../../../../steps/switchover/argocd/stand-still.ts";
import { tuningDefaults } from "../../../../steps/switchover/tuning.schema.ts";

function held(name: string, madeBy?: ApplicationSummary["madeBy"]): ApplicationSummary {
  return {
    hub: "primary",
    namespace: "gitops",
    name,
    resourceVersion: "1",
    syncPolicy: {},
    automated: false,
    syncing: false,
    acmResources: 1,
    touchesAcm: true,
    ...(madeBy === undefined ? {} : { madeBy }),
  };
}

function look(name: string, rest: Partial<PausedLook> = {}): PausedLook {
  return { hub: "primary", namespace: "gitops", name, automated: false, syncing: false, ...rest };
}

const fleet = { kind: "ApplicationSet", name: "fleet" } as const;
const at = (elapsedMs: number) => ({ elapsedMs, settleMs: 10_000 });

describe("paused Applications stand still", () => {
  test("when no sync of theirs is under way; what others do does not matter", () => {
    const live = [look("a"), look("other", { syncing: true }), look("a", { hub: "secondary", syncing: true })];
    expect(judgeStandStill([held("a")], live, { elapsedMs: 0, settleMs: 0 })).toMatchObject({ state: "done" });
  });

  test("not while a sync is under way, however long that is, and names them", () => {
    const live = ["a", "b", "c", "d"].map((name) => look(name, { syncing: true }));
    expect(
      judgeStandStill(
        ["a", "b", "c", "d"].map((name) => held(name)),
        live,
        at(60_000),
      ),
    ).toEqual({
      state: "pending",
      note: "a sync is under way: primary gitops/a, primary gitops/b, primary gitops/c, and 1 more",
    });
  });

  test("not before what makes them had its time", () => {
    const applications = [held("a", fleet), held("b", fleet)];
    expect(judgeStandStill(applications, [look("a"), look("b")], at(9_999))).toEqual({
      state: "pending",
      note: "looking whether ApplicationSet fleet turns them on again",
    });
    expect(judgeStandStill(applications, [look("a"), look("b")], at(10_000))).toMatchObject({ state: "done" });
  });

  test("no longer when one was turned on again, which is told at once", () => {
    const live = [look("a", { automated: true }), look("b", { syncing: true })];
    expect(judgeStandStill([held("a", fleet), held("b")], live, at(0))).toEqual({
      state: "done",
      note: "turned on again: primary gitops/a",
    });
  });

  test("or one that is gone", () => {
    expect(judgeStandStill([held("a")], [], { elapsedMs: 0, settleMs: 0 })).toMatchObject({ state: "done" });
  });
});

describe("the wait for them", () => {
  // The wait is made of these alone, and nobody asks the client here.
  const context = { clients: { primary: { name: "primary" } }, tuning: tuningDefaults } as unknown as ArgoContext;

  test("takes as long as a sync may, and the look at what makes them beside it", () => {
    expect(standStill([held("a")], context).timeoutMs).toBe(300_000);
    expect(standStill([held("a", fleet)], context).timeoutMs).toBe(310_000);
  });

  test("that ends without rest says which, and how to end the sync", () => {
    const wait = standStill([held("a")], context);
    expect(wait.onTimeout?.("a sync is under way: primary gitops/a")).toMatchObject({
      exitCode: 5,
      text: {
        id: "SW-ARGO-11",
        what: "the paused Argo CD Applications do not come to rest",
        why: "a sync is under way: primary gitops/a",
        fix: expect.stringContaining("argocd app terminate-op"),
      },
    });
  });
});
