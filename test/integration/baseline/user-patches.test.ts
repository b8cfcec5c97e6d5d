import { afterEach, describe, expect, test } from "@jest/globals";
import type { JsonObject } from "../../../steps/lib/json/json.ts";
import { assetOf, BaselineBench, descheduler } from "./support/baseline-bench.ts";
import {
  deschedulerAsset,
  deschedulerNote,
  interval,
  liveInterval,
  liveValue,
  userDescheduler,
} from "./support/descheduler.ts";
import { baselineManager, ownersAt } from "./support/field-owners.ts";
import { customizationsOf } from "./support/metric-series.ts";

const minute = 60_000;
const annotation = "platform.kubevirt.io/patch";
const slower: JsonObject = { op: "replace", path: interval, value: 120 };

function patchOf(...operations: readonly JsonObject[]): { readonly patch: string } {
  return { patch: JSON.stringify(operations) };
}

describe("a patch that the user of the descheduler writes on it", () => {
  let bench: BaselineBench;
  afterEach(() => bench.close());

  test(
    "B-12-17 is applied in each run, told with its number of operations, and no drift for the next run",
    async () => {
      bench = await BaselineBench.open();
      await bench.create(userDescheduler({ annotations: patchOf(slower) }));
      const first = await bench.reconcile();
      expect(first.exitCode).toBe(0);
      expect(await liveInterval(bench)).toBe(120);
      expect(assetOf(first, deschedulerAsset)).toMatchObject({ result: "applied", patchOps: 1 });
      expect(deschedulerNote(first, "PatchApplied")).toMatch(/operations 1$/);
      const second = await bench.reconcile();
      expect(assetOf(second, deschedulerAsset)).toMatchObject({ result: "unchanged", patchOps: 1 });
      expect(deschedulerNote(second, "PatchApplied")).toMatch(/operations 1$/);
      expect(customizationsOf(second, "KubeDescheduler")).toEqual(["patch"]);
      expect(await liveInterval(bench)).toBe(120);
    },
    2 * minute,
  );

  test(
    "B-12-18 ends with its annotation: the baseline's value is back",
    async () => {
      bench = await BaselineBench.open();
      await bench.create(userDescheduler({ annotations: patchOf(slower) }));
      await bench.reconcile();
      await bench.annotate(descheduler, { patch: null });
      const run = await bench.reconcile();
      expect(assetOf(run, deschedulerAsset).diff).toMatchObject([{ path: interval, live: 120, desired: 60 }]);
      expect(await liveInterval(bench)).toBe(60);
      expect(customizationsOf(run, "KubeDescheduler")).toEqual([]);
    },
    2 * minute,
  );

  test(
    "B-12-19 may add an annotation, though the asset has none",
    async () => {
      bench = await BaselineBench.open();
      const note = { op: "add", path: "/metadata/annotations/note", value: "kept for the audit" };
      await bench.create(userDescheduler({ annotations: patchOf(note) }));
      const run = await bench.reconcile();
      expect(run.exitCode).toBe(0);
      expect(await liveValue(bench, "metadata", "annotations", "note")).toBe("kept for the audit");
      expect(await liveValue(bench, "metadata", "annotations", annotation)).toBe(patchOf(note).patch);
    },
    2 * minute,
  );

  test(
    "B-12-22 may add labels whose names only look like protected fields",
    async () => {
      bench = await BaselineBench.open();
      const operations = ["status", "names-custom"].map((name) => {
        return { op: "add", path: `/metadata/labels/${name}`, value: "mine" };
      });
      await bench.create(userDescheduler({ annotations: patchOf(...operations) }));
      const run = await bench.reconcile();
      expect(deschedulerNote(run, "PatchApplied")).toMatch(/operations 2$/);
      expect(await liveValue(bench, "metadata", "labels")).toEqual({
        status: "mine",
        "names-custom": "mine",
        "platform.kubevirt.io/managed-by": "virt-platform-autopilot",
      });
    },
    2 * minute,
  );

  test(
    "B-12-26 / D3 stays its user's own: who applied its annotation takes it away by not applying it",
    async () => {
      bench = await BaselineBench.open();
      await bench.reconcile();
      const path = ["metadata", "annotations", annotation];
      await bench.applyAs("bob", userDescheduler({ spec: {}, annotations: patchOf(slower) }));
      await bench.reconcile();
      expect(await liveInterval(bench)).toBe(120);
      const patched = await bench.get(descheduler);
      expect(ownersAt(patched, path)).toEqual(["bob"]);
      expect(ownersAt(patched, ["spec", "deschedulingIntervalSeconds"])).toEqual([baselineManager]);
      await bench.applyAs("bob", userDescheduler({ spec: {} }));
      expect(await liveValue(bench, ...path)).toBeUndefined();
      await bench.reconcile();
      expect(await liveInterval(bench)).toBe(60);
    },
    2 * minute,
  );
});
