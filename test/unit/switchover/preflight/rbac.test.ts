import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { acmVersion } from "../../../../steps/switchover/acm/acm-version.ts";
import { defaultNamespaces } from "../../../../steps/switchover/acm/namespaces.ts";
import type { SwitchoverPermission } from "../../../../steps/switchover/permissions.ts";
import { type AccessContext, accessQuestions } from "../../../../steps/switchover/preflight/access-requests.ts";
import { describeAccess, rbac } from "../../../../steps/switchover/preflight/checks/rbac.ts";
import type { AccessFinding } from "../../../../steps/switchover/preflight/observation.ts";
import { read } from "../../../../steps/switchover/preflight/reading.ts";
import type { PreflightSettings } from "../../../../steps/switchover/preflight/settings.ts";
import { down, forbidden, onPrimary, onSecondary } from "./observations.ts";
import { describeRules } from "./rule-table.ts";

const permission: SwitchoverPermission = {
  target: "primary",
  group: "cluster.open-cluster-management.io",
  resource: "managedclusters",
  verbs: ["list", "watch", "patch"],
  scope: "cluster",
  steps: ["primary-prep"],
  readOnly: false,
  reason: "a test",
};

function access(verb: string, outcome: AccessFinding["outcome"], changes: Partial<SwitchoverPermission> = {}) {
  const asked = { ...permission, ...changes };
  const request = { verb, group: asked.group, resource: asked.resource };
  return { permission: asked, request, outcome } satisfies AccessFinding;
}

const granted = access("list", "allowed");
const scale = access("patch", "denied", { group: "apps", resource: "statefulsets/scale" });

describeRules(rbac, [
  {
    given: "every permission granted",
    observed: onPrimary({ access: read([granted, granted]) }),
    finds: [["passed primary", "all 2 permissions of the operator role"], ["passed secondary"]],
  },
  {
    given: "A-02: a validation, which needs the validator role",
    settings: { mode: "validate" },
    finds: [["passed primary", "of the validator role"], ["passed secondary"]],
  },
  {
    given: "a dry run, which needs the validator role",
    settings: { dryRun: true },
    finds: [["passed primary", "of the validator role"], ["passed secondary"]],
  },
  {
    given: "A-84: one permission denied",
    observed: onPrimary({
      access: read([granted, { ...scale, request: { ...scale.request, namespace: "ons", name: "compact" } }]),
    }),
    finds: [
      [
        "critical primary",
        '1 permission of the operator role missing: patch statefulsets.apps/scale "compact" in namespace ons',
        "apply rbac/switchover/operator",
      ],
      ["passed secondary"],
    ],
  },
  {
    given: "a namespace in which nothing can be granted",
    observed: onSecondary({ access: read([access("get", "namespace-absent")]) }),
    finds: [["passed primary"], ["critical secondary", "(the namespace does not exist)"]],
  },
  {
    given: "only the watch of waits denied",
    observed: onPrimary({ access: read([granted, access("watch", "denied", { optional: "watch" })]) }),
    finds: [
      ["passed primary", "all 1 permissions"],
      ["warning primary", "waits will poll instead of watch: watch managedclusters", "grant the verb watch"],
      ["passed secondary"],
    ],
  },
  {
    given: "only the look at import tokens denied",
    observed: onPrimary({ access: read([granted, access("list", "denied", { optional: "tokens" })]) }),
    finds: [["passed primary"], ["passed secondary"]],
  },
  {
    given: "a hub that does not answer the question",
    observed: onPrimary({ access: forbidden }),
    finds: [["critical primary", "could not be checked", "grant it"], ["passed secondary"]],
  },
  {
    given: "the check switched off",
    observed: onPrimary({ access: forbidden }),
    settings: { skipRbacValidation: true },
    finds: [["skipped primary", "skip-rbac-validation"], ["skipped secondary"]],
  },
  { given: "a primary that is down", observed: down("primary"), finds: [["skipped primary"], ["passed secondary"]] },
]);

const everywhere = { acm: true, backup: true, observability: true, engine: true };

function questionsOf(
  context: Partial<AccessContext>,
  mode: "validate" | "switchover",
  dryRun = false,
  gitops: Partial<Pick<PreflightSettings, "argocdManage" | "fluxManage" | "skipGitopsCheck" | "oldHubAction">> = {},
): ReturnType<typeof accessQuestions> {
  const wanted = {
    argocdManage: false,
    fluxManage: false,
    skipGitopsCheck: false,
    disableObservability: false,
    ...gitops,
  };
  const hub = {
    hub: "primary",
    version: acmVersion("2.14.1"),
    exists: everywhere,
    argoCd: "none",
    flux: false,
    ...context,
  } as const;
  return accessQuestions(hub, {
    ...{ oldHubAction: "secondary", finalBackup: false, ...wanted },
    ...{ mode, dryRun, namespaces: defaultNamespaces },
  });
}

function asked(...of: Parameters<typeof questionsOf>): readonly string[] {
  return questionsOf(...of).map(({ request }) => describeAccess(request));
}

const writes = /^(create|update|patch|delete) (?!selfsubjectaccessreviews)/;

