import { describe, expect, test } from "@jest/globals";
import { valueAt } from "../../../steps/lib/json/json.ts";
import { dashboardParts, type GridItem } from "./support/dashboard-parts.ts";
import { objectOf } from "./support/operator-golden.ts";

const dashboards = ["autopilot-dashboard", "descheduler-dashboard", "kubevirt-metrics-exporter-dashboard"];

function overlap(one: GridItem, other: GridItem): boolean {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  );
}

describe.each(dashboards)("%s", (name) => {
  const { panels, grids, variables, queries } = dashboardParts(objectOf(name));

  test("shows each of its panels once, and none that it does not have", () => {
    const shown = grids.flat().map(({ panel }) => panel);
    expect(shown.toSorted()).toEqual(Object.keys(panels).toSorted());
  });

  test("lays its panels beside each other within 24 columns", () => {
    expect(grids.flat().filter(({ x, width }) => !(x >= 0 && width > 0 && x + width <= 24))).toEqual([]);
    const covered = grids.flatMap((grid) =>
      grid.flatMap((one, index) => grid.slice(index + 1).filter((other) => overlap(one, other))),
    );
    expect(covered).toEqual([]);
  });

  test("has a query, a title and an explanation for each panel", () => {
    for (const panel of Object.values(panels)) {
      expect(valueAt(panel, ["spec", "queries"])).not.toEqual([]);
      expect(String(valueAt(panel, ["spec", "display", "name"]))).toMatch(/\w/);
      expect(String(valueAt(panel, ["spec", "display", "description"]))).toMatch(/\.$/);
    }
  });

  test("names in its queries just the variables that it declares", () => {
    const declared = variables.map((one) => String(valueAt(one, ["spec", "name"])));
    // `$1` is a group of label_replace, and no variable.
    const used = queries.flatMap((query) => [...query.matchAll(/\$([a-z]\w*)/g)].map(([, found = ""]) => found));
    expect([...new Set(used)].toSorted()).toEqual(declared.toSorted());
  });

  test("closes in its queries what it opens", () => {
    const openings = (query: string, open: string, close: string): number =>
      query.split(open).length - query.split(close).length;
    for (const query of queries) {
      expect([openings(query, "(", ")"), openings(query, "{", "}"), openings(query, "[", "]")]).toEqual([0, 0, 0]);
    }
  });
});

describe("the health of assets", () => {
  const { queries } = dashboardParts(objectOf("autopilot-dashboard"));

  test.each([
    "compliance_status",
    "thrashing_total",
    "paused_resources",
    "customization_info",
    "missing_dependency",
    "reconcile_duration_seconds_bucket",
    "last_run_failed_assets",
    "last_success_timestamp_seconds",
  ])("shows kubevirt_autopilot_%s", (metric) => {
    expect(queries.join("\n")).toContain(`kubevirt_autopilot_${metric}`);
  });

  test("shows the alerts that the baseline itself raises", () => {
    const rules = JSON.stringify(objectOf("prometheus-alerts"));
    expect(queries.join("\n")).toContain('ALERTS{alertstate="firing", operator="virt-platform-autopilot"}');
    expect(rules).toContain('"operator":"virt-platform-autopilot"');
  });
});

describe("the latency of storage", () => {
  const { panels } = dashboardParts(objectOf("kubevirt-metrics-exporter-dashboard"));

  test.each(["qemu", "block", "nfs", "nfsVfs"])("is shown for %s over 10 ms, 100 ms and 1 s, and as p99", (layer) => {
    expect(Object.keys(panels)).toEqual(
      expect.arrayContaining(["Over10ms", "Over100ms", "Over1s", "P99"].map((part) => `${layer}${part}`)),
    );
  });
});
