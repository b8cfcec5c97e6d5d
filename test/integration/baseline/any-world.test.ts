import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type ManagedObject, textsOf } from "../../../steps/baseline/object/managed-object.ts";
import type { RenderRecord } from "../../../steps/baseline/report/render-record.ts";
import type { RunSummary } from "../../../steps/baseline/report/run-summary.ts";
import type { JsonObject } from "../../../steps/lib/json/json.ts";
import type { KubeClient } from "../../../steps/lib/kube/types.ts";
import type { KeptContent } from "../../support/api-servers/kept-content.ts";
import { BaselineBench } from "./support/baseline-bench.ts";
import { Engine, type EngineReconciliation } from "./support/engine.ts";
import { comparedWithout, patchedBy } from "./support/expected-object.ts";
import { relatedImages, targets, type World, worlds } from "./support/generated-worlds.ts";
import { findTarget, makeWorld, openOthers } from "./support/make-world.ts";
import { changesOf, writesOf } from "./support/writes-of.ts";

const minute = 60_000;
// A failure prints its seed and its path. Smaller worlds are not looked for: each costs seconds.
const seed = Number(process.env["FAIRLEAD_TEST_SEED"] ?? 20_260_301);
const numRuns = Number(process.env["FAIRLEAD_TEST_RUNS"] ?? 10);

/** Said again in every run for as long as it holds: it is for a user to mend. */
const standing: ReadonlySet<string> = new Set([
  "CRDMissing",
  "InvalidDisabledResources",
  "InvalidIgnoreFields",
  "InvalidMode",
  "InvalidPatch",
  "UnknownAllowlistEntry",
]);

type AssetSummary = RunSummary["assets"][number];

const resultsOf = ({ summary }: EngineReconciliation) =>
  summary.assets.map(({ asset, result, driftPaths = [] }) => ({ asset, result, driftPaths }));

const warningsOf = ({ summary }: EngineReconciliation) =>
  summary.events.filter(({ type }) => type === "Warning").map(({ reason, target }) => `${reason} ${target}`);

/** Without its golden config a run goes no further, and collects nothing. */
const isStopped = ({ summary }: EngineReconciliation): boolean =>
  summary.assets.some(({ asset, result }) => asset === "hco-golden-config" && result === "failed");

describe("whatever users wish for and other writers do", () => {
  let bench: BaselineBench;
  let engine: Engine;
  let others: KubeClient;
  let contents: Readonly<Record<"new" | "kept", readonly KeptContent[]>>;

  beforeAll(async () => {
    bench = await BaselineBench.open();
    engine = await Engine.open(bench.server, bench.folder);
    others = await openOthers(bench);
    const fresh = await bench.servers.keepContent();
    await engine.reconcile();
    contents = { new: fresh, kept: await bench.servers.keepContent() };
  }, 2 * minute);

  afterAll(async () => {
    await others.close();
    await engine.close();
    await bench.close();
  });

  async function make(world: World): Promise<void> {
    for (const content of contents[world.isKept ? "kept" : "new"]) expect(await content.restore()).toBe("restored");
    await makeWorld(others, world);
    await bench.server.forgetAuditEvents();
  }

  async function recordsOf(plan: EngineReconciliation): Promise<ReadonlyMap<string, RenderRecord>> {
    const ran = await engine.render({ "context-file": join(plan.folder, "context.json"), "show-excluded": true });
    const records: readonly RenderRecord[] = JSON.parse(await readFile(join(ran.folder, "rendered.json"), "utf8"));
    return new Map(records.map((record) => [record.asset, record]));
  }

  /** The patch by which a run went: that of the object, else that of the HyperConverged for the time before. */
  async function patchText({ asset }: AssetSummary, { wishes }: World): Promise<string> {
    const target = targets.find((one) => one.asset === asset);
    const live = target === undefined ? undefined : await findTarget(others, target);
    const own = live === undefined ? "" : (textsOf(live, "annotations")["platform.kubevirt.io/patch"] ?? "");
    return own === "" ? (wishes[`patch.${asset}`] ?? "") : own;
  }

  /** What was sent is what was rendered, but for what the user patches or keeps. */
  async function expectAsRendered(run: EngineReconciliation, object: ManagedObject, one: AssetSummary, world: World) {
    const sent = run.applied.filter(
      ({ kind, metadata }) => kind === object.kind && metadata.name === object.metadata.name,
    );
    expect({ asset: one.asset, times: sent.length }).toEqual({ asset: one.asset, times: 1 });
    const wanted = one.patchOps === undefined ? object : patchedBy(object, await patchText(one, world));
    const [whole] = sent as unknown as readonly JsonObject[]; // what is sent is JSON
    expect(comparedWithout(whole ?? {}, one.ignored)).toEqual(comparedWithout(wanted, one.ignored));
  }

  async function expectAllAsRendered(
    run: EngineReconciliation,
    records: ReadonlyMap<string, RenderRecord>,
    world: World,
  ): Promise<void> {
    for (const one of run.summary.assets) {
      const { asset, result } = one;
      const object = records.get(asset)?.object;
      const isRendered = !["not-selected", "not-applicable", "excluded"].includes(result);
      expect({ asset, isRendered: object !== undefined }).toEqual({ asset, isRendered });
      if (result === "applied" && object !== undefined) await expectAsRendered(run, object, one, world);
    }
  }

  test(
    "D36 D37 a dry run writes nothing and names what the run applies then, as it is rendered; a second run writes nothing",
    async () => {
      await fc.assert(
        fc.asyncProperty(worlds, async (world) => {
          await make(world);
          const given = { "related-images": relatedImages };
          const plan = await engine.reconcile({ ...given, "dry-run": true });
          expect(await writesOf(bench)).toEqual([]);

          const run = await engine.reconcile(given);
          expect(resultsOf(run)).toEqual(resultsOf(plan));
          if (!isStopped(plan)) await expectAllAsRendered(run, await recordsOf(plan), world);

          await bench.server.forgetAuditEvents();
          const again = await engine.reconcile(given);
          expect(await changesOf(bench)).toEqual([]);
          expect(resultsOf(again)).toEqual(
            resultsOf(run).map((one) =>
              one.result === "applied" ? { ...one, result: "unchanged", driftPaths: [] } : one,
            ),
          );
          const isStanding = (warning: string) => standing.has(warning.split(" ")[0] ?? "");
          expect(warningsOf(again)).toEqual(warningsOf(run).filter(isStanding));
        }),
        { seed, numRuns, endOnFailure: true },
      );
    },
    20 * minute,
  );
});
