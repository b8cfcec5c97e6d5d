import { afterEach, describe, expect, test } from "@jest/globals";
import { assetOf, BaselineBench, type BaselineRun, descheduler, eventsIn } from "./support/baseline-bench.ts";
import { metric } from "./support/metric-series.ts";

const minute = 60_000;
const asset = "descheduler-loadaware";
const target = "KubeDescheduler/openshift-kube-descheduler-operator/cluster";

describe("an object that somebody else keeps deleting", () => {
  let bench: BaselineBench;
  afterEach(() => bench.close());

  test(
    "B-12-41 is created five times, then paused while it is absent (D25)",
    async () => {
      bench = await BaselineBench.open();
      const runs: BaselineRun[] = [];
      for (let run = 1; run <= 7; run += 1) {
        runs.push(await bench.reconcile());
        if (run < 6) await bench.delete(descheduler);
      }
      expect(runs.map((run) => assetOf(run, asset).result)).toEqual([...Array(5).fill("applied"), "failed", "paused"]);
      expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0, 0, 3, 0]);
      const told = runs.flatMap(eventsIn).filter((event) => event.startsWith("ThrashingDetected"));
      expect(told).toEqual([`ThrashingDetected ${target}`]);
      const state = await bench.storedState();
      expect(state.wars[target]).toMatchObject({ pausedAbsent: true, pauseMarked: false });
      const [last] = runs.slice(-1);
      expect(last && metric(last, "paused_resources", { kind: "KubeDescheduler" })).toBe(1);
      expect(await bench.find(descheduler)).toBeUndefined();
    },
    2 * minute,
  );
});