describe("the permissions that are asked for", () => {
  test("W-13 are those of Flux where it is to be paused and may be there, and only there", () => {
    const ofFlux = (flux: boolean | undefined, fluxManage: boolean) =>
      asked({ flux }, "switchover", false, { fluxManage }).filter((one) => one.includes("fluxcd"));
    expect(ofFlux(true, true)).toContain("patch kustomizations.kustomize.toolkit.fluxcd.io");
    expect(ofFlux(undefined, true)).toEqual(ofFlux(true, true));
    expect([...ofFlux(false, true), ...ofFlux(true, false)]).toEqual([]);
  });

  test("hold those of a removal where the old hub is to be removed, and only there", () => {
    const removes = "delete multiclusterhubs.operator.open-cluster-management.io in namespace open-cluster-management";
    const removing = { oldHubAction: "decommission" } as const;
    expect(asked({}, "switchover", false, removing)).toContain(removes);
    expect(asked({}, "switchover")).not.toContain(removes);
    expect(asked({}, "validate", false, removing)).not.toContain(removes);
    expect(asked({ hub: "secondary" }, "switchover", false, removing)).not.toContain(removes);
  });

  test("A-02: hold no write where nothing is written", () => {
    for (const hub of ["primary", "secondary"] as const) {
      expect(asked({ hub }, "validate").filter((line) => writes.test(line))).toEqual([]);
      expect(asked({ hub }, "switchover", true)).toEqual(asked({ hub }, "validate"));
      expect(asked({ hub }, "switchover")).toEqual(expect.arrayContaining([expect.stringMatching(writes)]));
    }
  });

  test("A-84: hold the scale of the compactor where the primary has observability", () => {
    const scaling = /^patch statefulsets\.apps\/scale/;
    expect(asked({}, "switchover")).toEqual(expect.arrayContaining([expect.stringMatching(scaling)]));
  });

  test("A-21: leave observability out on a hub that has none", () => {
    const exists = { ...everywhere, observability: false };
    for (const hub of ["primary", "secondary"] as const) {
      const lines = asked({ hub, exists }, "switchover");
      expect(lines.filter((line) => line.includes(defaultNamespaces.observability))).toEqual([]);
    }
  });

  test("leave the engine's namespace out only before ACM 2.14", () => {
    const exists = { ...everywhere, engine: false };
    const inEngine = (version: string) =>
      asked({ exists, version: acmVersion(version) }, "validate").filter((line) =>
        line.endsWith(defaultNamespaces.engine),
      ).length;
    expect(inEngine("2.13.4")).toBe(0);
    expect(inEngine("2.14.0")).toBeGreaterThan(0);
  });

  const ofArgoCd = (lines: readonly string[]) => lines.filter((line) => line.includes("argoproj.io"));

  test("hold nothing of Argo CD where it is not installed, and of its operator only where that is", () => {
    expect(ofArgoCd(asked({ argoCd: "none" }, "switchover", false, { argocdManage: true }))).toEqual([]);
    expect(ofArgoCd(asked({ argoCd: "vanilla" }, "switchover"))).toEqual(["list applications.argoproj.io"]);
    expect(ofArgoCd(asked({ argoCd: "operator" }, "switchover")).toSorted()).toEqual([
      "list applications.argoproj.io",
      "list argocds.argoproj.io",
    ]);
  });

  test("A-65: hold what Argo CD takes where it cannot be told whether it is installed", () => {
    expect(ofArgoCd(asked({ argoCd: "unknown" }, "validate"))).toEqual(
      expect.arrayContaining(["list applications.argoproj.io"]),
    );
  });

  test("hold the patch of Applications only where the switchover pauses them", () => {
    const lines = (argocdManage: boolean, dryRun = false) =>
      asked({ argoCd: "vanilla" }, "switchover", dryRun, { argocdManage });
    expect(lines(true)).toContain("patch applications.argoproj.io");
    expect(lines(true, true)).not.toContain("patch applications.argoproj.io");
    expect(lines(false)).not.toContain("patch applications.argoproj.io");
  });

  test("hold nothing of GitOps where that is not looked at", () => {
    const lines = asked({ argoCd: "operator" }, "switchover", false, { skipGitopsCheck: true });
    expect(ofArgoCd(lines)).toEqual([]);
  });

  test("hold definitions as required where GitOps is looked at, and else as something that the version stands in for", () => {
    const ofDefinitions = (skipGitopsCheck: boolean) =>
      questionsOf({}, "switchover", false, { skipGitopsCheck })
        .filter(({ request }) => request.resource === "customresourcedefinitions")
        .map(({ permission: { optional } }) => optional);
    expect(ofDefinitions(false)).toEqual([undefined]);
    expect(ofDefinitions(true)).toEqual(["definitions"]);
  });

  test("K-39 are each asked once, on whatever hub", () => {
    const maybe = fc.option(fc.boolean(), { nil: undefined });
    const context = fc.record({
      hub: fc.constantFrom("primary" as const, "secondary" as const),
      version: fc.constantFrom("2.11.0", "2.14.0", "?").map(acmVersion),
      exists: fc.record({ acm: maybe, backup: maybe, observability: maybe, engine: maybe }),
      argoCd: fc.constantFrom("none" as const, "operator" as const, "vanilla" as const, "unknown" as const),
    });
    fc.assert(
      fc.property(context, fc.constantFrom("validate" as const, "switchover" as const), (hub, mode) => {
        const lines = asked(hub, mode);
        expect(new Set(lines).size).toBe(lines.length);
      }),
    );
  });
});
