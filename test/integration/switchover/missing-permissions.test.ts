import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { systemClock } from "../../../steps/lib/clock/system-clock.ts";
import type { KubeClient, Resource } from "../../../steps/lib/kube/types.ts";
import { defaultNamespaces } from "../../../steps/switchover/acm/namespaces.ts";
import { type SwitchoverPermission, switchoverPermissions } from "../../../steps/switchover/permissions.ts";
import { rbac } from "../../../steps/switchover/preflight/checks/rbac.ts";
import { observe } from "../../../steps/switchover/preflight/observe.ts";
import type { PreflightSettings } from "../../../steps/switchover/preflight/settings.ts";
import { type ApiServers, startApiServers } from "../../support/api-servers.ts";
import { installArgoCd } from "../../support/hubs/argo-cd.ts";
import { installFlux } from "../../support/hubs/flux.ts";
import { open, signal } from "../lib/kube/test-client.ts";
import { accountFolder, grantNothingToAll, installRole } from "./support/accounts.ts";
import { type Grant, grantsOf, rolesOf, rulesWithout } from "./support/role-manifests.ts";

const roleResources: Readonly<Record<"Role" | "ClusterRole", Resource>> = {
  Role: rbacResource("roles", "Role", "namespaced"),
  ClusterRole: rbacResource("clusterroles", "ClusterRole", "cluster"),
};

function rbacResource(plural: string, kind: string, scope: Resource["scope"]): Resource {
  return { group: "rbac.authorization.k8s.io", version: "v1", plural, kind, scope };
}

const settings: PreflightSettings = {
  mode: "switchover",
  dryRun: false,
  method: "passive",
  activationMethod: "patch",
  oldHubAction: "secondary",
  versionPolicy: "exact",
  allowPartialBackup: false,
  skipRbacValidation: false,
  skipObservabilityChecks: false,
  manageAutoImportStrategy: false,
  strictHealth: false,
  disableObservability: true,
  finalBackup: true,
  argocdManage: true,
  fluxManage: true,
  skipGitopsCheck: false,
  namespaces: defaultNamespaces,
  waits: { backupInProgress: 0, backupPoll: 1, backupSync: 0, storageGrace: 0, backupMaxAge: 600 },
  savedSchedules: [],
  scope: "full",
};

/** One server serves as both hubs: the check asks each for what that hub needs. */
let servers: ApiServers;
let folder: string;
let admin: KubeClient;
let operator: KubeClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fairlead-permissions-"));
  servers = await startApiServers(["primary"]);
  const hub = servers.server("primary");
  for (const namespace of Object.values(defaultNamespaces)) await hub.kubectl(["create", "namespace", namespace]);
  await installRole(hub, "operator", ["base", "observability", "import-tokens", "argocd", "flux"]);
  await installArgoCd(hub);
  await installFlux(hub);
  await grantNothingToAll(hub);
  admin = (await open(hub.kubeconfig())).client;
  operator = (await open(join(await accountFolder(hub, "operator", folder), "kubeconfig"))).client;
}, 240_000);

afterAll(async () => {
  await Promise.all([admin?.close(), operator?.close()]);
  await servers?.stop();
  await rm(folder, { recursive: true, force: true });
});

function isGrantOf(permission: SwitchoverPermission, grant: Grant): boolean {
  const { scope } = permission;
  return (
    permission.group === grant.group &&
    permission.resource === grant.resource &&
    permission.verbs.includes(grant.verb) &&
    (scope === "cluster" ? undefined : defaultNamespaces[scope.namespace]) === grant.namespace
  );
}

/** `patch statefulsets.apps/scale in namespace open-cluster-management-observability` */
function inWords({ verb, group, resource, namespace, name }: Grant): string {
  const [plural, subresource] = resource.split("/");
  const kind = `${plural}${group === "" ? "" : `.${group}`}${subresource === undefined ? "" : `/${subresource}`}`;
  return `${verb} ${kind}${name === undefined ? "" : ` "${name}"`}${namespace === undefined ? "" : ` in namespace ${namespace}`}`;
}

/** Whether the API server grants it now; rules take effect a moment after they are written. */
async function isGranted({ verb, group, resource, namespace, name }: Grant): Promise<boolean> {
  const request = { verb, group, resource, ...(namespace && { namespace }), ...(name && { name }) };
  try {
    return (await operator.reviewAccess([request], { signal })).every(({ allowed }) => allowed);
  } catch (error) {
    if (resource === "selfsubjectaccessreviews") return false;
    throw error;
  }
}

async function writeRules(grant: Grant, rules: Grant["role"]["rules"], granted: boolean): Promise<void> {
  const { kind, metadata } = grant.role;
  await admin.mergePatch(roleResources[kind], metadata, { rules }, { signal });
  const deadline = performance.now() + 30_000;
  while ((await isGranted(grant)) !== granted) {
    if (performance.now() > deadline) throw new Error(`the API server does not take over the rules of ${kind}`);
    await pause(10);
  }
}

/** What the check `rbac` says of each hub, in a few words. */
async function verdicts(): Promise<Readonly<Record<string, readonly string[]>>> {
  const clients = { primary: operator, secondary: operator };
  const observation = await observe({
    clients,
    settings,
    sharedUsers: { state: "read", value: [] },
    clock: systemClock,
    signal,
  });
  const findings = rbac.evaluate(observation, settings, undefined);
  const of = (hub: string): readonly string[] =>
    findings
      .filter((finding) => finding.hub === hub)
      .map(({ result, severity, message }) => (result === "passed" ? result : `${severity}: ${message}`));
  return { primary: of("primary"), secondary: of("secondary") };
}

/** What it should say of a hub that lacks the grant. */
function expected(target: SwitchoverPermission["target"], grant: Grant): readonly unknown[] {
  const needed = switchoverPermissions.filter(
    (permission) => permission.target === target && isGrantOf(permission, grant),
  );
  if (grant.resource === "selfsubjectaccessreviews") {
    return [expect.stringMatching(/^critical: could not be checked: create .*SelfSubjectAccessReview.* is forbidden/i)];
  }
  if (needed.some(({ optional }) => optional === undefined)) {
    return [`critical: 1 permission of the operator role missing: ${inWords(grant)}`];
  }
  return needed.some(({ optional }) => optional === "watch")
    ? ["passed", `warning: waits will poll instead of watch: ${inWords(grant)}`]
    : ["passed"];
}

describe("the check of permissions, under the operator's account", () => {
  // The part klusterlets, which may read every Secret, is not installed: no other grant of Secrets could be missing.
  const grants = grantsOf(rolesOf("operator").filter(({ metadata }) => !metadata.name.endsWith("-klusterlets")));

  test("passes on both hubs with the roles as they are committed", async () => {
    expect(await verdicts()).toEqual({ primary: ["passed"], secondary: ["passed"] });
  });

  test.each(grants.map((grant) => [inWords(grant), grant] as const))(
    "names what is missing, on the hub that needs it, without: %s",
    async (_words, grant) => {
      await writeRules(grant, rulesWithout(grant), false);
      try {
        expect(await verdicts()).toEqual({
          primary: expected("primary", grant),
          secondary: expected("secondary", grant),
        });
      } finally {
        await writeRules(grant, grant.role.rules, true);
      }
    },
  );
});
