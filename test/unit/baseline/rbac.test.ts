import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parse } from "yaml";
import type { ManagedObject } from "../../../steps/baseline/object/managed-object.ts";
import { type AssetIdentity, assetIdentity } from "../../../steps/baseline/rbac/asset-identity.ts";
import { clusterRoleText, roleSections } from "../../../steps/baseline/rbac/cluster-role.ts";
import { type DynamicInput, dynamicRules } from "../../../steps/baseline/rbac/dynamic-rules.ts";
import type { PolicyRule } from "../../../steps/baseline/rbac/policy-rule.ts";
import { staticRules } from "../../../steps/baseline/rbac/static-rules.ts";
import { bindRules, transitiveRules } from "../../../steps/baseline/rbac/transitive-rules.ts";
import { verifyRole } from "../../../steps/baseline/rbac/verify-role.ts";
import type { Json } from "../../../steps/lib/json/json.ts";

const rbacVersion = "rbac.authorization.k8s.io/v1";

function identity(apiVersion: string, kind: string, name: string, more: Readonly<Record<string, Json>> = {}) {
  const { namespace, ...rest } = more;
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }) };
  return assetIdentity({ apiVersion, kind, metadata, ...rest } as ManagedObject); // it has what makes it one
}

const role = (name: string, ...rules: readonly Json[]): AssetIdentity =>
  identity(rbacVersion, "ClusterRole", name, { rules });
const binding = (name: string, kind: string, bound: string, namespace?: string): AssetIdentity =>
  identity(rbacVersion, namespace === undefined ? "ClusterRoleBinding" : "RoleBinding", name, {
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind, name: bound },
    ...(namespace === undefined ? {} : { namespace }),
  });

const swap = identity("machineconfiguration.openshift.io/v1", "MachineConfig", "90-worker-swap-online");
const kubelet = identity("machineconfiguration.openshift.io/v1", "KubeletConfig", "virt-perf-settings");
const plugin = identity("observability.openshift.io/v1alpha1", "UIPlugin", "monitoring");
const exporter = role(
  "exporter",
  { apiGroups: [""], resources: ["pods"], verbs: ["list", "get"] },
  { apiGroups: ["kubevirt.io"], resources: ["virtualmachineinstances"], verbs: ["get"] },
);
const logCollector = binding("logging-collector", "ClusterRole", "collect-infrastructure-logs");

function input(active: readonly AssetIdentity[], tombstones: readonly AssetIdentity[] = []): DynamicInput {
  return { active, tombstones, plurals: {} };
}

function verbsOn(rules: readonly PolicyRule[], resource: string): readonly string[] {
  return rules.flatMap((rule) => ("resources" in rule && rule.resources.includes(resource) ? rule.verbs : []));
}

describe("the rules of the objects that assets render", () => {
  test("take the kinds of a group together, sorted, whatever their versions", () => {
    const beta = identity("observability.openshift.io/v1", "UIPlugin", "logging");
    expect(dynamicRules(input([swap, kubelet, plugin, beta]))).toEqual([
      {
        apiGroups: ["machineconfiguration.openshift.io"],
        resources: ["kubeletconfigs", "machineconfigs"],
        verbs: ["create", "get", "list", "patch", "update"],
      },
      {
        apiGroups: ["observability.openshift.io"],
        resources: ["uiplugins"],
        verbs: ["create", "get", "list", "patch", "update"],
      },
    ]);
  });

  test("leave out lists and definitions", () => {
    const definition = identity("apiextensions.k8s.io/v1", "CustomResourceDefinition", "a.b");
    expect(dynamicRules(input([identity("v1", "List", "l"), definition]))).toEqual([]);
  });

  test("have the plural that a definition says", () => {
    const data = identity("a.io/v1", "Data", "x");
    expect(dynamicRules({ ...input([data]), plurals: { "Data.a.io": "data" } })).toEqual([
      expect.objectContaining({ resources: ["data"] }),
    ]);
  });

  test("limit kinds that carry rights to the objects of the assets, in two rules each", () => {
    const constraints = identity("security.openshift.io/v1", "SecurityContextConstraints", "exporter");
    expect(dynamicRules(input([role("z"), constraints, role("a"), logCollector]))).toEqual([
      {
        apiGroups: ["rbac.authorization.k8s.io"],
        resources: ["clusterrolebindings"],
        verbs: ["create", "list"],
      },
      {
        apiGroups: ["rbac.authorization.k8s.io"],
        resources: ["clusterrolebindings"],
        resourceNames: ["logging-collector"],
        verbs: ["get", "patch", "update"],
      },
      { apiGroups: ["rbac.authorization.k8s.io"], resources: ["clusterroles"], verbs: ["create", "list"] },
      {
        apiGroups: ["rbac.authorization.k8s.io"],
        resources: ["clusterroles"],
        resourceNames: ["a", "z"],
        verbs: ["get", "patch", "update"],
      },
      {
        apiGroups: ["security.openshift.io"],
        resources: ["securitycontextconstraints"],
        verbs: ["create", "list"],
      },
      {
        apiGroups: ["security.openshift.io"],
        resources: ["securitycontextconstraints"],
        resourceNames: ["exporter"],
        verbs: ["get", "patch", "update"],
      },
    ]);
  });

  test("B10 let no ConfigMap be changed but that of an asset", () => {
    const config = identity("v1", "ConfigMap", "cluster-monitoring-config", { namespace: "openshift-monitoring" });
    const written = dynamicRules(input([config])).filter(({ verbs }) => verbs.includes("patch"));
    expect(written).toEqual([expect.objectContaining({ resourceNames: ["cluster-monitoring-config"] })]);
  });

  test("name no object of a narrow kind whose name is not known", () => {
    expect(dynamicRules(input([identity("v1", "Service", "")]))).toEqual([
      { apiGroups: [""], resources: ["services"], verbs: ["create", "get", "list", "patch", "update"] },
    ]);
  });
});

