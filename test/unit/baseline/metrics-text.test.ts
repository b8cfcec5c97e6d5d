import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { SelectableAsset, Selection } from "../../../steps/baseline/catalog/select-assets.ts";
import { metricsText } from "../../../steps/baseline/metrics/exposition.ts";
import { runMetrics } from "../../../steps/baseline/metrics/run-metrics.ts";
import { dependenciesOf, missingCrds } from "../../../steps/baseline/run/dependencies.ts";
import type { RunRecord } from "../../../steps/baseline/run/run-record.ts";
import { emptyState } from "../../../steps/baseline/state/baseline-state.ts";
import { anyCharacter } from "../../support/any-character.ts";
import { runRecord } from "./support/run-records.ts";

const prefix = "kubevirt_autopilot_";

function text(change: Partial<RunRecord>): string {
  return runMetrics(runRecord(change), emptyState, "1.2.3");
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

describe("missing dependencies", () => {
  const crd = "metallbs.metallb.io";
  const gate = "kubedeschedulers.operator.openshift.io";
  const asset = (name: string, more: Partial<SelectableAsset> = {}): SelectableAsset => ({
    name,
    install: "always",
    reconcileOrder: 1,
    conditions: [],
    ...more,
  });
  const metallb = asset("metallb", { requiredCrd: crd });
  const psi = asset("psi-enable", { requiredCrd: crd, gateCrd: gate });
  const kinds = new Map([
    [crd, { group: "metallb.io", version: "v1beta1", kind: "MetalLB" }],
    [gate, { group: "operator.openshift.io", version: "v1", kind: "KubeDescheduler" }],
  ]);
  const told = (...selections: readonly Selection<SelectableAsset>[]): readonly string[] =>
    series(text({ dependencies: dependenciesOf(selections, kinds) }), "missing_dependency");

  test("B-12-46 D35 B8 have the real kind and version", () => {
    expect(told({ state: "crd-missing", asset: metallb, crd })).toEqual([
      'missing_dependency{group="metallb.io",version="v1beta1",kind="MetalLB"} 1',
    ]);
  });

  test("B-12-47 D35 that are there are 0", () => {
    expect(told({ state: "selected", asset: metallb })).toEqual([
      'missing_dependency{group="metallb.io",version="v1beta1",kind="MetalLB"} 0',
    ]);
  });

  test("B-12-48 D35 are told of a gate, too", () => {
    expect(told({ state: "gate-crd-missing", asset: psi, crd: gate })).toEqual([
      'missing_dependency{group="metallb.io",version="v1beta1",kind="MetalLB"} 0',
      'missing_dependency{group="operator.openshift.io",version="v1",kind="KubeDescheduler"} 1',
    ]);
  });

  test("B-12-49 D35 B8 are not told of what nobody wants", () => {
    expect(
      told(
        { state: "conditions-not-met", asset: metallb, unmet: ["x"] },
        { state: "not-in-allowlist", asset: psi },
        { state: "failed", asset: metallb, reason: "x" },
      ),
    ).toEqual([]);
  });

  test("D35 of a kind that nothing tells of have its group, once", () => {
    const selections = ["as.x.io", "bs.x.io"].map(
      (one): Selection<SelectableAsset> => ({ state: "crd-missing", asset: metallb, crd: one }),
    );
    const dependencies = dependenciesOf(selections, new Map());
    expect(missingCrds({ scope: "whole", dependencies }, [])).toEqual(["as.x.io", "bs.x.io"]);
    expect(series(text({ dependencies }), "missing_dependency")).toEqual([
      'missing_dependency{group="x.io",version="",kind=""} 1',
    ]);
  });
});

describe("the CRDs that the next run is told to be missing", () => {
  const dependency = (crd: string, isMissing: boolean) => ({
    crd,
    group: "x.io",
    version: "v1",
    kind: "A",
    isMissing,
    assets: [],
  });
  const dependencies = [dependency("as.x.io", true), dependency("bs.x.io", false)];

  test("are what a whole run missed: of what nobody wants any more nothing is told", () => {
    expect(missingCrds({ scope: "whole", dependencies }, ["bs.x.io", "cs.x.io"])).toEqual(["as.x.io"]);
  });

  test.each(["listed", "touched"] as const)("are, after a %s run, those that it did not look at, too", (scope) => {
    expect(missingCrds({ scope, dependencies }, ["bs.x.io", "cs.x.io"])).toEqual(["as.x.io", "cs.x.io"]);
  });

  test("stay as they are where a whole run ended before it came to its assets", () => {
    expect(missingCrds({ scope: "whole", dependencies: [] }, ["cs.x.io"])).toEqual(["cs.x.io"]);
  });
});

describe("the text of metrics", () => {
  test("escapes what would end a label or a line", () => {
    const labels = { name: 'a"b\\c\nd' };
    expect(
      metricsText([{ name: "m", help: "one\\two\nlines", type: "gauge", series: [{ labels, value: -1.5 }] }]),
    ).toBe('# HELP m one\\\\two\\nlines\n# TYPE m gauge\nm{name="a\\"b\\\\c\\nd"} -1.5\n');
  });

  test("is a text of the format for any labels", () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), (value) => {
        const lines = metricsText([
          { name: "m", help: "h", type: "gauge", series: [{ labels: { a: value }, value: 1 }] },
        ])
          .trimEnd()
          .split("\n");
        expect(lines).toHaveLength(3);
        expect(lines[2]).toMatch(line);
      }),
    );
  });
});
