import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { defaultNamespaces } from "../../../steps/switchover/acm/namespaces.ts";
import { setupPermissions } from "../../../steps/switchover/setup/permissions.ts";
import type { SetupDocument } from "../../../steps/switchover/setup/setup-document.ts";
import { type ApiServers, startApiServers, type TestApiServer } from "../../support/api-servers.ts";
import { installArgoCd } from "../../support/hubs/argo-cd.ts";
import { grantNothingToAll } from "./support/accounts.ts";
import { switchover } from "./support/program.ts";
import type { Ended } from "./support/switchover-bench.ts";

const { observability, ...required } = defaultNamespaces;
const files = ["primary-acm-switchover-operator.kubeconfig", "primary-acm-switchover-validator.kubeconfig"];

let servers: ApiServers;
/** A hub without observability. */
let hub: TestApiServer;
/** No hub at all. */
let bare: TestApiServer;
let folder: string;
let output: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fairlead-setup-"));
  output = join(folder, "output");
  await mkdir(output);
  servers = await startApiServers(["primary", "secondary"]);
  hub = servers.server("primary");
  bare = servers.server("secondary");
  for (const namespace of Object.values(required)) await hub.kubectl(["create", "namespace", namespace]);
  await grantNothingToAll(hub);
}, 240_000);

afterAll(async () => {
  await servers?.stop();
  await rm(folder, { recursive: true, force: true });
});

function setup(server: TestApiServer, args: readonly string[], kubeconfig = server.kubeconfig()): Promise<Ended> {
  const format = args.includes("--output") ? [] : ["--output", "json"];
  const flags = [...format, "--log-format", "json", "--workspace", `output=${output}`, "--context", server.name];
  return switchover(["setup", ...flags, ...args], { KUBECONFIG: kubeconfig });
}

/** Everything that a setup may have made, with its version: equal means that nothing was written. */
async function made(server: TestApiServer): Promise<readonly string[]> {
  const kinds = "namespaces,serviceaccounts,clusterroles,roles,clusterrolebindings,rolebindings";
  const list = JSON.parse(await server.kubectl(["get", kinds, "-A", "-o", "json"]));
  return list.items
    .filter(({ metadata }: { readonly metadata: { readonly name: string } }) =>
      metadata.name.startsWith("acm-switchover"),
    )
    .map(
      ({ kind, metadata }: { readonly kind: string; readonly metadata: Readonly<Record<string, string>> }) =>
        `${kind} ${metadata["namespace"] ?? ""} ${metadata["name"]} ${metadata["resourceVersion"]}`,
    );
}

describe("a dry run", () => {
  let run: Ended;

  beforeAll(async () => {
    run = await setup(hub, ["--dry-run", "true", "--role", "both", "--output", "yaml"]);
  });

  test("K-25 prints the manifests as kubectl takes them, and changes nothing", async () => {
    expect(run.exitCode).toBe(0);
    const list = parse(run.stdout);
    expect(list).toMatchObject({ apiVersion: "v1", kind: "List" });
    expect(await made(hub)).toEqual([]);
    const seen = await hub.kubectl(["apply", "--dry-run=client", "-f", "-"], run.stdout);
    expect(seen.match(/created \(dry run\)/g)).toHaveLength(list.items.length);
    expect(await readdir(output)).toEqual([]);
  });

  test("says what it leaves out", () => {
    expect(run.stderr).toContain(`namespace ${observability} does not exist`);
  });
});