describe("the rules of tombstones", () => {
  const gone = (name: string): AssetIdentity => identity("v1", "ConfigMap", name, { namespace: "openshift-cnv" });

  test("B-12-78 D33 allow the deletion of that object alone, and nothing else to its kind", () => {
    expect(dynamicRules(input([swap], [gone("old")]))).toEqual([
      { apiGroups: [""], resources: ["configmaps"], resourceNames: ["old"], verbs: ["delete", "get"] },
      expect.objectContaining({ resources: ["machineconfigs"] }),
    ]);
  });

  test("D33 B10 never widen what is allowed on the kinds of assets of the same group", () => {
    const old = identity("observability.openshift.io/v1alpha1", "UIPlugin", "kubevirt-plugin");
    const dashboard = identity("observability.openshift.io/v1alpha1", "Dashboard", "d");
    const rules = dynamicRules(input([plugin, dashboard], [old]));
    expect(rules.filter(({ verbs }) => verbs.includes("delete"))).toEqual([
      {
        apiGroups: ["observability.openshift.io"],
        resources: ["uiplugins"],
        resourceNames: ["kubevirt-plugin"],
        verbs: ["delete", "get"],
      },
    ]);
  });

  test("take the names of one kind together", () => {
    expect(dynamicRules(input([], [gone("b"), gone("a")]))).toEqual([
      expect.objectContaining({ resourceNames: ["a", "b"] }),
    ]);
  });
});

describe("the rules of what assets grant to others", () => {
  test("are the union of their roles by group and names", () => {
    const other = role(
      "other",
      { apiGroups: ["", "apps"], resources: ["persistentvolumeclaims"], verbs: ["watch"] },
      {
        apiGroups: ["security.openshift.io"],
        resources: ["securitycontextconstraints"],
        resourceNames: ["exporter"],
        verbs: ["use"],
      },
    );
    expect(transitiveRules([swap, other, exporter])).toEqual([
      { apiGroups: [""], resources: ["persistentvolumeclaims", "pods"], verbs: ["get", "list", "watch"] },
      { apiGroups: ["apps"], resources: ["persistentvolumeclaims"], verbs: ["watch"] },
      { apiGroups: ["kubevirt.io"], resources: ["virtualmachineinstances"], verbs: ["get"] },
      {
        apiGroups: ["security.openshift.io"],
        resources: ["securitycontextconstraints"],
        resourceNames: ["exporter"],
        verbs: ["use"],
      },
    ]);
  });

  test("hold addresses that are no resources", () => {
    const scraper = role("scraper", { nonResourceURLs: ["/metrics"], verbs: ["get"] });
    expect(transitiveRules([scraper])).toEqual([{ nonResourceURLs: ["/metrics"], verbs: ["get"] }]);
  });

  test("D32 B10 let the roles of others be bound, by name", () => {
    const own = binding("exporter", "ClusterRole", "exporter");
    const second = binding("audit", "ClusterRole", "collect-audit-logs");
    expect(bindRules([exporter, own, logCollector, second])).toEqual([
      {
        apiGroups: ["rbac.authorization.k8s.io"],
        resources: ["clusterroles"],
        resourceNames: ["collect-audit-logs", "collect-infrastructure-logs"],
        verbs: ["bind"],
      },
    ]);
  });

  test("D32 tell a role of a namespace from its namesake elsewhere", () => {
    const here = identity(rbacVersion, "Role", "reader", { namespace: "here", rules: [] });
    const rules = bindRules([here, binding("a", "Role", "reader", "here"), binding("b", "Role", "reader", "there")]);
    expect(rules).toEqual([expect.objectContaining({ resources: ["roles"], resourceNames: ["reader"] })]);
  });

  test("D32 are none where every bound role is an asset", () => {
    expect(bindRules([exporter, binding("exporter", "ClusterRole", "exporter")])).toEqual([]);
  });
});

