import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { observeDurations } from "../../../steps/baseline/metrics/asset-series.ts";
import { durationBounds, noDurations, observe } from "../../../steps/baseline/metrics/duration-histogram.ts";
import { lastSuccess, runMetrics } from "../../../steps/baseline/metrics/run-metrics.ts";
import type { AssetOutcome, AssetRecord, RunRecord } from "../../../steps/baseline/run/run-record.ts";
import { type BaselineState, emptyState } from "../../../steps/baseline/state/baseline-state.ts";
import {
  assetRecord,
  deschedulerIdentity,
  failedAt,
  runRecord,
  swapIdentity,
  tombstone,
} from "./support/run-records.ts";

const prefix = "kubevirt_autopilot_";
const descheduler = 'kind="KubeDescheduler",name="cluster",namespace="openshift-kube-descheduler-operator"';
const swap = 'kind="MachineConfig",name="90-worker-swap-online",namespace=""';
const deschedulerKey = "KubeDescheduler/openshift-kube-descheduler-operator/cluster";

function about(outcome: AssetOutcome): AssetRecord {
  return assetRecord("descheduler-loadaware", outcome, { identity: deschedulerIdentity });
}

function text(change: Partial<RunRecord>, state: Partial<BaselineState> = {}): string {
  return runMetrics(runRecord(change), { ...emptyState, ...state }, "1.2.3");
}

