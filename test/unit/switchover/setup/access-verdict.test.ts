import { describe, expect, test } from "@jest/globals";
import {
  type AskedPermission,
  accessSentence,
  accessTable,
  allGranted,
  judgeAccess,
  unknownAccess,
} from "../../../../steps/switchover/rbac-check/access-verdict.ts";

const hub = { name: "primary", server: "https://hub:6443" };
const operator = { role: "operator", includeDecommission: false, managedCluster: false } as const;

const list: AskedPermission = {
  request: { verb: "list", group: "velero.io", resource: "backups", namespace: "backup" },
  outcome: "allowed",
};
const scale: AskedPermission = {
  request: { verb: "patch", group: "apps", resource: "statefulsets/scale", namespace: "metrics" },
  outcome: "denied",
};
const nodes: AskedPermission = { request: { verb: "list", group: "", resource: "nodes" }, outcome: "denied" };
const watching: AskedPermission = {
  request: { verb: "watch", group: "velero.io", resource: "backups", namespace: "backup" },
  optional: "watch",
  outcome: "denied",
};

describe("a cluster that grants what is required", () => {
  const judged = judgeAccess(hub, [list, watching], operator);

  test("passes, and tells what it could grant beside", () => {
    expect(judged).toMatchObject({
      status: "granted",
      asked: 2,
      granted: 1,
      missing: [],
      optionalMissing: [{ scope: "backup", permissions: ["watch backups.velero.io"] }],
      remediation: [],
    });
    expect(allGranted([judged])).toBe(true);
    expect(accessSentence([judged], "operator")).toBe(
      "role operator, primary: 1 of 2 permissions granted, a run works without the rest",
    );
  });
});

describe("a cluster that does not", () => {
  const judged = judgeAccess(hub, [list, scale, nodes], operator);

  test("A-84 has the exact permissions listed by scope", () => {
    expect(judged.missing).toEqual([
      { scope: "metrics", permissions: ["patch statefulsets.apps/scale"] },
      { scope: "cluster", permissions: ["list nodes"] },
    ]);
    expect(accessSentence([judged], "operator")).toBe("role operator, primary: 2 of 3 permissions missing");
    expect(allGranted([judged])).toBe(false);
  });

  test("is told which role to apply", () => {
    expect(judged.remediation).toEqual([expect.stringContaining("apply rbac/switchover/operator on this hub")]);
  });

  test("has a line for each in the table, and the remedy below", () => {
    expect(accessTable([judged]).rows).toEqual([
      ["MISSING", "primary", "metrics", "patch statefulsets.apps/scale"],
      ["MISSING", "primary", "cluster", "list nodes"],
      ["", "", "", expect.stringMatching(/^fix: apply rbac/)],
    ]);
  });
});

test("a namespace that does not exist is the remedy, not the role", () => {
  const absent: AskedPermission = { ...list, outcome: "namespace-absent" };
  const judged = judgeAccess(hub, [absent], operator);
  expect(judged.missing).toEqual([
    { scope: "backup", permissions: ["list backups.velero.io (the namespace does not exist)"] },
  ]);
  expect(judged.remediation).toEqual([expect.stringMatching(/^create backup by installing/)]);
});

test("what only a decommission takes has a remedy of its own", () => {
  const removal: AskedPermission = {
    request: { verb: "delete", group: "cluster.open-cluster-management.io", resource: "managedclusters" },
    outcome: "denied",
  };
  const judged = judgeAccess(hub, [removal], { ...operator, includeDecommission: true });
  expect(judged.remediation).toEqual(["apply rbac/switchover/decommission on this hub"]);
});

test("a cluster that could not be asked fails the check, with the reason", () => {
  const unknown = unknownAccess(hub, { what: "no answer", why: "refused", fix: "start it" });
  expect(allGranted([unknown])).toBe(false);
  expect(accessTable([unknown]).rows).toEqual([
    ["FAILED", "primary", "", "no answer: refused"],
    ["", "", "", "fix: start it"],
  ]);
});
