import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { ToolError } from "../../../../images/build/run-tool.ts";
import { collectTraces } from "../../../cluster/current/collect-traces.ts";
import type { Kubectl } from "../../../cluster/current/kubectl.ts";
import { operationRun } from "../../../cluster/current/operation-run.ts";
import { operations } from "../../../cluster/current/options.ts";
import { untilEnded } from "../../../cluster/current/run-to-end.ts";

const bundle = `registry.example.com/fairlead/switchover-pipelines@sha256:${"a".repeat(64)}`;
const targets = { primary: "old", secondary: "new" };

describe("the run of an operation", () => {
  test.each(operations)("%s takes its Pipeline from the bundle, by digest", async (operation) => {
    const { spec, metadata } = await operationRun({ operation, targets }, bundle);
    expect(metadata["namespace"]).toBe("fairlead");
    expect(spec.pipelineRef).toEqual({
      resolver: "bundles",
      params: [
        { name: "bundle", value: bundle },
        { name: "name", value: operation === "validate" ? "switchover-validate" : "switchover" },
        { name: "kind", value: "pipeline" },
      ],
    });
  });

  test("changes nothing in a dry run, and names the confirmed hub in a switchover", async () => {
    const dryRun = await operationRun({ operation: "dry-run", targets }, bundle);
    expect(dryRun.spec.params).toContainEqual({ name: "dry-run", value: "true" });
    const real = await operationRun({ operation: "switchover", targets, confirmNewHub: "id-1" }, bundle);
    expect(real.spec.params).toContainEqual({ name: "dry-run", value: "false" });
    expect(real.spec.params).toContainEqual({ name: "confirm-new-hub", value: "id-1" });
  });
});

function conditionOf(status: object): Kubectl {
  return async (args) => {
    if (args.includes("wait")) throw new ToolError("kubectl wait ended with 1:\nerror: timed out waiting");
    return JSON.stringify({ status });
  };
}

describe("the end of a run", () => {
  test("is what its condition says, with its results", async () => {
    const status = {
      conditions: [{ type: "Succeeded", status: "True", reason: "Completed", message: "Tasks Completed: 1" }],
      results: [{ name: "outcome", value: "succeeded" }],
    };
    expect(await untilEnded(conditionOf(status), "run-1", "1s")).toEqual({
      name: "run-1",
      succeeded: true,
      reason: "Completed",
      message: "Tasks Completed: 1",
      results: { outcome: "succeeded" },
    });
  });

  test.each([
    ["still running when the limit passes", { type: "Succeeded", status: "Unknown", reason: "Running", message: "m" }],
    ["failed", { type: "Succeeded", status: "False", reason: "Failed", message: "m" }],
  ])("is no success when it is %s", async (_what, condition) => {
    const end = await untilEnded(conditionOf({ conditions: [condition] }), "run-1", "1s");
    expect([end.succeeded, end.reason]).toEqual([false, condition.reason]);
  });

  test("is no success without a condition", async () => {
    expect(await untilEnded(conditionOf({}), "run-1", "1s")).toMatchObject({ succeeded: false, reason: "Unknown" });
  });
});

test("the traces of a run are kept one by one: what cannot be had says why in its own file", async () => {
  const folder = mkdtempSync(join(tmpdir(), "fairlead-traces-"));
  try {
    const kubectl: Kubectl = async (args) => {
      if (args.includes("events")) throw new ToolError("events is forbidden");
      return args.join(" ");
    };
    await collectTraces(kubectl, "run-1", folder);
    expect(readdirSync(folder).sort()).toEqual(["events.txt", "pods.log", "pods.yaml", "run.yaml", "taskruns.yaml"]);
    expect(readFileSync(join(folder, "events.txt"), "utf8")).toBe("events is forbidden\n");
    expect(readFileSync(join(folder, "pods.log"), "utf8")).toContain("tekton.dev/pipelineRun=run-1 --all-containers");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