/** The lines of a family that are series, without prefix. */
function series(whole: string, name: string): readonly string[] {
  return whole
    .split("\n")
    .filter((line) => line.startsWith(`${prefix}${name}`) && !/^#/.test(line))
    .map((line) => line.slice(prefix.length));
}

/** `# HELP`, `# TYPE` or `name{label="value",…} number`, as Prometheus reads it. */
const line =
  /^(# HELP [a-z_]+ .+|# TYPE [a-z_]+ (gauge|counter|histogram)|[a-z_]+(\{[a-z_]+="([^"\\\n]|\\["\\n])*"(,[a-z_]+="([^"\\\n]|\\["\\n])*")*\})? -?[0-9.e+-]+)$/;

const families = [
  "compliance_status",
  "customization_info",
  "info",
  "last_run_duration_seconds",
  "last_run_failed_assets",
  "last_run_timestamp_seconds",
  "last_success_timestamp_seconds",
  "missing_dependency",
  "paused_resources",
  "reconcile_duration_seconds",
  "thrashing_total",
  "tombstone_status",
];

describe("the metrics of a run", () => {
  test("B-12-82 have help and type for every family, sorted, and nothing that is no line of the format", () => {
    const whole = text(
      { assets: [about({ result: "unchanged" })] },
      { customizations: { [deschedulerKey]: ["patch"] } },
    );
    expect(whole.match(/^# HELP \S+/gm)).toEqual(families.map((name) => `# HELP ${prefix}${name}`));
    expect(whole.match(/^# TYPE \S+/gm)).toEqual(families.map((name) => `# TYPE ${prefix}${name}`));
    expect(
      whole
        .trimEnd()
        .split("\n")
        .filter((one) => !line.test(one)),
    ).toEqual([]);
    expect(whole).toMatch(/[^\n]\n$/);
  });

  test("B-12-82 have no series of what was not selected or renders nothing", () => {
    const known = { identities: { a: swapIdentity, b: swapIdentity } };
    const whole = text(
      {
        assets: [
          assetRecord("a", { result: "not-selected", reason: "not-in-allowlist" }),
          assetRecord("b", { result: "not-applicable" }),
        ],
      },
      known,
    );
    expect(whole).not.toContain('kind="');
  });

  test("B-12-82 are the same in every byte in whatever order the assets come", () => {
    const assets = ["c", "a", "b"].map((name) => assetRecord(name, { result: "unchanged" }));
    expect(text({ assets })).toBe(text({ assets: assets.toReversed() }));
    expect(series(text({ assets }), "compliance_status")).toEqual(
      ["a", "b", "c"].map((name) => `compliance_status{kind="MachineConfig",name="${name}",namespace=""} 1`),
    );
  });

  test("tell the run itself", () => {
    const whole = text({ assets: [about(failedAt("apply")), assetRecord("a", { result: "unchanged" })] });
    expect([...series(whole, "last_run"), ...series(whole, "info")]).toEqual([
      "last_run_duration_seconds 12.5",
      "last_run_failed_assets 1",
      "last_run_timestamp_seconds 1772359212.5",
      'info{version="1.2.3"} 1',
    ]);
  });

  test("tell a success of this run, or else the last one that is known", () => {
    const bad = runRecord({ assets: [about(failedAt("apply"))] });
    const good = runRecord({ ending: { ending: "disabled" } });
    expect(lastSuccess(good, emptyState)).toBe(good.finishedAt);
    expect(lastSuccess(bad, { ...emptyState, lastSuccessAt: 5_000 })).toBe(5_000);
    for (const scope of ["listed", "touched"] as const) {
      expect(lastSuccess({ ...good, scope }, { ...emptyState, lastSuccessAt: 5_000 })).toBe(5_000);
    }
    expect(series(runMetrics(bad, { ...emptyState, lastSuccessAt: 5_000 }, "1"), "last_success")).toEqual([
      "last_success_timestamp_seconds 5",
    ]);
    expect(series(runMetrics(bad, emptyState, "1"), "last_success")).toEqual([]);
  });
});

describe("an object's compliance and pause", () => {
  const compliance = (value: number): string => `compliance_status{${descheduler}} ${value}`;
  const paused = (value: number): string => `paused_resources{${descheduler}} ${value}`;

  test.each<[string, AssetOutcome, readonly string[]]>([
    ["in place", { result: "unchanged" }, [compliance(1), paused(0)]],
    ["corrected", { result: "applied", existed: true }, [compliance(1), paused(0)]],
    ["B-12-30 D23 B18 whose ignored fields are wrong", failedAt("ignored-fields"), [compliance(0), paused(0)]],
    ["B-12-13 D23 that a dry run refuses", failedAt("dry-run"), [compliance(0), paused(0)]],
    ["D23 B18 throttled", { result: "failed", cause: "throttled", error: "" }, [compliance(0), paused(0)]],
    ["D9 paused just now", { result: "failed", cause: "edit-war", error: "", isPaused: true }, [paused(1)]],
    [
      "B5 whose pause could not be marked",
      { result: "failed", cause: "edit-war", error: "", isPaused: false },
      [compliance(0), paused(0)],
    ],
    ["B-12-37 D9 paused", { result: "paused" }, [paused(1)]],
    ["B-12-16 unmanaged", { result: "unmanaged" }, [paused(0)]],
    ["B-12-55 excluded", { result: "excluded" }, [paused(0)]],
    ["B-12-44 without namespace", { result: "namespace-missing", namespace: "n" }, [paused(0)]],
  ])("that is %s", (_how, outcome, expected) => {
    const whole = text({ assets: [about(outcome)] });
    expect([...series(whole, "compliance_status"), ...series(whole, "paused_resources")]).toEqual(expected);
  });

  const unrendered = (): AssetRecord => {
    const { identity: _identity, ...record } = about(failedAt("render"));
    return record;
  };

  test("D23 B18 that could not be rendered is that of its last rendering", () => {
    const state = { identities: { "descheduler-loadaware": deschedulerIdentity } };
    expect(series(text({ assets: [unrendered()] }, state), "compliance_status")).toEqual([compliance(0)]);
  });

  test("D23 that was never rendered is nobody's", () => {
    expect(series(text({ assets: [unrendered()] }), "compliance_status")).toEqual([]);
  });

  test("that shares its labels with one of another group is the worse of both", () => {
    const twin = assetRecord("twin", failedAt("apply"), {
      identity: { ...deschedulerIdentity, apiVersion: "other/v1" },
    });
    const whole = text({ assets: [twin, about({ result: "unchanged" })] });
    expect(series(whole, "compliance_status")).toEqual([compliance(0)]);
    expect(series(whole, "reconcile_duration_seconds_count")).toHaveLength(1);
  });
});

describe("what is known from earlier runs", () => {
  test("B-12-36 edit wars are counted on, and none is 0", () => {
    const assets = [about({ result: "paused" }), assetRecord("s", { result: "unchanged" }, { identity: swapIdentity })];
    expect(series(text({ assets }, { thrashings: { [deschedulerKey]: 2 } }), "thrashing_total")).toEqual([
      `thrashing_total{${descheduler}} 2`,
      `thrashing_total{${swap}} 0`,
    ]);
  });

  test("B-12-14 customizations are told each by its type, those of an excluded object as they were last", () => {
    const state = { customizations: { [deschedulerKey]: ["patch", "ignore"] as const } };
    expect(series(text({ assets: [about({ result: "excluded" })] }, state), "customization_info")).toEqual([
      `customization_info{${descheduler},type="ignore"} 1`,
      `customization_info{${descheduler},type="patch"} 1`,
    ]);
  });

  test("durations go on from those of earlier runs", () => {
    const first = { ...emptyState, durations: { [deschedulerKey]: observe(undefined, 20) } };
    const assets = [about({ result: "unchanged" })];
    const durations = observeDurations(assets, first);
    expect(series(text({ assets }, { durations }), "reconcile_duration_seconds")).toEqual([
      ...durationBounds.map(
        (bound) => `reconcile_duration_seconds_bucket{${descheduler},le="${bound}"} ${bound >= 0.05 ? 1 : 0}`,
      ),
      `reconcile_duration_seconds_bucket{${descheduler},le="+Inf"} 2`,
      `reconcile_duration_seconds_sum{${descheduler}} 20.04`,
      `reconcile_duration_seconds_count{${descheduler}} 2`,
    ]);
  });

  test("durations with other bounds begin anew", () => {
    expect(observe({ count: 9, sum: 9, buckets: [9] }, 0.01)).toEqual({
      count: 1,
      sum: 0.01,
      buckets: [1, ...noDurations.buckets.slice(1)],
    });
  });

  test("no observation makes a counter of the durations go back, or a bucket exceed the count", () => {
    const seconds = fc.double({ min: 0, max: 100, noNaN: true });
    fc.assert(
      fc.property(fc.array(seconds), (all) => {
        let before = noDurations;
        for (const one of all) {
          const after = observe(before, one);
          expect(after.buckets.every((count, index) => count >= (before.buckets[index] ?? 0))).toBe(true);
          before = after;
        }
        expect(before.count).toBe(all.length);
        expect(before.buckets.reduce((sum, count) => sum + count, 0)).toBe(all.filter((one) => one <= 10).length);
      }),
    );
  });
});

describe("tombstones", () => {
  test.each([
    ["gone", 0],
    ["deleted", 0],
    ["pending", 1],
    ["failed", -1],
    ["skipped", -2],
  ] as const)("B-12-63 D29 B7 that are %s have the status %d", (status, value) => {
    expect(series(text({ tombstones: [tombstone(status)] }), "tombstone_status")).toEqual([
      `tombstone_status{kind="UIPlugin",name="kubevirt-plugin",namespace=""} ${value}`,
    ]);
  });
});
