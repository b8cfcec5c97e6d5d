import { afterEach, describe, expect, test } from "@jest/globals";
import { assetOf, assetsWith, BaselineBench, descheduler } from "./support/baseline-bench.ts";
import {
  deschedulerAsset,
  deschedulerNote,
  interval,
  liveInterval,
  liveValue,
  userDescheduler,
} from "./support/descheduler.ts";
import { customizationsOf, valuesOf } from "./support/metric-series.ts";

const minute = 60_000;
const kind = "KubeDescheduler";

let bench: BaselineBench;
afterEach(() => bench.close());

/** A platform at its baseline, but for the interval of the descheduler: its user keeps it at 300. */
async function openWithOwnInterval(): Promise<BaselineBench> {
  const opened = await BaselineBench.open();
  await opened.reconcile();
  await opened.annotate(descheduler, { "ignore-fields": interval });
  await opened.mergePatch(descheduler, { spec: { deschedulingIntervalSeconds: 300 } });
  return opened;
}

describe("a field that the user of the descheduler keeps", () => {
  test(
    "B-12-27 stays as it is, while everything else of the object is corrected",
    async () => {
      bench = await openWithOwnInterval();
      const first = await bench.reconcile();
      expect(first.exitCode).toBe(0);
      expect(assetOf(first, deschedulerAsset)).toMatchObject({ result: "unchanged", ignored: [interval] });
      expect(customizationsOf(first, kind)).toEqual(["ignore"]);
      expect(await liveInterval(bench)).toBe(300);

      await bench.mergePatch(descheduler, { spec: { mode: "Predictive" } });
      const second = await bench.reconcile();
      expect(assetOf(second, deschedulerAsset)).toMatchObject({ result: "applied", driftPaths: ["/spec/mode"] });
      expect(await liveValue(bench, "spec")).toMatchObject({ mode: "Automatic", deschedulingIntervalSeconds: 300 });
    },
    2 * minute,
  );

  test(
    "B-12-28 stays away where its user deletes it",
    async () => {
      bench = await openWithOwnInterval();
      await bench.reconcile();
      await bench.mergePatch(descheduler, { spec: { deschedulingIntervalSeconds: null } });
      const run = await bench.reconcile();
      expect(assetOf(run, deschedulerAsset).result).toBe("unchanged");
      expect(await liveValue(bench, "spec")).not.toHaveProperty("deschedulingIntervalSeconds");
    },
    2 * minute,
  );

  test(
    "B-12-29 is the baseline's again once the annotation is gone",
    async () => {
      bench = await openWithOwnInterval();
      await bench.reconcile();
      await bench.annotate(descheduler, { "ignore-fields": null });
      const run = await bench.reconcile();
      expect(assetOf(run, deschedulerAsset).diff).toMatchObject([{ path: interval, live: 300, desired: 60 }]);
      expect(await liveInterval(bench)).toBe(60);
      expect(customizationsOf(run, kind)).toEqual([]);
    },
    2 * minute,
  );

  test(
    "B-12-35 is the live one rather than that of the user's patch where it is both patched and ignored",
    async () => {
      bench = await BaselineBench.open();
      const patch = JSON.stringify([{ op: "replace", path: interval, value: 120 }]);
      await bench.create(userDescheduler({ annotations: { patch, "ignore-fields": interval } }));
      const run = await bench.reconcile();
      expect(run.exitCode).toBe(0);
      expect(assetOf(run, deschedulerAsset)).toMatchObject({ result: "applied", patchOps: 1, ignored: [interval] });
      expect(await liveInterval(bench)).toBe(300);
      expect(customizationsOf(run, kind)).toEqual(["ignore", "patch"]);
    },
    2 * minute,
  );
});

describe("ignored fields that are not valid", () => {
  const refused = [
    ["B-12-30", "spec/x", "it is no JSON pointer"],
    ["B-12-31", "/metadata", "/metadata/name cannot be ignored"],
    ["B-12-31", "/kind", "/kind cannot be ignored"],
  ] as const;

  test.each(refused)(
    "%s fail their own asset and no other: %s",
    async (_id, pointer, reason) => {
      bench = await BaselineBench.open();
      await bench.create(userDescheduler({ annotations: { "ignore-fields": `/spec/mode, ${pointer}` } }));
      const run = await bench.reconcile();
      expect(run.exitCode).toBe(3);
      expect(deschedulerNote(run, "InvalidIgnoreFields")).toContain(reason);
      expect(assetsWith(run, "failed")).toEqual([deschedulerAsset]);
      expect(assetsWith(run, "applied")).toHaveLength(9);
      expect(run.summary.message).toBe(
        `failed to reconcile 1/10 assets: [${deschedulerAsset}: ${assetOf(run, deschedulerAsset).error}]`,
      );
      expect(valuesOf(run, "compliance_status", kind)).toEqual({ cluster: 0 });
      expect(await liveInterval(bench)).toBe(300);
      expect(await liveValue(bench, "metadata", "labels")).toBeUndefined();
    },
    2 * minute,
  );
});
