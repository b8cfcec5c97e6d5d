import { describe, expect, test } from "@jest/globals";
import type { KubeObject } from "../../../../steps/lib/kube/types.ts";
import { inMemoryRecorder } from "../../../../steps/lib/phase/in-memory-recorder.ts";
import type { Change, PlannedChange } from "../../../../steps/lib/phase/types.ts";
import { Foreseen } from "../../../../steps/lib/plan/foreseen.ts";
import { planDocument } from "../../../../steps/lib/plan/plan-document.ts";
import { planLines, planMarkdown } from "../../../../steps/lib/plan/render-plan.ts";
import { acting, creating, deleting, patching, SmallBench, type Step, setting, stepOn } from "../phase/small-run.ts";
import { things } from "../phase/small-world.ts";
import { subject } from "./plan-subject.ts";

/** Plans the steps on a world with one object. */
async function planned(steps: readonly Step[]): Promise<readonly PlannedChange[]> {
  const bench = new SmallBench();
  bench.world.put("a", { paused: false, size: 1 });
  const foreseen = new Foreseen();
  const dryRun = { enabled: true, serverSide: false, foreseen } as const;
  const outcome = await bench.run(steps, { dryRun, recorder: inMemoryRecorder({}), foreseen });
  expect(outcome.state).toBe("done");
  expect(bench.world.effects).toEqual([]);
  return outcome.planned;
}

describe("what a dry run foresees", () => {
  test("W-17 of a patch it tells the touched fields before and after, and the call itself", async () => {
    expect(await planned([setting("pause", "a", { paused: true })])).toMatchObject([
      {
        before: { spec: { paused: false } },
        after: { spec: { paused: true } },
        body: { spec: { paused: true } },
        write: { group: "small.example", version: "v1", resource: "things", kind: "Thing", name: "a" },
      },
    ]);
  });

  test("W-17 a later step starts from what the earlier one would have left, not from live state", async () => {
    const plan = await planned([
      setting("pause", "a", { paused: true }),
      stepOn("grow", "a", (thing) => acting([patching("a", { paused: null, size: 2 }, thing)])),
    ]);
    expect(plan[1]).toMatchObject({
      before: { spec: { paused: true, size: 1 } },
      after: { spec: { size: 2 } },
    });
  });

  test("W-17 of a deletion it tells what is lost, of a creation afterwards that nothing was there", async () => {
    const plan = await planned([stepOn("replace", "a", () => acting([deleting("a"), creating("a", { size: 3 })]))]);
    expect(plan).toMatchObject([
      { verb: "delete", before: { spec: { paused: false, size: 1 } }, after: null },
      { verb: "create", before: null, after: { spec: { size: 3 } } },
    ]);
  });

  test("W-17 of an object that was not read it says nothing rather than something wrong", () => {
    const change: Change = {
      target: "hub",
      resource: things,
      ref: { name: "unseen" },
      summary: "patch",
      verb: "merge-patch",
      patch: { spec: { a: 1 } },
    };
    expect(new Foreseen().take(change)).toEqual({});
  });

  test("W-17 the values of a Secret are hidden wherever they come from", () => {
    const secrets = { group: "", version: "v1", plural: "secrets", kind: "Secret", scope: "namespaced" } as const;
    const body: KubeObject & { readonly data: object } = { metadata: { name: "s" }, data: { key: "Y2FuYXJ5LTEyMzQ=" } };
    const change: Change = {
      target: "hub",
      resource: secrets,
      ref: { name: "s" },
      summary: "create",
      verb: "create",
      body,
    };
    const text = JSON.stringify(new Foreseen().take(change));
    expect(text).toContain("key");
    expect(text).not.toContain("Y2FuYXJ5");
  });
});

describe("a plan", () => {
  test("W-17 as a document counts its entries and names its version", async () => {
    const document = planDocument(subject, {
      plan: await planned([setting("pause", "a", { paused: true })]),
      steps: ["pause"],
    });
    expect(document).toMatchObject({
      schemaVersion: "1.1",
      counts: { create: 0, "merge-patch": 1, delete: 0, wait: 0, later: 0 },
      entries: [{ hub: "hub", patch: { spec: { paused: true } } }],
    });
  });

  test("W-17 as text shows a difference, once for many equal patches", async () => {
    const change = (name: string): Change => ({
      target: "hub",
      resource: things,
      ref: { name },
      summary: `mark ${name}`,
      verb: "merge-patch",
      patch: { spec: { paused: true } },
    });
    const bulk = { kind: "bulk", title: "mark", changes: [change("a"), change("b")] } as const;
    const lines = planLines(
      planDocument(subject, { plan: await planned([stepOn("mark", "a", () => acting([bulk]))]), steps: [] }),
    );
    expect(lines).toEqual([
      "[DRY-RUN] small mark: merge-patch things.small.example a: mark a (hub)",
      "     spec:",
      "    -  paused: false",
      "    +  paused: true",
      "[DRY-RUN] small mark: merge-patch things.small.example b: mark b (hub)",
    ]);
  });

  test("W-17 as Markdown holds nothing that ends its block, whatever a cluster's object says", async () => {
    const hostile = "x\n~~~~\n# not a heading\u001b[31m";
    const steps = [stepOn("write", "a", (thing) => acting([patching("a", { note: hostile }, thing)]))];
    const text = planMarkdown(planDocument(subject, { plan: await planned(steps), steps: [] }));
    expect(text.split("\n").filter((line) => line.startsWith("~~~~"))).toEqual(["~~~~diff", "~~~~"]);
    expect(text).not.toContain("\u001b");
  });
});
