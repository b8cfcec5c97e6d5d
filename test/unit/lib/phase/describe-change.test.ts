import { describe, expect, test } from "@jest/globals";
import { plannedChange } from "../../../../steps/lib/phase/describe-change.ts";
import type { Change } from "../../../../steps/lib/phase/types.ts";

const secrets = { group: "", version: "v1", plural: "secrets", kind: "Secret", scope: "namespaced" } as const;
const common = { target: "hub", resource: secrets, ref: { name: "s", namespace: "n" }, summary: "write s" };
const metadata = { name: "s", namespace: "n" };
// As the API has it: data beside the metadata.
const body = { metadata, data: { token: "c2VjcmV0" } };

describe("the plan of a write", () => {
  test.each<readonly [string, Change]>([
    ["created", { ...common, verb: "create", body }],
    ["replaced", { ...common, verb: "replace", body }],
    ["patched", { ...common, verb: "merge-patch", patch: { data: { token: "c2VjcmV0" } } }],
  ])("names the keys of a Secret that is %s and hides their values", (_how, change) => {
    const planned = plannedChange("phase", "step", change);
    expect(planned.body).toMatchObject({ data: { token: "(hidden)" } });
    expect(JSON.stringify(planned)).not.toContain("c2VjcmV0");
  });

  test("shows what is written to another kind", () => {
    const resource = { ...secrets, plural: "configmaps", kind: "ConfigMap" };
    expect(plannedChange("phase", "step", { ...common, resource, verb: "create", body }).body).toEqual(body);
  });
});
