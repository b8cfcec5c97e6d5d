import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { installArgoCd, readApplication, seedApplication } from "../../support/hubs/argo-cd.ts";
import { accountFolder, installRole } from "./support/accounts.ts";
import { type Judged, PreflightBench } from "./support/preflight-bench.ts";

// One pair for all of it. Each test leaves it as it was, except that Argo CD, once there, stays.
let bench: PreflightBench;

beforeAll(async () => {
  bench = await PreflightBench.open();
}, 240_000);

afterEach(() => bench.restore());
afterAll(() => bench?.close());

const schedule = { of: "backupschedules", name: "acm-hub-backup" };

/** What the check says of each hub, and how. */
function gitops({ checks }: Judged): readonly string[] {
  return checks
    .filter(({ id }) => id === "gitops")
    .map(({ hub, result, severity, message }) => `${result === "failed" ? severity : result} ${hub}: ${message}`);
}

/** The validator's account on the primary, without the leave to look whether a kind is there. */
async function withoutDefinitions(): Promise<string> {
  const { primary } = bench.pair;
  await installRole(primary, "validator", ["base", "import-tokens"]);
  const name = "acm-switchover-validator";
  const { rules } = JSON.parse(await primary.kubectl(["get", "clusterrole", name, "-o", "json"]));
  const kept = rules.filter(
    ({ resources }: { readonly resources: readonly string[] }) => !resources.includes("customresourcedefinitions"),
  );
  expect(kept).toHaveLength(rules.length - 1);
  await primary.kubectl(["patch", "clusterrole", name, "--type=merge", "-p", JSON.stringify({ rules: kept })]);
  return await accountFolder(primary, "validator", bench.pair.folder);
}

describe("a validation of hubs that GitOps may keep", () => {
  test("A-64: names the mark that many tools set as unreliable, and no mark of other tools", async () => {
    await bench.patch("primary", schedule, {
      metadata: {
        labels: {
          "rollouts.argoproj.io/x": "1",
          "app.kubernetes.io/managed-by": "helm",
          "app.kubernetes.io/instance": "hub",
        },
      },
    });
    const validation = await bench.judge();
    expect({ exitCode: validation.exitCode, gitops: gitops(validation) }).toEqual({
      exitCode: 0,
      gitops: [
        "warning primary: 1 resource may be kept by GitOps: BackupSchedule: open-cluster-management-backup/acm-hub-backup (app.kubernetes.io/instance, UNRELIABLE)",
        "passed primary: Argo CD is not installed",
        "passed secondary: nothing carries a mark of a GitOps tool",
        "passed secondary: Argo CD is not installed",
      ],
    });
  });

  test("finds the marks of Flux on what leads to the fleet, on either hub", async () => {
    const flux = { metadata: { labels: { "kustomize.toolkit.fluxcd.io/name": "hub" } } };
    const acm = "open-cluster-management";
    await bench.patch("secondary", { of: "multiclusterhubs", name: "multiclusterhub", namespace: acm }, flux);
    await bench.patch(
      "secondary",
      { of: "restores.cluster.open-cluster-management.io", name: "restore-acm-passive-sync" },
      flux,
    );
    const validation = await bench.judge();
    expect(gitops(validation)[2]).toBe(
      `warning secondary: 2 resources may be kept by GitOps: MultiClusterHub: ${acm}/multiclusterhub (kustomize.toolkit.fluxcd.io/name); Restore: ${acm}-backup/restore-acm-passive-sync (kustomize.toolkit.fluxcd.io/name)`,
    );
    expect(validation.checks.find(({ message }) => message.includes("MultiClusterHub:"))?.remediation).toContain(
      "give flux-manage, which suspends the Kustomizations and HelmReleases of Flux that own them",
    );
  });

  test("looks at nothing of it with skip-gitops-check", async () => {
    expect(gitops(await bench.judge(["--skip-gitops-check", "true"]))).toEqual([
      "skipped primary: skipped by skip-gitops-check",
      "skipped secondary: skipped by skip-gitops-check",
    ]);
  });

  test("A-65 / K-33: says that it cannot determine whether Argo CD is there where it may not look; rbac names the leave", async () => {
    const primary = await withoutDefinitions();
    const validation = await bench.judge([], { primary });
    expect(gitops(validation)[1]).toMatch(
      /^warning primary: cannot determine whether Argo CD is installed: .*forbidden/i,
    );
    expect(validation.stdout).not.toContain("primary: Argo CD is not installed");
    expect(validation.critical).toEqual([
      expect.stringContaining("get customresourcedefinitions.apiextensions.k8s.io; list applications.argoproj.io"),
    ]);
  });
});

describe("a validation of hubs with Argo CD", () => {
  const application = { namespace: "gitops", name: "acm", syncPolicy: { automated: {} } };

  beforeAll(async () => {
    await installArgoCd(bench.pair.primary);
    await installArgoCd(bench.pair.secondary, "vanilla");
    await seedApplication(bench.pair.primary, application);
    const instance = {
      apiVersion: "argoproj.io/v1beta1",
      kind: "ArgoCD",
      metadata: { name: "openshift-gitops", namespace: "gitops" },
    };
    await bench.pair.primary.kubectl(["apply", "-f", "-"], JSON.stringify(instance));
  });

  const found =
    "1 Application of Argo CD (operator: gitops/openshift-gitops) that touch ACM and sync by themselves: gitops/acm (1 resource of ACM)";

  test("K-29 warns of Applications that touch ACM and sync by themselves, with an empty policy, too", async () => {
    const validation = await bench.judge();
    expect({ exitCode: validation.exitCode, gitops: gitops(validation) }).toMatchObject({
      exitCode: 0,
      gitops: [
        expect.anything(),
        `warning primary: ${found}`,
        expect.anything(),
        "passed secondary: 0 Applications of Argo CD (vanilla) that touch ACM, none of which syncs by itself",
      ],
    });
  });

  test("ignores argocd-manage and says so; the check before a switchover passes with it", async () => {
    const before = await readApplication(bench.pair.primary, application);
    const validation = await bench.judge(["--argocd-manage", "true"]);
    expect(gitops(validation)[1]).toBe(`warning primary: ${found}`);
    expect(validation.stderr).toContain("argocd-manage is ignored");
    const switchover = await bench.judge(["--mode", "switchover", "--argocd-manage", "true"]);
    expect(gitops(switchover)[1]).toBe(`passed primary: will be paused: ${found}`);
    expect(await readApplication(bench.pair.primary, application)).toEqual(before);
  });

  test("demands the part argocd of the role, and no hand on Applications", async () => {
    await installRole(bench.pair.primary, "validator", ["base", "import-tokens"]);
    const primary = await accountFolder(bench.pair.primary, "validator", bench.pair.folder);
    const without = await bench.judge([], { primary });
    expect(without.critical).toEqual([
      expect.stringContaining("missing: list applications.argoproj.io; list argocds.argoproj.io"),
    ]);
    await installRole(bench.pair.primary, "validator", ["argocd"]);
    expect((await bench.judge([], { primary })).critical).toEqual([]);
    const user = "system:serviceaccount:acm-switchover:acm-switchover-validator";
    const may = bench.pair.primary.kubectl(["auth", "can-i", "patch", "applications.argoproj.io", "-A", "--as", user]);
    await expect(may).rejects.toThrow();
  });
});
