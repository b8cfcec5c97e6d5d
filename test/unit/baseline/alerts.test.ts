import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { valueAt } from "../../../steps/lib/json/json.ts";
import { objectOf } from "./support/operator-golden.ts";

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<"summary" | "description" | "runbook_url", string>>;
}

interface AlertTest {
  readonly rule_files: readonly string[];
  readonly tests: readonly {
    readonly name: string;
    readonly alert_rule_test: readonly {
      readonly eval_time: string;
      readonly alertname: string;
      readonly exp_alerts: readonly {
        readonly exp_labels: Readonly<Record<string, string>>;
        readonly exp_annotations: Readonly<Record<string, string>>;
      }[];
    }[];
  }[];
}

const runbooks = "docs/baseline/runbooks";
const fixtures = "test/fixtures/baseline/alerts";

function alertsOf(asset: string): readonly Alert[] {
  const groups = valueAt(objectOf(asset), ["spec", "groups"]);
  return (groups as unknown as readonly { readonly rules: readonly Alert[] }[]).flatMap(({ rules }) => rules); // held to its CRD elsewhere
}

const own = alertsOf("prometheus-alerts");
const exporter = alertsOf("kubevirt-metrics-exporter-prometheusrule");
const all = [...own, ...exporter];
const files = readdirSync(fixtures).map(
  (name) => [name, parse(readFileSync(`${fixtures}/${name}`, "utf8")) as AlertTest] as const,
);

describe("the alerts of the baseline", () => {
  test.each([
    ["VirtPlatformSyncFailed", "kubevirt_autopilot_compliance_status == 0", "15m", "critical"],
    ["VirtPlatformThrashingDetected", "kubevirt_autopilot_paused_resources > 0", undefined, "warning"],
    ["VirtPlatformDependencyMissing", "kubevirt_autopilot_missing_dependency == 1", "5m", "warning"],
    ["VirtPlatformTombstoneStuck", "kubevirt_autopilot_tombstone_status != 0", "30m", "warning"],
    [
      "VirtPlatformReconcileStale",
      "time() - kubevirt_autopilot_last_success_timestamp_seconds > 1800",
      "5m",
      "warning",
    ],
  ])("D29 B-12-83 %s: %s for %s", (name, expr, duration, severity) => {
    const found = own.find(({ alert }) => alert === name);
    expect(found).toMatchObject({ expr, labels: { severity, operator_health_impact: severity } });
    expect(found?.for).toBe(duration);
  });

  test("are five, and carry the labels that the health of operators is gathered by", () => {
    expect(own.length).toBe(5);
    for (const { labels } of own) {
      expect(labels).toMatchObject({
        operator: "virt-platform-autopilot",
        kubernetes_operator_part_of: "kubevirt",
        kubernetes_operator_component: "autopilot",
      });
    }
  });
});

describe("the alerts of the metrics exporter", () => {
  test.each([
    ["VMIStorageWriteLatencyHigh", "10m", "warning", "> 0.1"],
    ["VMIStorageReadLatencyHigh", "10m", "warning", "> 0.1"],
    ["VMIStorageFlushLatencyHigh", "15m", "warning", "> 0.5"],
    ["NodeVMStorageLatencyWidespread", "10m", "critical", "> 0.5"],
    ["VMIDiskSaturated", "5m", "critical", "> 0.9"],
    ["VMIGuestStorageLatencyHigh", "15m", "warning", "> 0.1"],
    ["PVCBlockLatencyHigh", "10m", "warning", "> 0.1"],
    ["PVCNFSLatencyHigh", "10m", "warning", "> 0.25"],
    ["KSMDCPUHigh", "10m", "warning", "> 0.5"],
    ["KhugepagedCPUHigh", "10m", "warning", "> 0.1"],
    ["KMEQMPPollStale", "5m", "warning", "> 150"],
    ["KMEQGAPollStale", "5m", "warning", "> 150"],
    ["KMEKVMPollStale", "5m", "warning", "> 90"],
    ["KMECgroupPollStale", "5m", "warning", "> 90"],
    ["KMEQMPScrapeErrors", "15m", "warning", "> 0.1"],
    ["KMEQGAScrapeErrors", "15m", "warning", "> 0.1"],
    ["KMEKVMScrapeErrors", "15m", "warning", "> 0.1"],
    ["KMECgroupScrapeErrors", "15m", "warning", "> 0.1"],
    ["KMEeBPFSubsystemDown", "10m", "warning", "== 0"],
    ["KMEAbsent", "10m", "critical", "== 1)"],
  ])("%s for %s, %s, %s", (name, duration, severity, limit) => {
    const found = exporter.find(({ alert }) => alert === name);
    expect(found).toMatchObject({ for: duration, labels: { severity } });
    expect(found?.expr.endsWith(limit)).toBe(true);
  });

  test("are twenty, and are no trouble of the baseline itself", () => {
    expect(exporter.length).toBe(20);
    for (const { labels } of exporter) expect(labels).not.toHaveProperty("operator");
  });
});

