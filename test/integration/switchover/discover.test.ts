import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { stringify } from "yaml";
import type { Discovery } from "../../../steps/switchover/discover/discovery.ts";
import { inspectionPermissions } from "../../../steps/switchover/inspection-permissions.ts";
import { kubeconfig } from "../../support/api-servers/kubeconfig.ts";
import { type ApiServers, startApiServers, type TestApiServer } from "../../support/api-servers.ts";
import { type HealthyPair, healthyPair } from "../../support/hubs.ts";
import { accountFolder, accountUser, grantNothingToAll, installRole } from "./support/accounts.ts";
import { switchover } from "./support/program.ts";
import { describeAll, describeCall, otherPaths, recordedCalls } from "./support/recorded-calls.ts";

/** c2 stays with the old hub; c1 gets a hub of its own to talk to. */
const contested = "c1";

let pair: HealthyPair;
/** An API server that is no hub: the cluster c1 itself. */
let others: ApiServers;
let folder: string;
let spoke: TestApiServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fairlead-discover-"));
  pair = await healthyPair({ clusters: 2 });
  // What a test says of a hub is left as it is: a played hub forgets a cluster that obeys another one.
  await Promise.all([pair.simulators.primary.stop(), pair.simulators.secondary.stop()]);
  others = await startApiServers(["spoke"]);
  spoke = others.server("spoke");
}, 240_000);

