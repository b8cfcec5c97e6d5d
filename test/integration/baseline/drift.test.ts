import { afterEach, describe, expect, test } from "@jest/globals";
import { member } from "../../../steps/lib/json/json.ts";
import { assetOf, BaselineBench, descheduler, eventsIn, hyperConverged, swapConfig } from "./support/baseline-bench.ts";
import { deschedulerAsset, liveInterval, liveValue, userDescheduler } from "./support/descheduler.ts";
import { baselineManager, ownersAt, ownershipOf } from "./support/field-owners.ts";
import { storedState } from "./support/stored-state.ts";

const minute = 60_000;
const managedBy = "platform.kubevirt.io/managed-by";
const swapTarget = "MachineConfig/90-worker-swap-online";

let bench: BaselineBench;
afterEach(() => bench.close());

/** A platform at its baseline, by a first run. */
async function openAtBaseline(): Promise<BaselineBench> {
  const opened = await BaselineBench.open();
  const { exitCode } = await opened.reconcile();
  expect(exitCode).toBe(0);
  return opened;
}

describe("an object of the baseline", () => {
  test(
    "B-12-03 is owned field by field: one Apply entry of the baseline's manager has what the asset declares",
    async () => {
      bench = await openAtBaseline();
      const live = await bench.get(descheduler);
      const entries = ownershipOf(live, baselineManager);
      expect(entries).toMatchObject([{ operation: "Apply", apiVersion: "operator.openshift.io/v1" }]);
      const spec = member(entries[0] ?? {}, "fieldsV1");
      expect(spec).toEqual({
        "f:metadata": { "f:labels": { [`f:${managedBy}`]: {} } },
        "f:spec": {
          "f:managementState": {},
          "f:mode": {},
          "f:deschedulingIntervalSeconds": {},
          "f:profiles": {},
          "f:evictionLimits": { "f:total": {}, "f:node": {} },
        },
      });
    },
    2 * minute,
  );

  test(
    "B-12-05 leaves to its user the fields that the asset does not declare",
    async () => {
      bench = await openAtBaseline();
      await bench.mergePatch(descheduler, { spec: { logLevel: "Debug" } });
      const run = await bench.reconcile();
      expect(run.exitCode).toBe(0);
      expect(assetOf(run, deschedulerAsset).result).toBe("unchanged");
      expect(await liveValue(bench, "spec", "logLevel")).toBe("Debug");
    },
    2 * minute,
  );

  test(
    "B-12-06 is adopted where somebody made it before: labelled and corrected, its other labels kept",
    async () => {
      bench = await BaselineBench.open();
      await bench.create(userDescheduler({ spec: { mode: "Predictive" }, labels: { team: "a" } }));
      const run = await bench.reconcile();
      expect(run.exitCode).toBe(0);
      expect(assetOf(run, deschedulerAsset).result).toBe("applied");
      expect(await bench.get(descheduler)).toMatchObject({
        metadata: { labels: { team: "a", [managedBy]: "virt-platform-autopilot" } },
        spec: { mode: "Automatic" },
      });
    },
    2 * minute,
  );

  test(
    "B-12-07 gets its managed label back, which counts as a correction of drift",
    async () => {
      bench = await openAtBaseline();
      await bench.mergePatch(swapConfig, { metadata: { labels: { [managedBy]: null } } });
      const run = await bench.reconcile();
      expect(assetOf(run, "swap-enable")).toMatchObject({
        result: "applied",
        driftPaths: ["/metadata/labels/platform.kubevirt.io~1managed-by"],
      });
      expect(eventsIn(run)).toEqual(
        expect.arrayContaining([`DriftDetected ${swapTarget}`, `DriftCorrected ${swapTarget}`]),
      );
      expect((await storedState(bench)).wars[swapTarget]?.corrections.at(-1)).toMatchObject({
        runId: run.summary.runId,
        paths: ["/metadata/labels/platform.kubevirt.io~1managed-by"],
      });
      expect(await bench.get(swapConfig)).toMatchObject({
        metadata: { labels: { [managedBy]: "virt-platform-autopilot" } },
      });
    },
    2 * minute,
  );

  test(
    "B-12-08 is made again where somebody deleted it, and nobody speaks of drift",
    async () => {
      bench = await openAtBaseline();
      const before = await bench.get(swapConfig);
      await bench.delete(swapConfig);
      const run = await bench.reconcile();
      expect(run.exitCode).toBe(0);
      expect(eventsIn(run).filter((event) => event.endsWith(` ${swapTarget}`))).toEqual([`AssetApplied ${swapTarget}`]);
      const after = await bench.get(swapConfig);
      expect(after.metadata["uid"]).not.toBe(before.metadata["uid"]);
      expect(after["spec"]).toEqual(before["spec"]);
    },
    2 * minute,
  );

  test(
    "B-12-09 is taken back from who applied another value by force, and the field with it",
    async () => {
      bench = await openAtBaseline();
      await bench.applyAs("bob", userDescheduler({ spec: { deschedulingIntervalSeconds: 90 } }));
      const path = ["spec", "deschedulingIntervalSeconds"];
      expect(ownersAt(await bench.get(descheduler), path)).toEqual(["bob"]);
      const run = await bench.reconcile();
      expect(await liveInterval(bench)).toBe(60);
      expect(ownersAt(await bench.get(descheduler), path)).toEqual([baselineManager]);
      expect(assetOf(run, deschedulerAsset).diff).toMatchObject([{ live: 90, desired: 60, owners: ["bob (Apply)"] }]);
    },
    2 * minute,
  );

  test(
    "B-12-12 has not drifted where only its status is another one",
    async () => {
      bench = await openAtBaseline();
      const at = "2026-01-01T00:00:00Z";
      const condition = { type: "Available", status: "False", reason: "Played", message: "", lastTransitionTime: at };
      const service = { resource: "services", name: "virt-platform-autopilot-metrics", namespace: "openshift-cnv" };
      await bench.patchStatus(service, { conditions: [condition] });
      await bench.patchStatus(hyperConverged, { conditions: [condition] });
      const run = await bench.reconcile();
      expect(run.summary.outcome).toBe("ok");
      expect(assetOf(run, "metrics-service").result).toBe("unchanged");
      expect(assetOf(run, "hco-golden-config").result).toBe("unchanged");
      expect(await bench.get(service)).toMatchObject({ status: { conditions: [condition] } });
      expect(await bench.get(hyperConverged)).toMatchObject({ status: { conditions: [condition] } });
    },
    2 * minute,
  );
});
