import { describe, expect, test } from "@jest/globals";
import type { ApplicationSummary } from "../../../../steps/switchover/argocd/application.ts";
import { describeMarked, gitopsMarkers } from "../../../../steps/switchover/argocd/gitops-markers.ts";
import { gitops } from "../../../../steps/switchover/preflight/checks/gitops.ts";
import type { ArgoInstallation } from "../../../../steps/switchover/preflight/observation.ts";
import { read } from "../../../../steps/switchover/preflight/reading.ts";
import { absent, down, forbidden, onPrimary, onSecondary } from "./observations.ts";
import { describeRules } from "./rule-table.ts";

function application(name: string, automated: boolean): ApplicationSummary {
  return {
    hub: "primary",
    namespace: "gitops",
    name,
    resourceVersion: "1",
    syncPolicy: automated ? { automated: {} } : null,
    automated,
    syncing: false,
    acmResources: 2,
    touchesAcm: true,
  };
}

const installed = (...applications: readonly ApplicationSummary[]): ArgoInstallation => ({
  install: "operator",
  instances: ["openshift-gitops/openshift-gitops"],
  applications: read(applications),
});

const clean = ["passed primary", "nothing carries a mark"] as const;
const none = ["passed primary", "Argo CD is not installed"] as const;
const other = [["passed secondary"], ["passed secondary"]] as const;

describeRules(gitops, [
  { given: "hubs without any GitOps", finds: [clean, none, ...other] },
  {
    given: "A-64: a schedule with a mark that many tools set",
    observed: onPrimary({
      gitops: [read([]), read([{ kind: "BackupSchedule", object: "b/s", markers: ["app.kubernetes.io/instance"] }])],
    }),
    finds: [
      [
        "warning primary",
        "1 resource may be kept by GitOps: BackupSchedule: b/s (app.kubernetes.io/instance, UNRELIABLE)",
      ],
      none,
      ...other,
    ],
  },
  {
    given: "a MultiClusterHub of Flux",
    observed: onPrimary({
      gitops: [read([{ kind: "MultiClusterHub", object: "acm/hub", markers: ["kustomize.toolkit.fluxcd.io/name"] }])],
    }),
    finds: [
      [
        "warning primary",
        "MultiClusterHub: acm/hub",
        "give flux-manage, which suspends the Kustomizations and HelmReleases",
      ],
      none,
      ...other,
    ],
  },
  {
    given: "a MultiClusterHub of Flux that the switchover pauses",
    observed: onPrimary({
      gitops: [read([{ kind: "MultiClusterHub", object: "acm/hub", markers: ["kustomize.toolkit.fluxcd.io/name"] }])],
    }),
    settings: { fluxManage: true },
    finds: [["passed primary", "will be paused with Flux: 1 resource"], none, ...other],
  },
  {
    given: "a kind that cannot be read",
    observed: onPrimary({ gitops: [read([]), forbidden] }),
    finds: [["warning primary", "could not be checked", "grant it"], none, ...other],
  },
  {
    given: "A-65: a definition of Applications that cannot be read",
    observed: onPrimary({ argoCd: forbidden }),
    finds: [clean, ["warning primary", "cannot determine whether Argo CD is installed", "grant it"], ...other],
  },
  {
    given: "Applications that cannot be read",
    observed: onPrimary({ argoCd: read({ install: "vanilla", instances: [], applications: forbidden }) }),
    finds: [clean, ["warning primary", "could not be checked", "grant it"], ...other],
  },
  {
    given: "definitions that went away meanwhile",
    observed: onPrimary({ argoCd: read({ install: "vanilla", instances: [], applications: absent("Application") }) }),
    finds: [clean, none, ...other],
  },
  {
    given: "Applications that sync by themselves",
    observed: onSecondary({ argoCd: read(installed(application("acm", true), application("policies", false))) }),
    finds: [
      clean,
      none,
      ["passed secondary"],
      [
        "warning secondary",
        "1 Application of Argo CD (operator: openshift-gitops/openshift-gitops) that touch ACM and sync by themselves: gitops/acm (2 resources of ACM)",
        "give argocd-manage",
      ],
    ],
  },
  {
    given: "Applications that the switchover pauses",
    observed: onPrimary({ argoCd: read(installed(application("acm", true))) }),
    settings: { argocdManage: true },
    finds: [clean, ["passed primary", "will be paused: 1 Application"], ...other],
  },
  {
    given: "Applications that are paused and that something else makes",
    observed: onPrimary({
      argoCd: read(
        installed(
          { ...application("acm", true), madeBy: { kind: "ApplicationSet", name: "fleet" } },
          { ...application("hub", true), madeBy: { kind: "Application", name: "apps" } },
          { ...application("off", false), madeBy: { kind: "Application", name: "apps" } },
          application("own", true),
        ),
      ),
    }),
    settings: { argocdManage: true },
    finds: [
      clean,
      ["passed primary", "will be paused: 3 Applications"],
      [
        "warning primary",
        "2 Applications of Argo CD may be turned on again by what makes them: gitops/acm (ApplicationSet fleet), gitops/hub (Application apps)",
        "ignoreApplicationDifferences",
      ],
      ...other,
    ],
  },
  {
    given: "Applications none of which syncs by itself",
    observed: onPrimary({ argoCd: read(installed(application("acm", false))) }),
    finds: [clean, ["passed primary", "none of which syncs by itself"], ...other],
  },
  {
    given: "the check switched off",
    observed: onPrimary({ argoCd: forbidden }),
    settings: { skipGitopsCheck: true },
    finds: [["skipped primary", "skip-gitops-check"], ["skipped secondary"]],
  },
  {
    given: "a primary that is down",
    observed: down("primary"),
    finds: [["skipped primary"], ...other],
  },
]);

describe("a mark of a GitOps tool", () => {
  const marksOf = (labels: Readonly<Record<string, string>>) => gitopsMarkers({ name: "x", labels });

  test.each([
    ["argocd.argoproj.io/instance", "acm"],
    ["argocd.argoproj.io/tracking-id", "acm:x"],
    ["app.kubernetes.io/instance", "acm"],
    ["app.kubernetes.io/managed-by", "ArgoCD"],
    ["app.kubernetes.io/managed-by", "fluxcd"],
    ["fluxcd.io/sync", "x"],
    ["Kustomize.Toolkit.FluxCD.io/name", "x"],
  ])("is %s: %s", (key, value) => {
    expect(marksOf({ [key]: value })).toEqual([key]);
  });

  test.each([
    ["rollouts.argoproj.io/x", "y"],
    ["my-argocd-thing", "y"],
    ["app.kubernetes.io/managed-by", "helm"],
    ["app.kubernetes.io/managed-by", "argocd-operator"],
    ["notfluxcd.io/x", "y"],
    ["fluxcd.io", "y"],
  ])("A-64: is not %s: %s", (key, value) => {
    expect(marksOf({ [key]: value })).toEqual([]);
  });

  test("counts once, whether label or annotation", () => {
    const key = "argocd.argoproj.io/instance";
    expect(gitopsMarkers({ name: "x", labels: { [key]: "a" }, annotations: { [key]: "b" } })).toEqual([key]);
  });

  test("is told of ten objects of a kind, of the others only how many", () => {
    const objects = Array.from({ length: 13 }, (_, index) => ({ kind: "Policy", object: `p${index}`, markers: ["m"] }));
    const [line = ""] = describeMarked(objects);
    expect(line).toMatch(/^Policy: p0 \(m\), .*, p9 \(m\) and 3 more$/);
  });
});