afterAll(async () => {
  await others?.stop();
  await pair?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** One kubeconfig with a context for each, as a laptop has it. */
async function merged(servers: Readonly<Record<string, TestApiServer>>, more: readonly string[] = []): Promise<string> {
  const texts = await Promise.all(
    Object.entries(servers).map(async ([name, server]) =>
      kubeconfig({
        name,
        url: server.url,
        authority: await readFile(server.caFile, "utf8"),
        user: `${name}-admin`,
        credential: { token: server.token() },
      }),
    ),
  );
  const files = await Promise.all(
    [...texts, ...more].map(async (text, index) => {
      const file = join(folder, `part-${index}`);
      await writeFile(file, text);
      return file;
    }),
  );
  return files.join(":");
}

const unreachable = stringify({
  clusters: [{ name: "gone", cluster: { server: "https://127.0.0.1:1" } }],
  users: [{ name: "gone", user: { token: "none" } }],
  contexts: [{ name: "gone", context: { cluster: "gone", user: "gone" } }],
});

async function discovered(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly found: Discovery; readonly log: string }> {
  const run = await switchover(["discover", "--output", "json", "--log-format", "json", ...args], environment);
  if (run.exitCode !== 0) throw new Error(`exit ${run.exitCode}: ${run.stderr.slice(-2000)}`);
  return { found: JSON.parse(run.stdout), log: run.stderr };
}

async function discover(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<Discovery> {
  return (await discovered(args, environment)).found;
}

describe("given the kubeconfig of a laptop, with both hubs, a managed cluster and a server that is gone", () => {
  let found: Discovery;

  beforeAll(async () => {
    const list = await merged({ east: pair.primary, west: pair.secondary, c1: spoke }, [unreachable]);
    found = await discover([], { KUBECONFIG: list });
  });

  test("each hub has its part", () => {
    expect(Object.fromEntries(found.hubs.map(({ used, role }) => [used.context, role]))).toEqual({
      east: "primary",
      west: "secondary",
    });
  });

  test("the facts of the primary are told", () => {
    const primary = found.hubs.find(({ role }) => role === "primary");
    expect(primary).toMatchObject({
      id: pair.ids.primary,
      acmVersion: "2.14.1",
      openShiftVersion: "4.18.1",
      backup: { state: "active", name: "acm-hub-backup" },
      restore: { state: "none" },
      clusters: { available: 2, total: 2 },
      storage: ["dpa-hub-1 is Available"],
      warnings: [],
    });
  });

  test("the cluster is no hub, the server that is gone is reported with the reason", () => {
    expect(found.others.map(({ used }) => used.context)).toEqual(["c1"]);
    expect(found.unreachable).toEqual([
      expect.objectContaining({ server: "https://127.0.0.1:1", error: expect.objectContaining({ id: "KUBE-14" }) }),
    ]);
  });

  test("a preflight of the two is proposed", () => {
    expect(found.proposal).toMatchObject({
      operation: "preflight",
      hubs: { old: pair.primary.url, new: pair.secondary.url },
      command: expect.stringContaining("--primary-context east --secondary-context west"),
    });
  });

  test("the proposed command is one that the program takes", async () => {
    if (found.proposal.operation === "none") throw new Error("nothing is proposed");
    const [variable = "", , , ...words] = found.proposal.command.split(" ");
    const [name = "", value = ""] = variable.split("=");
    const run = await switchover([...words, "--output", "json", "--log-format", "json"], { [name]: value });
    expect(JSON.parse(run.stdout)).toMatchObject({ hubs: { primary: { id: pair.ids.primary } } });
  });
});

test("given contexts, only those are looked at", async () => {
  const list = await merged({ east: pair.primary, west: pair.secondary });
  const found = await discover(["--contexts", "west"], { KUBECONFIG: list });
  expect(found.hubs.map(({ used }) => used.context)).toEqual(["west"]);
  expect(found.proposal).toEqual({ operation: "none", why: "no context leads to a primary hub" });
});

test("given a context that does not exist, no cluster is asked", async () => {
  const list = await merged({ east: pair.primary });
  const run = await switchover(["discover", "--contexts", "eats", "--log-format", "json"], { KUBECONFIG: list });
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain("SW-DIS-01");
});

test("given a server that takes the connection and never answers, the look ends after its few seconds", async () => {
  const list = await merged({ c1: spoke });
  spoke.suspend();
  try {
    const { found, log } = await discovered(["--tuning", '{"discoverConnect":1}'], { KUBECONFIG: list });
    expect(found.unreachable).toEqual([
      expect.objectContaining({ error: expect.objectContaining({ id: "KUBE-13", why: "no answer within 1 s" }) }),
    ]);
    // It is asked once.
    expect(log).not.toContain("retrying");
  } finally {
    spoke.resume();
  }
});

test("given a cluster that both hubs claim, its klusterlet tells which hub it obeys", async () => {
  const held = kubeconfig({
    name: "hub",
    url: pair.primary.url,
    authority: "",
    user: "klusterlet",
    credential: { token: "t" },
  });
  const namespace = "open-cluster-management-agent";
  await spoke.kubectl(["create", "namespace", namespace]);
  const path = join(folder, "hub-kubeconfig");
  await writeFile(path, held);
  await spoke.kubectl([
    "-n",
    namespace,
    "create",
    "secret",
    "generic",
    "hub-kubeconfig-secret",
    `--from-file=kubeconfig=${path}`,
  ]);
  for (const hub of [pair.primary, pair.secondary]) await claim(hub);
  const list = await merged({ east: pair.primary, west: pair.secondary, c1: spoke });
  const found = await discover([], { KUBECONFIG: list });
  expect(found.contested).toEqual([
    {
      name: contested,
      hubs: expect.arrayContaining([pair.primary.url, pair.secondary.url]),
      server: spoke.url,
      obeys: pair.primary.url,
    },
  ]);
});

/** The hub says that the contested cluster is its own and Available, and where it is. */
async function claim(hub: TestApiServer): Promise<void> {
  const cluster = {
    apiVersion: "cluster.open-cluster-management.io/v1",
    kind: "ManagedCluster",
    metadata: { name: contested },
    spec: { hubAcceptsClient: true, managedClusterClientConfigs: [{ url: spoke.url }] },
  };
  await hub.kubectl(["apply", "--server-side", "--force-conflicts", "-f", "-"], JSON.stringify(cluster));
  const condition = {
    type: "ManagedClusterConditionAvailable",
    status: "True",
    reason: "Available",
    message: "",
    lastTransitionTime: new Date().toISOString(),
  };
  const patch = JSON.stringify({ status: { conditions: [condition] } });
  const how = ["--subresource=status", "--type=merge", "-p", patch];
  await hub.kubectl(["patch", "managedcluster", contested, ...how]);
}

describe("under the validator's account, with the Secrets of a Pipeline", () => {
  test("it finds the same, leaves a report, and asks for nothing but what is declared", async () => {
    const targets = ["primary", "secondary"] as const;
    const workspaces: string[] = [];
    for (const target of targets) {
      await grantNothingToAll(pair[target]);
      await installRole(pair[target], "validator", ["base"]);
      workspaces.push("--workspace", `${target}-kubeconfig=${await accountFolder(pair[target], "validator", folder)}`);
    }
    const output = join(folder, "output");
    await mkdir(output);
    const found = await discover([...workspaces, "--workspace", `output=${output}`], {});
    expect(found.hubs.map(({ role, warnings }) => [role, warnings])).toEqual([
      ["primary", []],
      ["secondary", []],
    ]);
    expect(JSON.parse(await readFile(join(output, "discover.json"), "utf8"))).toEqual(found);
    const declared = describeAll(inspectionPermissions.filter(({ steps }) => steps.includes("discover")));
    const used = new Set<string>();
    for (const target of targets) {
      const events = await pair[target].auditEvents();
      const calls = recordedCalls(target, events, accountUser("validator"));
      expect(calls.filter(({ refused }) => refused)).toEqual([]);
      for (const call of calls) used.add(describeCall(call, declared));
      expect(otherPaths(events, accountUser("validator"))).toEqual(["/version"]);
    }
    expect([...used].toSorted()).toEqual([...declared].toSorted());
  });
});
