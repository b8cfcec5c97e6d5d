import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { defaultNamespaces } from "../../../steps/switchover/acm/namespaces.ts";
import { type ApiServers, startApiServers, type TestApiServer } from "../../support/api-servers.ts";
import { accountFolder, grantNothingToAll, installRole, rolesFolder } from "./support/accounts.ts";
import { switchover } from "./support/program.ts";
import type { Ended } from "./support/switchover-bench.ts";

let servers: ApiServers;
let hub: TestApiServer;
/** A hub without observability. */
let plain: TestApiServer;
let folder: string;
let operator: Readonly<Record<"primary" | "secondary", string>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fairlead-rbac-check-"));
  servers = await startApiServers(["primary", "secondary"]);
  hub = servers.server("primary");
  plain = servers.server("secondary");
  const { observability, ...required } = defaultNamespaces;
  for (const server of [hub, plain]) {
    for (const namespace of Object.values(required)) await server.kubectl(["create", "namespace", namespace]);
  }
  await hub.kubectl(["create", "namespace", observability]);
  await installRole(hub, "operator", ["base", "observability"]);
  await installRole(hub, "validator", ["base", "observability", "import-tokens", "argocd"]);
  await installRole(plain, "operator", ["base"]);
  await Promise.all([grantNothingToAll(hub), grantNothingToAll(plain)]);
  operator = {
    primary: await accountFolder(hub, "operator", folder),
    secondary: await accountFolder(plain, "operator", folder),
  };
}, 240_000);

afterAll(async () => {
  await servers?.stop();
  await rm(folder, { recursive: true, force: true });
});

function check(args: readonly string[]): Promise<Ended> {
  return switchover(["rbac-check", "--output", "json", "--log-format", "json", ...args]);
}

const onPrimary = (path: string): readonly string[] => ["--workspace", `primary-kubeconfig=${path}`];
const onBoth = (): readonly string[] => [
  ...onPrimary(operator.primary),
  "--workspace",
  `secondary-kubeconfig=${operator.secondary}`,
];

describe("given the roles as they are committed", () => {
  test("both hubs pass, exit 0: without observability its permissions are not asked for", async () => {
    const { exitCode, stdout } = await check(onBoth());
    const tokens = { scope: "cluster", permissions: ["get secrets", "list secrets"] };
    expect(JSON.parse(stdout)).toMatchObject({
      passed: true,
      clusters: [
        { cluster: "primary", server: hub.url, status: "granted", missing: [], optionalMissing: [tokens] },
        { cluster: "secondary", server: plain.url, status: "granted", missing: [], optionalMissing: [tokens] },
      ],
    });
    expect(exitCode).toBe(0);
  });

  test("the validator passes as validator, and lacks the writes as operator", async () => {
    const validator = onPrimary(await accountFolder(hub, "validator", folder));
    expect((await check(["--role", "validator", ...validator])).exitCode).toBe(0);
    const asOperator = await check(validator);
    expect(asOperator.exitCode).toBe(3);
    const [{ missing }] = JSON.parse(asOperator.stdout).clusters;
    expect(missing).toContainEqual({
      scope: "cluster",
      permissions: [
        "delete multiclusterobservabilities.observability.open-cluster-management.io",
        "patch managedclusters.cluster.open-cluster-management.io",
      ],
    });
  });

  test("a report is left in the output workspace", async () => {
    const output = join(folder, "output");
    await mkdir(output);
    const { stdout } = await check([...onBoth(), "--workspace", `output=${output}`]);
    expect(JSON.parse(await readFile(join(output, "rbac-check.json"), "utf8"))).toEqual(JSON.parse(stdout));
  });
});

describe("given a role that lacks one permission", () => {
  test("A-84 that very one is listed, exit 3; without observability it is not asked for", async () => {
    const role = ["-n", defaultNamespaces.observability, "role", "acm-switchover-operator"] as const;
    const [flag, namespace, kind, name] = role;
    const rules = JSON.parse(await hub.kubectl([flag, namespace, "get", kind, name, "-o", "json"])).rules;
    const kept = rules.filter(
      ({ resources }: { readonly resources: readonly string[] }) => !resources.includes("statefulsets/scale"),
    );
    const patch = (wanted: unknown) =>
      hub.kubectl([flag, namespace, "patch", kind, name, "--type=merge", "-p", JSON.stringify({ rules: wanted })]);
    await patch(kept);
    try {
      const { exitCode, stdout, stderr } = await check(onPrimary(operator.primary));
      expect(JSON.parse(stdout).clusters[0].missing).toEqual([
        { scope: defaultNamespaces.observability, permissions: ["patch statefulsets.apps/scale"] },
      ]);
      expect(exitCode).toBe(3);
      expect(stderr).toContain("apply rbac/switchover/operator on this hub");
      expect((await check(["--skip-observability", "true", ...onPrimary(operator.primary)])).exitCode).toBe(0);
    } finally {
      await patch(rules);
    }
  });
});

describe("the extension that removes a hub", () => {
  const wanted = ["--include-decommission", "true"];

  test("is missing until it is applied, and asked for on the old hub only", async () => {
    const before = await check([...wanted, ...onBoth()]);
    expect(before.exitCode).toBe(3);
    expect(JSON.parse(before.stdout).clusters).toMatchObject([
      { status: "missing", remediation: ["apply rbac/switchover/decommission on this hub"] },
      { status: "granted" },
    ]);
    await hub.kubectl(["apply", "-k", join(rolesFolder, "decommission")]);
    expect((await check([...wanted, ...onBoth()])).exitCode).toBe(0);
  });

  test.each([
    ["role validator", ["--role", "validator"]],
    ["a managed cluster", ["--managed-cluster", "true"]],
  ])("does not go with %s: exit 2, and nobody is asked", async (_words, args) => {
    const gone = onPrimary(join(folder, "nowhere"));
    await mkdir(join(folder, "nowhere"), { recursive: true });
    const { exitCode, stderr } = await check([...wanted, ...args, ...gone]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("SW-RBC-02");
  });
});

test("a managed cluster is asked in the namespace of its klusterlet alone", async () => {
  const { exitCode, stdout } = await check(["--managed-cluster", "true", ...onPrimary(operator.primary)]);
  expect(exitCode).toBe(3);
  const [{ missing }] = JSON.parse(stdout).clusters;
  expect(missing).toEqual([
    {
      scope: "open-cluster-management-agent",
      permissions: [
        "create secrets",
        'get deployments.apps "klusterlet"',
        'get secrets "bootstrap-hub-kubeconfig"',
        'get secrets "hub-kubeconfig-secret"',
        'patch deployments.apps "klusterlet"',
        'update secrets "bootstrap-hub-kubeconfig"',
      ],
    },
  ]);
});

test("an account that may not even ask fails the check with a reason of its own", async () => {
  await plain.kubectl(["delete", "clusterrolebinding", "acm-switchover-operator"]);
  const { exitCode, stdout } = await check(onBoth());
  expect(exitCode).toBe(3);
  expect(JSON.parse(stdout).clusters).toMatchObject([
    { status: "granted" },
    { status: "unknown", why: expect.stringMatching(/SelfSubjectAccessReview/i) },
  ]);
});