describe("each alert", () => {
  test.each(all.map((one) => [one.alert, one] as const))(
    "%s leads to a runbook of its own",
    (name, { annotations }) => {
      const { runbook_url } = annotations;
      expect(runbook_url).toBe(`${runbooks}/${name}.md`);
      expect(existsSync(runbook_url)).toBe(true);
      expect(readFileSync(runbook_url, "utf8").startsWith(`# ${name}\n`)).toBe(true);
    },
  );

  test.each(all.map((one) => [one.alert, one] as const))("%s keeps the braces of Prometheus", (_name, one) => {
    const { description, summary } = one.annotations;
    expect(summary).toMatch(/^[A-Z].*\.$/);
    expect(description.trim()).toBe(description);
    expect(description).not.toContain("raw");
    // What it counts by is told: an alert that sums everything up has nothing to name.
    const isTotal = one.expr.startsWith("absent(") || one.alert === "VirtPlatformReconcileStale";
    if (!isTotal) expect(description).toContain("{{ $labels.");
  });

  test("has a page of its own, and no page is of another", () => {
    expect(readdirSync(runbooks).toSorted()).toEqual(all.map(({ alert }) => `${alert}.md`).toSorted());
  });
});

/** The description as Prometheus fills it; what is made of the value stays open. */
function filled(description: string, labels: Readonly<Record<string, string>>): RegExp {
  const named = description
    .replaceAll(
      "{{ with $labels.namespace }}{{ . }}/{{ end }}",
      labels["namespace"] === undefined ? "" : `${labels["namespace"]}/`,
    )
    .replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_all, name: string) => labels[name] ?? "");
  const parts = named
    .split(/\{\{ \$value(?: \| [^}]+)? \}\}/)
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("[^ ]+(?: [0-9]+m?s)?")}$`);
}

describe.each(files)("the unit tests of alerts in %s", (file, { rule_files, tests }) => {
  const checks = tests.flatMap((one) => one.alert_rule_test);

  test("B-12-83 take the rules of one PrometheusRule", () => {
    const names = ["prometheus-alerts", "kubevirt-metrics-exporter-prometheusrule"].map(
      (asset) => `${valueAt(objectOf(asset), ["metadata", "name"])}.yaml`,
    );
    expect(rule_files.length).toBe(1);
    expect(names).toEqual(expect.arrayContaining([...rule_files]));
  });

  test("B-12-83 expect just what the alerts say", () => {
    for (const { alertname, exp_alerts } of checks) {
      const alert = all.find((one) => one.alert === alertname);
      expect(alert?.alert).toBe(alertname);
      for (const { exp_labels, exp_annotations } of exp_alerts) {
        expect(exp_labels).toMatchObject(alert?.labels ?? {});
        expect(exp_annotations).toMatchObject({
          summary: alert?.annotations.summary,
          runbook_url: alert?.annotations.runbook_url,
        });
        expect(exp_annotations["description"]).toMatch(filled(alert?.annotations.description ?? "", exp_labels));
      }
    }
  });

  test("B-12-83 have a time at which the alert of that name fires and one at which it does not", () => {
    expect(new Set(checks.map(({ alertname }) => `${alertname}.yaml`))).toEqual(new Set([file]));
    expect(new Set(checks.map(({ exp_alerts }) => exp_alerts.length > 0))).toEqual(new Set([true, false]));
  });
});

describe("the unit tests of the baseline's alerts", () => {
  test("B-12-83 leave no alert out", () => {
    expect(files.map(([file]) => file).toSorted()).toEqual(all.map(({ alert }) => `${alert}.yaml`).toSorted());
  });

  test.each<[string, readonly string[], readonly string[]]>([
    ["VirtPlatformSyncFailed", ["14m", "15m", "9m"], ["16m"]],
    ["VirtPlatformThrashingDetected", ["0m", "5m"], ["1m"]],
    ["VirtPlatformDependencyMissing", ["4m", "5m"], ["6m"]],
    ["VirtPlatformTombstoneStuck", ["29m", "29m", "29m"], ["30m", "30m", "30m"]],
    ["VirtPlatformReconcileStale", ["35m"], ["35m30s"]],
  ])("B-12-83 D29 %s: quiet at %j, firing at %j", (name, quiet, firing) => {
    const checks = files
      .flatMap(([, { tests }]) => tests.flatMap((one) => one.alert_rule_test))
      .filter(({ alertname }) => alertname === name);
    const at = (fires: boolean): readonly string[] =>
      checks.filter(({ exp_alerts }) => exp_alerts.length > 0 === fires).map(({ eval_time }) => eval_time);
    expect(at(false)).toEqual(expect.arrayContaining([...quiet]));
    expect(at(true).filter((time) => firing.includes(time)).length).toBeGreaterThanOrEqual(firing.length);
  });
});
