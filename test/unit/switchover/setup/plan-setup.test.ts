import { describe, expect, test } from "@jest/globals";
import { parse, stringify } from "yaml";
import { switchoverRoleFiles } from "../../../../images/build/switchover-roles.ts";
import { defaultNamespaces } from "../../../../steps/switchover/acm/namespaces.ts";
import { describeObject, planSetup, type SetupRequest } from "../../../../steps/switchover/setup/plan-setup.ts";
import { manifestList, planWarnings } from "../../../../steps/switchover/setup/setup-document.ts";

const request: SetupRequest = {
  roles: ["operator"],
  includeDecommission: false,
  importTokens: false,
  klusterlets: false,
  argoCd: false,
  flux: false,
  namespaces: defaultNamespaces,
  absent: new Set(),
};

const everything: SetupRequest = {
  ...request,
  roles: ["operator", "validator"],
  includeDecommission: true,
  importTokens: true,
  klusterlets: true,
  argoCd: true,
  flux: true,
};

const names = (wanted: SetupRequest): readonly string[] => planSetup(wanted).objects.map(describeObject);

describe("the plan of a setup", () => {
  test("holds, with all that can be asked for, exactly the manifests that are committed", () => {
    const committed = [...switchoverRoleFiles()]
      .filter(([path]) => path.endsWith(".yaml") && !path.endsWith("kustomization.yaml"))
      // A hub is set up, not the clusters that it manages.
      .filter(([path]) => !path.includes("/managed-cluster"))
      .map(([, text]) => JSON.stringify(parse(text)));
    const planned = planSetup(everything).objects.map((object) => JSON.stringify(object));
    expect(new Set(planned)).toEqual(new Set(committed));
    expect(planned).toHaveLength(new Set(planned).size);
  });

  test("applies nothing before what it needs", () => {
    const kinds = planSetup(everything).objects.map(({ kind }) => kind);
    expect([...new Set(kinds)]).toEqual([
      "Namespace",
      "ServiceAccount",
      "ClusterRole",
      "Role",
      "ClusterRoleBinding",
      "RoleBinding",
    ]);
    expect(kinds.filter((kind) => kind === "Namespace")).toHaveLength(1);
  });

  test("grants deletion and the look at Secrets only where they are asked for", () => {
    expect(names(request).filter((name) => /decommission|import-tokens/.test(name))).toEqual([]);
    expect(names({ ...request, includeDecommission: true })).toContain("ClusterRole acm-switchover-decommission");
    expect(names({ ...request, importTokens: true })).toContain("ClusterRole acm-switchover-operator-import-tokens");
    expect(names(request).filter((name) => name.includes("flux"))).toEqual([]);
    expect(names({ ...request, flux: true })).toContain("ClusterRole acm-switchover-operator-flux");
    expect(names({ ...request, klusterlets: true })).toContain("ClusterRole acm-switchover-operator-klusterlets");
  });

  test("makes the accounts of the roles that are asked for, no other", () => {
    expect(planSetup({ ...request, roles: ["validator"] }).accounts).toEqual([
      { role: "validator", name: "acm-switchover-validator" },
    ]);
    expect(names({ ...request, roles: ["validator"] }).filter((name) => name.includes("operator"))).toEqual([]);
  });

  test("follows other namespaces", () => {
    const namespaces = { ...defaultNamespaces, backup: "my-backup" };
    expect(names({ ...request, namespaces })).toContain("Role acm-switchover-operator in my-backup");
    expect(names({ ...request, namespaces }).join()).not.toContain(defaultNamespaces.backup);
  });

  test("leaves the roles of absent namespaces out, with a warning for each", () => {
    const plan = planSetup({ ...request, absent: new Set([defaultNamespaces.observability]) });
    expect(plan.skipped.map(describeObject)).toEqual([
      "Role acm-switchover-operator in open-cluster-management-observability",
      "RoleBinding acm-switchover-operator in open-cluster-management-observability",
    ]);
    expect(planWarnings(plan)).toEqual([
      expect.stringMatching(/^namespace open-cluster-management-observability does not exist/),
    ]);
  });

  test("reads as plain YAML, without anchors", () => {
    expect(stringify(manifestList(planSetup(everything).objects))).not.toMatch(/[&*]a\d/);
  });
});
