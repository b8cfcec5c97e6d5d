import { describe, expect, test } from "@jest/globals";
import { judgeCrd } from "../../../steps/baseline/cluster/known-crd.ts";
import { resourceOf } from "../../../steps/baseline/cluster/resource-of.ts";

const established = { conditions: [{ type: "Established", status: "True" }] };
const spec = { scope: "Cluster", names: { plural: "uiplugins", kind: "UIPlugin" } };

describe("a CRD", () => {
  test.each([
    ["there is none", undefined, "missing"],
    ["it is not established yet", { spec, status: { conditions: [] } }, "missing"],
    ["it is being deleted", { metadata: { deletionTimestamp: "now" }, spec, status: established }, "missing"],
    ["it is established", { metadata: {}, spec, status: established }, "installed"],
  ])("given %s, then %s", (_what, definition, state) => {
    expect(judgeCrd(definition).state).toBe(state);
  });
});

describe("where the API serves a kind", () => {
  test("is what its CRD says", () => {
    const kind = { apiVersion: "observability.openshift.io/v1alpha1", kind: "UIPlugin" };
    expect(resourceOf(kind, { spec })).toEqual({
      group: "observability.openshift.io",
      version: "v1alpha1",
      kind: "UIPlugin",
      plural: "uiplugins",
      scope: "cluster",
    });
    expect(resourceOf(kind, undefined)).toBeUndefined();
  });

  test("is known of kinds that every cluster has", () => {
    expect(resourceOf({ apiVersion: "v1", kind: "Service" }, undefined)).toMatchObject({
      group: "",
      plural: "services",
      scope: "namespaced",
    });
  });
});
