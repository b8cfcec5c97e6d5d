import { describe, expect, test } from "@jest/globals";
import { collectIdentities, flagMatrix } from "../../../steps/baseline/rbac/collect-identities.ts";
import type { Rendered } from "../../../steps/baseline/template/render-asset.ts";

interface Context {
  readonly gpu: boolean;
  readonly role: string;
}

const contexts: readonly Context[] = [
  { gpu: false, role: "worker" },
  { gpu: true, role: "worker" },
  { gpu: true, role: "master" },
];

function machineConfig(name: string): Rendered {
  return { state: "rendered", object: { apiVersion: "m.io/v1", kind: "MachineConfig", metadata: { name } } };
}

describe("the objects that assets can become", () => {
  test("are what they render in any context, each once", () => {
    const render = (_asset: { readonly name: string }, { gpu, role }: Context): Rendered =>
      gpu ? machineConfig(`90-${role}`) : { state: "not-applicable" };
    expect(collectIdentities([{ name: "gpu" }], [...contexts, ...contexts], render)).toEqual({
      state: "collected",
      identities: ["90-worker", "90-master"].map((name) => ({
        apiVersion: "m.io/v1",
        kind: "MachineConfig",
        name,
        namespace: "",
      })),
    });
  });

  test("have the rules of a role and the role of a binding, whatever is missing of them", () => {
    const object = (kind: string, more: object): Rendered => ({
      state: "rendered",
      object: { apiVersion: "rbac.authorization.k8s.io/v1", kind, metadata: { name: "x" }, ...more },
    });
    const rendered: Readonly<Record<string, Rendered>> = {
      role: object("ClusterRole", { rules: [{ apiGroups: [""], verbs: ["get"] }, "no rule"] }),
      binding: object("RoleBinding", { roleRef: { kind: "ClusterRole", name: "view" } }),
      broken: object("RoleBinding", { roleRef: "view" }),
    };
    const found = collectIdentities(
      Object.keys(rendered).map((name) => ({ name })),
      [undefined],
      ({ name }) => rendered[name] ?? { state: "not-applicable" },
    );
    const empty = { resources: [], resourceNames: [], nonResourceURLs: [] };
    expect(found.state === "collected" && found.identities).toEqual([
      expect.objectContaining({ kind: "ClusterRole", rules: [{ ...empty, apiGroups: [""], verbs: ["get"] }] }),
      expect.objectContaining({ kind: "RoleBinding", roleRef: { kind: "ClusterRole", name: "view" } }),
      expect.not.objectContaining({ roleRef: expect.anything() }),
    ]);
  });

  test("are not told while an asset renders in no context", () => {
    const assets = [{ name: "good" }, { name: "empty" }, { name: "broken" }];
    const render = ({ name }: { readonly name: string }, { gpu }: Context): Rendered => {
      if (name === "good") return machineConfig("x");
      return name === "broken" && gpu ? { state: "failed", reason: "no such name" } : { state: "not-applicable" };
    };
    expect(collectIdentities(assets, contexts, render)).toEqual({
      state: "incomplete",
      faults: [
        "empty renders no object in any of 3 contexts: it has nothing to say in any of them",
        "broken renders no object in any of 3 contexts: no such name",
      ],
    });
  });
});

test("a matrix of flags has each of them on alone and off alone, and all and none", () => {
  const matrix = flagMatrix(["a", "b", "c"]).map(({ a, b, c }) => [a, b, c].map(Number).join(""));
  expect(matrix).toEqual(["000", "111", "100", "010", "001", "011", "101", "110"]);
});
