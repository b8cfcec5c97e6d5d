import { afterEach, describe, expect, test } from "@jest/globals";
import { assetOf, BaselineBench, descheduler, eventsIn } from "./support/baseline-bench.ts";
import {
  deschedulerAsset,
  deschedulerNote,
  deschedulerTarget,
  liveInterval,
  liveValue,
  userDescheduler,
} from "./support/descheduler.ts";
import { customizationsOf, valuesOf } from "./support/metric-series.ts";

const minute = 60_000;
const kind = "KubeDescheduler";

describe("an object that its user wants for themselves", () => {
  let bench: BaselineBench;
  afterEach(() => bench.close());

  test(
    "B-12-14 is left alone while its mode is unmanaged, and is at the baseline after that",
    async () => {
      bench = await BaselineBench.open();
      await bench.create(userDescheduler({ annotations: { mode: "unmanaged" } }));
      const left = await bench.reconcile();
      expect(left.exitCode).toBe(0);
      expect(await liveInterval(bench)).toBe(300);
      expect(await liveValue(bench, "metadata", "labels")).toBeUndefined();
      expect(assetOf(left, deschedulerAsset).result).toBe("unmanaged");
      expect(eventsIn(left).filter((event) => event.endsWith(deschedulerTarget))).toEqual([
        `UnmanagedMode ${deschedulerTarget}`,
      ]);
      expect(valuesOf(left, "compliance_status", kind)).toEqual({});
      expect(valuesOf(left, "paused_resources", kind)).toEqual({ cluster: 0 });
      expect(customizationsOf(left, kind)).toEqual(["unmanaged"]);

      await bench.annotate(descheduler, { mode: null });
      const kept = await bench.reconcile();
      expect(await liveInterval(bench)).toBe(60);
      expect(valuesOf(kept, "compliance_status", kind)).toEqual({ cluster: 1 });
      expect(customizationsOf(kept, kind)).toEqual([]);
    },
    2 * minute,
  );

  test(
    "B-12-15 / D2 stays managed where its mode is a word without a meaning, and that is told",
    async () => {
      bench = await BaselineBench.open();
      await bench.create(userDescheduler({ annotations: { mode: "Unmanaged" } }));
      const run = await bench.reconcile();
      expect(run.exitCode).toBe(0);
      expect(await liveInterval(bench)).toBe(60);
      expect(deschedulerNote(run, "InvalidMode")).toContain('"Unmanaged"');
      expect(eventsIn(run)).not.toContain(`UnmanagedMode ${deschedulerTarget}`);
      expect(await liveValue(bench, "metadata", "annotations", "platform.kubevirt.io/mode")).toBe("Unmanaged");
    },
    2 * minute,
  );

  test(
    "B-12-16 / D8 is unmanaged rather than paused where it is both, so that no alert of the pause goes on",
    async () => {
      bench = await BaselineBench.open();
      await bench.create(userDescheduler({ annotations: { mode: "unmanaged", "reconcile-paused": "true" } }));
      const run = await bench.reconcile();
      expect(run.exitCode).toBe(0);
      expect(await liveInterval(bench)).toBe(300);
      expect(assetOf(run, deschedulerAsset).result).toBe("unmanaged");
      expect(valuesOf(run, "paused_resources", kind)).toEqual({ cluster: 0 });
    },
    2 * minute,
  );
});
