import { describe, expect, test } from "@jest/globals";
import * as Type from "typebox";
import { parse } from "yaml";
import { taskYaml } from "../../../images/build/task-yaml.ts";
import type { AnyStepDeclaration } from "../../../steps/lib/step/types.ts";
import { sampleStep } from "../lib/step/sample-step.ts";

const source = "steps/fleet/count-clusters.ts";

function taskOf(changed: Partial<AnyStepDeclaration> = {}) {
  return parse(taskYaml({ ...sampleStep, ...changed }, "1.2.3", source));
}

describe("the generated Task", () => {
  const task = taskOf();
  const [step] = task.spec.steps;

  test("is named by area and step and carries the metadata that catalogs demand", () => {
    expect(task).toMatchObject({
      apiVersion: "tekton.dev/v1",
      kind: "Task",
      metadata: {
        name: "fleet-count-clusters",
        labels: {
          "app.kubernetes.io/version": "1.2.3",
          "app.kubernetes.io/part-of": "fleet",
          "app.kubernetes.io/component": "count-clusters",
        },
        annotations: {
          "tekton.dev/pipelines.minVersion": "0.59.0",
          "tekton.dev/categories": "Kubernetes",
          "tekton.dev/tags": "acm",
          "tekton.dev/displayName": "Count clusters",
          "tekton.dev/platforms": "linux/amd64,linux/arm64",
        },
      },
    });
  });

  test("runs the program by command, with neither script nor work directory", () => {
    expect(step).toMatchObject({
      command: ["fairlead", "fleet", "count-clusters"],
      image: "fairlead.invalid/step:0.0.0",
    });
    expect(step).not.toHaveProperty("script");
    expect(step).not.toHaveProperty("workingDir");
  });

  test("has a default for every param but those that are required", () => {
    const defaults = task.spec.params.map((param: { name: string; default?: unknown }) => [param.name, param.default]);
    expect(defaults).toEqual([
      ["method", "quick"],
      ["hub-context", undefined],
      ["limit", "500"],
      ["dry-run", "false"],
      ["tuning", ""],
      ["clusters", []],
      ["deadline", "600"],
      ["log-level", "info"],
      ["run-uid", ""],
    ]);
  });

  test("passes each text param, result and workspace by the variable that the program reads", () => {
    const names = step.env.map((variable: { name: string; value: string }) => `${variable.name} ${variable.value}`);
    expect(names).toEqual([
      "PARAM_METHOD $(params.method)",
      "PARAM_HUB_CONTEXT $(params.hub-context)",
      "PARAM_LIMIT $(params.limit)",
      "PARAM_DRY_RUN $(params.dry-run)",
      "PARAM_TUNING $(params.tuning)",
      "PARAM_DEADLINE $(params.deadline)",
      "PARAM_LOG_LEVEL $(params.log-level)",
      "PARAM_RUN_UID $(params.run-uid)",
      "RESULT_OUTCOME $(results.outcome.path)",
      "RESULT_SUMMARY $(results.summary.path)",
      "WORKSPACE_OUTPUT $(workspaces.output.path)",
      "WORKSPACE_KUBECONFIG $(workspaces.kubeconfig.path)",
      "WORKSPACE_CA_BUNDLE $(workspaces.ca-bundle.path)",
    ]);
  });

  test("passes the list param last, as arguments", () => {
    expect(step.args).toEqual(["--clusters", "$(params.clusters[*])"]);
  });

  test("has no arguments where there is no list", () => {
    expect(taskOf({ params: { hub: Type.String({ description: "d" }) } }).spec.steps[0]).not.toHaveProperty("args");
  });

  test("runs under any user id that is not root, with nothing it could write to or escalate by", () => {
    expect(task.spec.stepTemplate.securityContext).toEqual({
      runAsNonRoot: true,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
      seccompProfile: { type: "RuntimeDefault" },
    });
  });

  test("tells the program its run, and gives it a home that any user id may write to", () => {
    expect(task.spec.stepTemplate.env).toEqual([
      { name: "HOME", value: "/tekton/home" },
      { name: "TMPDIR", value: "/tekton/home" },
      { name: "NODE_OPTIONS", value: "--max-old-space-size=192 --max-semi-space-size=2" },
      { name: "RUN_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.labels['tekton.dev/pipelineRun']" } } },
      { name: "TASKRUN_NAME", value: "$(context.taskRun.name)" },
    ]);
  });

  test("limits memory and not CPU, and the heap below the memory", () => {
    const large = taskOf({ memoryMi: 640 });
    expect(step.computeResources).toEqual({ requests: { cpu: "50m", memory: "320Mi" }, limits: { memory: "320Mi" } });
    expect(large.spec.steps[0].computeResources.limits).toEqual({ memory: "640Mi" });
    expect(large.spec.stepTemplate.env[2].value).toBe("--max-old-space-size=384 --max-semi-space-size=2");
  });

  test("begins its description with the summary alone, which lists show", () => {
    expect(task.spec.description.split("\n").slice(0, 2)).toEqual(["Count the clusters of a hub", ""]);
  });

  test("has its keys in the order that people expect", () => {
    expect(Object.keys(task)).toEqual(["apiVersion", "kind", "metadata", "spec"]);
    expect(Object.keys(task.spec)).toEqual([
      "displayName",
      "description",
      "params",
      "workspaces",
      "results",
      "stepTemplate",
      "steps",
    ]);
  });

  test("says in its first line where it comes from", () => {
    expect(taskYaml(sampleStep, "1.2.3", source).split("\n")[0]).toContain(source);
  });

  test("contains no template language and no substitution in an argument but the list", () => {
    const text = taskYaml(sampleStep, "1.2.3", source);
    expect(text).not.toContain("{{");
    expect(text).not.toContain("runAsUser");
  });
});
