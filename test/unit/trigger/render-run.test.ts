import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { FairleadError } from "../../../steps/lib/errors/fairlead-error.ts";
import { renderFromTemplate, renderPipelineRun } from "../../../steps/trigger/render-run.ts";
import type { TriggerTemplate } from "../../../steps/trigger/tekton.ts";

const request = { namespace: "fairlead", startedBy: "fairlead-trigger", params: [], workspaces: [] };

const template: TriggerTemplate = {
  metadata: { name: "switchover-validate", namespace: "fairlead" },
  spec: {
    params: [{ name: "run-id" }, { name: "method", default: "passive" }],
    resourcetemplates: [
      {
        apiVersion: "tekton.dev/v1",
        kind: "PipelineRun",
        metadata: { name: "switchover-validate-$(tt.params.run-id)" },
        spec: {
          pipelineRef: { name: "switchover-validate" },
          params: [{ name: "method", value: "$(tt.params.method)" }],
          workspaces: [{ name: "data", emptyDir: {} }],
        },
      },
    ],
  },
};

function refusal(run: () => unknown): string {
  try {
    run();
    return "accepted";
  } catch (error) {
    return error instanceof FairleadError ? `${error.message}; ${error.text.fix}` : String(error);
  }
}

describe("a run of an installed Pipeline", () => {
  test("has a generated name, unless a name is given", () => {
    expect(renderPipelineRun({ ...request, pipeline: "switchover" }).metadata).toMatchObject({
      generateName: "switchover-",
    });
    expect(renderPipelineRun({ ...request, pipeline: "switchover", runName: "drill" }).metadata).toMatchObject({
      name: "drill",
    });
  });

  test("says in the console who started it", () => {
    const run = renderPipelineRun({ ...request, pipeline: "switchover" });
    expect(run.metadata.annotations).toEqual({ "pipeline.openshift.io/started-by": "fairlead-trigger" });
  });
});

describe("a run of a TriggerTemplate", () => {
  test("takes given values and the template's defaults", () => {
    const run = renderFromTemplate(template, { ...request, params: [{ name: "run-id", value: "x1" }] });
    expect(run.spec.params).toEqual([{ name: "method", value: "passive" }]);
  });

  test("has the template's name, so that a second start finds the first", () => {
    const run = renderFromTemplate(template, { ...request, params: [{ name: "run-id", value: "x1" }] });
    expect(run.metadata.name).toBe("switchover-validate-x1");
  });

  test("has another name when one is given", () => {
    const run = renderFromTemplate(template, {
      ...request,
      params: [{ name: "run-id", value: "x1" }],
      runName: "given",
    });
    expect(run.metadata.name).toBe("given");
  });

  test("a missing parameter is named", () => {
    expect(refusal(() => renderFromTemplate(template, request))).toBe(
      'TRIG-02: TriggerTemplate fairlead/switchover-validate needs the parameter "run-id"; add --param run-id=…',
    );
  });

  test("an unknown parameter is refused with the ones that exist", () => {
    const params = [{ name: "metod", value: "x" }];
    expect(refusal(() => renderFromTemplate(template, { ...request, params }))).toContain("use one of: run-id, method");
  });

  test("a value can neither leave its place nor be substituted again", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constant('"}],"x":[{"$(tt.params.method)')), (value) => {
        const params = [
          { name: "run-id", value: "x1" },
          { name: "method", value },
        ];
        expect(renderFromTemplate(template, { ...request, params }).spec.params).toEqual([{ name: "method", value }]);
      }),
    );
  });
});
