import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { areaPermissions, permissionsYaml } from "../../../images/build/permissions-yaml.ts";
import type { AnyStepDeclaration, Permission } from "../../../steps/lib/step/types.ts";
import { sampleStep } from "../lib/step/sample-step.ts";

const list: Permission = {
  target: "primary",
  group: "velero.io",
  resource: "backups",
  verbs: ["list"],
  scope: { namespace: "backup" },
  readOnly: true,
  reason: "which backups exist",
};

function step(name: string, permissions: readonly Permission[]): AnyStepDeclaration {
  return { ...sampleStep, name, permissions };
}

describe("the permissions of an area", () => {
  test("hold the verbs of all steps for one resource, in the usual order, each step named", () => {
    const merged = areaPermissions([
      step("activate", [{ ...list, verbs: ["watch"], reason: "wait for it" }]),
      step("preflight", [list]),
    ]);
    expect(merged).toEqual([
      {
        ...list,
        verbs: ["list", "watch"],
        reason: "wait for it; which backups exist",
        steps: ["activate", "preflight"],
      },
    ]);
  });

  test.each([
    ["kubeconfig", { target: "secondary" }],
    ["scope", { scope: "cluster" as const }],
    ["object name", { resourceNames: ["one"] }],
    ["mode", { readOnly: false }],
  ])("keep resources apart that differ in %s", (_title, changed) => {
    expect(areaPermissions([step("a", [list, { ...list, ...changed }])])).toHaveLength(2);
  });

  test("do not depend on the order of steps", () => {
    const steps = [step("a", [list]), step("b", [{ ...list, group: "" }])];
    const pairs = (of: readonly AnyStepDeclaration[]) =>
      areaPermissions(of).map(({ group, resource }) => [group, resource]);
    expect(pairs(steps)).toEqual(pairs(steps.toReversed()));
  });

  test("are written as a document of the area", () => {
    expect(parse(permissionsYaml("fleet", [step("a", [list])]))).toEqual({
      area: "fleet",
      permissions: [{ ...list, steps: ["a"] }],
    });
  });
});
