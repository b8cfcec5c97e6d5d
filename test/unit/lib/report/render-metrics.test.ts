import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { renderMetrics } from "../../../../steps/lib/report/render-metrics.ts";
import type { Report, ReportCheck } from "../../../../steps/lib/report/types.ts";

function check(severity: ReportCheck["severity"], result: ReportCheck["result"]): ReportCheck {
  return { id: "bsl", name: "bsl", hub: "primary", severity, result, message: "", remediation: "" };
}

function report(changes: Partial<Report> = {}): Report {
  return {
    schemaVersion: "1.0",
    title: "ACM hub switchover",
    operation: "switchover",
    operationId: "a--b",
    runName: "run-1",
    outcome: "succeeded",
    summary: "",
    startedAt: "2026-01-01T00:00:00.000Z",
    finishedAt: "2026-01-01T00:01:30.500Z",
    facts: [],
    timeline: [
      {
        phase: "activation",
        step: "wait_restore_completion",
        title: "Wait",
        state: "done",
        startedAt: "2026-01-01T00:00:10.000Z",
        durationMs: 15_700,
        note: "",
      },
    ],
    checks: [check("critical", "passed"), check("critical", "passed"), check("warning", "failed")],
    tables: [],
    warnings: ["one"],
    errors: [],
    nextActions: [],
    ...changes,
  };
}

/** `# HELP`, `# TYPE` or `name{label="value",…} number`, as Prometheus reads it. */
const line = /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{([a-z_]+="([^"\\\n]|\\["\\n])*",?)+\})? -?[0-9.e+]+)$/;

describe("the metrics of a report", () => {
  test("tell outcome, durations, checks, warnings and errors", async () => {
    const text = await renderMetrics(report());
    for (const expected of [
      'fairlead_operation_outcome{operation="switchover",outcome="succeeded"} 1',
      'fairlead_operation_duration_seconds{operation="switchover"} 90.5',
      'fairlead_operation_finished_timestamp_seconds{operation="switchover"} 1767225690.5',
      'fairlead_step_duration_seconds{operation="switchover",phase="activation",step="wait_restore_completion"} 15.7',
      'fairlead_checks{operation="switchover",severity="critical",result="passed"} 2',
      'fairlead_checks{operation="switchover",severity="warning",result="failed"} 1',
      'fairlead_warnings{operation="switchover"} 1',
      'fairlead_errors{operation="switchover"} 0',
    ]) {
      expect(text).toContain(`${expected}\n`);
    }
  });

  test("are lines that Prometheus reads, whatever the names are", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string(), async (operation, outcome) => {
        const text = await renderMetrics(report({ operation, outcome }));
        const lines = text.split("\n").filter((one) => one !== "");
        return lines.length > 10 && lines.every((one) => line.test(one));
      }),
      { numRuns: 50 },
    );
  });

  test("W-10 tell how long each phase took, and the operation's own numbers", async () => {
    const [first] = report().timeline;
    if (first === undefined) throw new Error("the sample report has a step");
    const text = await renderMetrics(
      report({
        timeline: [first, { ...first, step: "second", durationMs: 4_300 }],
        figures: [{ name: "clusters", help: "Clusters", samples: [{ labels: { state: "connected" }, value: 12 }] }],
      }),
    );
    expect(text).toContain('fairlead_phase_duration_seconds{operation="switchover",phase="activation"} 20\n');
    expect(text).toContain('fairlead_clusters{operation="switchover",state="connected"} 12\n');
  });
});