describe("a setup of both roles on a hub without observability", () => {
  let run: Ended;
  let document: SetupDocument;
  let first: readonly string[];
  let again: Ended;

  beforeAll(async () => {
    run = await setup(hub, ["--role", "both", "--token-duration", "2h"]);
    document = JSON.parse(run.stdout);
    first = await made(hub);
    again = await setup(hub, ["--role", "both", "--token-duration", "2h"]);
  }, 120_000);

  test("exits 0: the hub grants all that both accounts need", () => {
    expect(document.checks.map(({ cluster, status }) => [cluster, status])).toEqual([
      ["acm-switchover-operator", "granted"],
      ["acm-switchover-validator", "granted"],
    ]);
    expect(document.passed).toBe(true);
    expect(run.exitCode).toBe(0);
  });

  test("warns of the roles that wait for a namespace", () => {
    expect(document.skipped).toContain(`Role acm-switchover-operator in ${observability}`);
    expect(document.warnings).toEqual([expect.stringContaining(observability)]);
  });

  test("leaves a kubeconfig for each account, readable by its owner only", async () => {
    expect((await readdir(output)).toSorted()).toEqual([...files, "setup.json"].toSorted());
    for (const file of files) expect((await stat(join(output, file))).mode & 0o777).toBe(0o600);
  });

  test("the tokens live as long as was asked", () => {
    for (const { expiresAt } of document.kubeconfigs) {
      const hours = (Date.parse(expiresAt) - Date.now()) / 3_600_000;
      expect(hours).toBeGreaterThan(1.8);
      expect(hours).toBeLessThan(2.1);
    }
  });

  test("no token is told: not on the screen, not in the log, not in the report", async () => {
    const report = await readFile(join(output, "setup.json"), "utf8");
    expect(JSON.parse(report).kubeconfigs).toHaveLength(2);
    for (const file of files) {
      const { token } = parse(await readFile(join(output, file), "utf8")).users[0].user;
      expect(token).toMatch(/^eyJ/);
      for (const text of [run, again].flatMap(({ stdout, stderr }) => [stdout, stderr])) {
        expect(text).not.toContain(token);
        expect(text).not.toMatch(/eyJ[A-Za-z0-9_-]{8,}\./);
      }
      expect(report).not.toContain(token);
    }
  });

  test("the kubeconfigs work: each may do what its role may, no more", async () => {
    const check = async (file: string, role: string) =>
      (await switchover(["rbac-check", "--role", role], { KUBECONFIG: join(output, file) })).exitCode;
    const [operator = "", validator = ""] = files;
    expect(await check(operator, "operator")).toBe(0);
    expect(await check(validator, "validator")).toBe(0);
    expect(await check(validator, "operator")).toBe(3);
  });

  test("a second one changes nothing on the hub", async () => {
    expect(again.exitCode).toBe(0);
    expect(first.length).toBeGreaterThan(10);
    expect(await made(hub)).toEqual(first);
  });

  test("neither deletion nor Secrets are granted: nobody asked for them", () => {
    expect(first.filter((line) => /decommission|import-tokens/.test(line))).toEqual([]);
  });

  test("takes no permission that is not declared", async () => {
    const declared = new Set(
      setupPermissions.flatMap(({ group, resource, verbs }) => verbs.map((verb) => `${verb} ${group}/${resource}`)),
    );
    const agents = (await hub.auditEvents()).filter(({ userAgent = "" }) => userAgent.startsWith("fairlead/"));
    const used = agents
      .filter(({ user, objectRef }) => user.username === "admin" && objectRef?.resource !== undefined)
      .map(({ verb, objectRef }) => {
        const subresource = objectRef?.subresource === undefined ? "" : `/${objectRef.subresource}`;
        return `${verb} ${objectRef?.apiGroup ?? ""}/${objectRef?.resource}${subresource}`;
      });
    expect(used).toContain("create /serviceaccounts/token");
    expect([...new Set(used)].filter((call) => !declared.has(call))).toEqual([]);
  });

  test("once the namespace exists, another one adds its roles; deletion and Secrets where they are asked for", async () => {
    await hub.kubectl(["create", "namespace", observability]);
    const extended = await setup(hub, [
      "--include-decommission",
      "true",
      "--import-tokens",
      "true",
      "--klusterlets",
      "true",
    ]);
    expect(extended.exitCode).toBe(0);
    const { skipped, checks }: SetupDocument = JSON.parse(extended.stdout);
    expect(skipped).toEqual([]);
    expect(checks).toMatchObject([{ status: "granted", optionalMissing: [] }]);
  });
});

describe("a setup on a cluster that lacks what a hub has", () => {
  test("applies what it can, exits 3 and says what is missing", async () => {
    const run = await setup(bare, []);
    expect(run.exitCode).toBe(3);
    const { checks, warnings }: SetupDocument = JSON.parse(run.stdout);
    expect(warnings).toHaveLength(4);
    expect(checks).toMatchObject([{ status: "missing", denied: 0 }]);
    expect(run.stderr).toContain("SW-SET-04");
  });

  test("without kubeconfigs asks for no token", async () => {
    const run = await setup(bare, ["--skip-kubeconfig-generation", "true"]);
    expect(run.exitCode).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({ kubeconfigs: [], checks: [] });
  });
});

describe("a setup that may not be", () => {
  test("names the permission that the administrator lacks, exit 1", async () => {
    const run = await setup(hub, [], hub.kubeconfig("nobody"));
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toMatch(/get.*namespaces/);
  });

  test("does not take fields from another manager: the conflict is told", async () => {
    const role = {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: "acm-switchover-validator" },
      rules: [],
    };
    const file = join(folder, "role.json");
    await writeFile(file, JSON.stringify(role));
    await hub.kubectl(["apply", "--server-side", "--force-conflicts", "--field-manager=somebody", "-f", file]);
    const run = await setup(hub, ["--role", "validator"]);
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toMatch(/somebody/);
  });

  test.each([
    ["a validator who removes hubs", ["--role", "validator", "--include-decommission", "true"], "SW-SET-01"],
    ["a token of five minutes", ["--token-duration", "5m"], "SW-SET-02"],
    ["a token of no span", ["--token-duration", "48"], "token-duration"],
  ])("%s: exit 2, and the hub is not asked", async (_words, args, words) => {
    const run = await setup(hub, args, join(folder, "no-such-kubeconfig"));
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain(words);
  });
});

describe("a setup on a hub with Argo CD", () => {
  test("lets the operator pause and resume Applications, and proves that it may", async () => {
    await installArgoCd(hub);
    const run = await setup(hub, ["--role", "operator"]);
    expect(run.exitCode).toBe(0);
    const { checks }: SetupDocument = JSON.parse(run.stdout);
    expect(checks).toMatchObject([{ status: "granted", denied: 0 }]);
    const role = await hub.kubectl(["get", "clusterrole", "acm-switchover-operator-argocd", "-o", "json"]);
    expect(JSON.parse(role).rules).toContainEqual({
      apiGroups: ["argoproj.io"],
      resources: ["applications"],
      verbs: ["list", "watch", "patch"],
    });
  });
});