describe("the ClusterRole", () => {
  const all = [swap, plugin, exporter, logCollector];

  test("D31 lets nothing be watched but what its assets' roles grant, and the lock of another run", () => {
    const [fixed, , dynamic] = roleSections(input(all));
    const watched = [fixed, dynamic]
      .flatMap((section) => section?.rules ?? [])
      .filter(({ verbs }) => verbs.includes("watch"));
    expect(watched).toEqual([
      expect.objectContaining({ resources: ["leases"], resourceNames: ["virt-platform-autopilot-reconcile"] }),
    ]);
  });

  test("limits the state and the lock of a run to their names", () => {
    for (const [resource, name] of [
      ["configmaps", "virt-platform-autopilot-state"],
      ["leases", "virt-platform-autopilot-reconcile"],
    ]) {
      const rules = staticRules.filter((rule) => "resources" in rule && rule.resources.includes(resource ?? ""));
      const unlimited = rules.filter((rule) => !("resourceNames" in rule));
      expect(unlimited.flatMap(({ verbs }) => verbs)).toEqual(["create"]);
      expect(rules).toContainEqual(expect.objectContaining({ resourceNames: [name] }));
    }
  });

  test("lets Events be created and counted up, and neither listed nor deleted", () => {
    expect([...new Set(verbsOn(staticRules, "events"))].toSorted()).toEqual(["create", "get", "patch"]);
  });

  test("is a manifest with all rules in their order, and a comment before each of three sections", () => {
    const text = clusterRoleText(input(all, [identity("v1", "ConfigMap", "old")]));
    expect(text).toMatch(/^# Generated by `fairlead baseline generate-rbac`/);
    expect(text.match(/^ {2}# \w+/gm)).toEqual(["  # Static", "  # Transitive", "  # Dynamic"]);
    expect(parse(text)).toEqual({
      apiVersion: rbacVersion,
      kind: "ClusterRole",
      metadata: { name: "virt-platform-autopilot-role" },
      rules: roleSections(input(all, [identity("v1", "ConfigMap", "old")])).flatMap(({ rules }) => rules),
    });
  });

  test("says of an empty section that there is nothing", () => {
    const text = clusterRoleText(input([swap]));
    expect(text).toContain("they bind. None here.\n");
    expect(parse(text).rules).toHaveLength(staticRules.length + 1);
  });

  test("B-12-77 is the same in every byte in whatever order the assets come", () => {
    const expected = clusterRoleText(input(all));
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (shuffled) => {
        expect(clusterRoleText(input(shuffled))).toBe(expected);
      }),
    );
  });
});

describe("a committed role", () => {
  const path = "rbac/baseline/cluster-role.yaml";
  const before = clusterRoleText(input([swap]));

  test("B-12-77 that is what the assets need is equal", () => {
    expect(verifyRole(before, clusterRoleText(input([swap])), path)).toEqual({ state: "equal" });
  });

  test("B-12-77 that lacks a new kind differs, and it is told how, and how to mend it", () => {
    const verified = verifyRole(before, clusterRoleText(input([swap, plugin])), path);
    expect(verified).toEqual({
      state: "different",
      diff: expect.stringContaining("+  - apiGroups: [observability.openshift.io]"),
      why: `${path} is not what the assets need`,
    });
  });

  test("B-12-77 that is not there differs", () => {
    expect(verifyRole(undefined, before, path)).toMatchObject({
      state: "different",
      why: expect.stringMatching(/^there is no rbac/),
    });
  });
});
