import { afterEach, describe, expect, test } from "@jest/globals";
import type { JsonObject } from "../../../steps/lib/json/json.ts";
import {
  assetOf,
  BaselineBench,
  type BaselineRun,
  descheduler,
  eventsIn,
  swapConfig,
} from "./support/baseline-bench.ts";
import {
  deschedulerAsset,
  deschedulerNote,
  deschedulerTarget,
  interval,
  liveInterval,
  userDescheduler,
} from "./support/descheduler.ts";
import { customizationsOf, valuesOf } from "./support/metric-series.ts";

const minute = 60_000;
const swapTarget = "MachineConfig/90-worker-swap-online";

let bench: BaselineBench;
afterEach(() => bench.close());

/** A first run against a descheduler of interval 300 whose user wrote this patch. */
async function runWithPatch(patch: string): Promise<BaselineRun> {
  bench = await BaselineBench.open();
  await bench.create(userDescheduler({ annotations: { patch } }));
  return await bench.reconcile();
}

async function expectBaselineWithoutPatch(run: BaselineRun): Promise<void> {
  expect(run.exitCode).toBe(0);
  expect(assetOf(run, deschedulerAsset)).toMatchObject({ result: "applied" });
  expect(assetOf(run, deschedulerAsset)).not.toHaveProperty("patchOps");
  expect(eventsIn(run)).not.toContain(`PatchApplied ${deschedulerTarget}`);
  expect(valuesOf(run, "compliance_status", "KubeDescheduler")).toEqual({ cluster: 1 });
  expect(await liveInterval(bench)).toBe(60);
}

async function identitiesOf(kind: string): Promise<readonly string[]> {
  const text = await bench.server.kubectl(["get", kind, "-A", "-o", "json"]);
  const { items } = JSON.parse(text) as { readonly items: readonly JsonObject[] }; // a list by its API
  return items.map(({ metadata }) => {
    const { namespace, name } = metadata as JsonObject; // every object has metadata
    return `${namespace}/${name}`;
  });
}

describe("a patch that breaks a rule", () => {
  test(
    "B-12-20 is told and left out where it is not JSON, and the object is brought to the baseline",
    async () => {
      const run = await runWithPatch('[{"op":"replace"');
      expect(deschedulerNote(run, "InvalidPatch")).toContain("it is not JSON");
      expect(customizationsOf(run, "KubeDescheduler")).toEqual(["patch"]);
      await expectBaselineWithoutPatch(run);
    },
    2 * minute,
  );

  test(
    "B-12-21 / D5 cannot make another object of it, nor touch what the server or the baseline writes",
    async () => {
      bench = await BaselineBench.open();
      await bench.create(userDescheduler({}));
      const cases: readonly (readonly [path: string, value: unknown, reason: string])[] = [
        ["/metadata/name", "other", "forbidden"],
        ["/metadata/namespace", "openshift-cnv", "forbidden"],
        ["/kind", "ConfigMap", "forbidden"],
        ["/apiVersion", "v1", "forbidden"],
        ["/status/x", "y", "forbidden"],
        ["/metadata/managedFields", [], "forbidden"],
        ["/metadata", { name: "other" }, "forbidden"],
        ["", {}, "forbidden"],
        ["x/metadata/name", "other", "is no JSON pointer"],
        ["/metadata/finalizers", ["example.com/keep"], "forbidden"],
      ];
      const before = await identitiesOf("configmaps,kubedeschedulers");
      for (const [path, value, reason] of cases) {
        const patch = JSON.stringify([{ op: "add", path, value }]);
        await bench.annotate(descheduler, { patch });
        await bench.mergePatch(descheduler, { spec: { deschedulingIntervalSeconds: 300 } });
        // Each is a correction of the same field: without the limit they would be an edit war.
        const run = await bench.reconcile("--repeat-threshold", "0");
        expect([path, deschedulerNote(run, "InvalidPatch")]).toEqual([path, expect.stringContaining(reason)]);
        await expectBaselineWithoutPatch(run);
        expect((await bench.get(descheduler)).metadata).not.toHaveProperty("finalizers");
      }
      const asked = await bench.server.auditEvents();
      expect(asked.filter(({ objectRef }) => objectRef?.name === "other")).toEqual([]);
      const state = "openshift-cnv/virt-platform-autopilot-state";
      expect((await identitiesOf("configmaps,kubedeschedulers")).toSorted()).toEqual([...before, state].toSorted());
    },
    4 * minute,
  );

  test(
    "B-12-23 is refused on kinds that rule nodes, whatever it asks for",
    async () => {
      bench = await BaselineBench.open();
      await bench.reconcile();
      const patch = JSON.stringify([{ op: "add", path: "/metadata/labels/team", value: "a" }]);
      await bench.annotate(swapConfig, { patch });
      const run = await bench.reconcile();
      expect(run.exitCode).toBe(0);
      expect(assetOf(run, "swap-enable").result).toBe("unchanged");
      const told = run.summary.events.filter(({ reason }) => reason === "InvalidPatch");
      expect(told).toMatchObject([{ target: swapTarget, note: expect.stringContaining("sensitive resource kind") }]);
      expect((await bench.get(swapConfig)).metadata["labels"]).not.toHaveProperty("team");
    },
    2 * minute,
  );

  test(
    "B-12-24 is discarded as a whole where a test in it fails",
    async () => {
      const run = await runWithPatch(
        JSON.stringify([
          { op: "test", path: interval, value: 90 },
          { op: "replace", path: interval, value: 120 },
        ]),
      );
      expect(deschedulerNote(run, "InvalidPatch")).toContain("operation 1:");
      await expectBaselineWithoutPatch(run);
    },
    2 * minute,
  );

  test(
    "B-12-25 is rejected where it replaces what is not there",
    async () => {
      const run = await runWithPatch(JSON.stringify([{ op: "replace", path: "/spec/none", value: 1 }]));
      expect(deschedulerNote(run, "InvalidPatch")).toContain("/spec/none is not there");
      await expectBaselineWithoutPatch(run);
    },
    2 * minute,
  );
});
