import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { decommissionUse } from "../../../steps/switchover/decommission/permissions.ts";
import { eventually } from "../../support/eventually.ts";
import { accountFolder, accountUser, grantNothingToAll, installDecommission, installRole } from "./support/accounts.ts";
import { endOf } from "./support/activations.ts";
import { DecommissionBench, patient } from "./support/decommission-bench.ts";
import { describeAll, describeCall, recordedCalls } from "./support/recorded-calls.ts";
import { refusalOf } from "./support/refusal.ts";
import { type Ended, ended, written } from "./support/switchover-bench.ts";

const confirmed = ["--confirm-decommission", "primary-hub-id"];
const heldBy = "test.example.com/hold";
const everything = [
  "multiclusterobservabilities/observability",
  "restores/restore-acm-passive-sync",
  "backupschedules/acm-hub-backup",
  "managedclusters/c1",
  "managedclusters/c2",
  "multiclusterhubs/multiclusterhub",
];
const ownCluster = ["managedClusters/local-cluster"];
const operatorPod = ["pods/multiclusterhub-operator-1", "pods/velero-1"];
/** Only the hub's own cluster, the operator of ACM and what another product installed. */
const bare = [...ownCluster, ...operatorPod];

/** Without the leases, in the order of their first deletion; the clusters go at once. */
const inOrder = (deletions: readonly string[]): readonly string[] => {
  const others = deletions.filter((one) => !one.startsWith("leases/"));
  const sorted = others.filter((one) => one.startsWith("managedclusters/")).toSorted();
  return others.map((one) => (one.startsWith("managedclusters/") ? (sorted.shift() ?? "") : one));
};

async function stateIn(folder: string): Promise<Readonly<Record<string, unknown>>> {
  const [name = ""] = (await readdir(folder)).filter((file) => /^[^.]+\.json$/.test(file));
  return JSON.parse(await readFile(join(folder, name), "utf8"));
}

describe("a removal of a hub whose clusters are on another", () => {
  let bench: DecommissionBench;
  let state: string;
  let digest: string;
  let asked: number;
  let run: Ended;

  beforeAll(async () => {
    bench = await DecommissionBench.open();
    state = await bench.freshState();
    // A lease that is renewed often and lost soon: the run must not end with the namespace that it lies in.
    const tuning = ["--tuning", JSON.stringify({ ...patient, heartbeat: 0.1, lockTtl: 1 })];
    await bench.setFinalizers("pods", "search-v2-operator-1", [heldBy]);
    const both = { secondary: bench.kubeconfigFolder("secondary") };
    const dry = await bench.run(state, [...confirmed, "--dry-run", "true"], both);
    digest = /plan digest (sha256:[0-9a-f]{64})/.exec(dry.stderr)?.[1] ?? dry.stderr;
    // A deletion says in its body that it only asks: the log shows it like any other.
    asked = (await bench.deletions()).length;
    const approved = ["--approval", "digest", "--plan-digest", digest];
    const child = bench.start(state, [...confirmed, ...tuning, ...approved], both);
    const end = ended(child);
    await Promise.all([
      written(child, "waiting: still there: MultiClusterHub multiclusterhub; pods search-v2-operator-1"),
      written(child, "can no longer be renewed and will expire"),
    ]).catch(async (error: unknown) => {
      throw new Error(`${String(error)}\n${(await end).stderr.slice(-3000)}`);
    });
    await bench.setFinalizers("pods", "search-v2-operator-1", []);
    run = await end;
  }, 300_000);

  afterAll(() => bench?.close());

  test("A-69 / A-72 / K-33 ends well with only the operator's pod left, the clusters being Unknown here", async () => {
    expect(endOf(run, 0)).toBe("exit 0");
    expect(await bench.left()).toEqual(bare);
    expect(run.stderr).toContain("hub primary-hub-id is removed, 0 warnings");
  });

  test("deletes in the order that ACM demands, and each once", async () => {
    expect(inOrder((await bench.deletions()).slice(asked))).toEqual(everything);
  });

  test("leaves the other hub as it is", async () => {
    const events = await bench.server("secondary").auditEvents();
    const ours = events.filter(({ userAgent }) => userAgent?.startsWith("fairlead/") === true);
    expect(ours.length).toBeGreaterThan(0);
    expect(ours.filter(({ verb }) => !["get", "list", "watch"].includes(verb))).toEqual([]);
  });

  test("W-06 was let in by the digest of its dry run, which is kept", async () => {
    expect(await stateIn(state)).toMatchObject({ approvals: [{ point: "start", digest, by: "digest" }] });
  });

  test("keeps in its state what was removed", async () => {
    expect(await stateIn(state)).toMatchObject({
      operation: "decommission",
      current_phase: "completed",
      hubs: { primary: { id: "primary-hub-id" }, secondary: { id: "secondary-hub-id" } },
      completed_steps: [
        { name: "check_removal" },
        { name: "remove_observability" },
        { name: "remove_backups" },
        { name: "delete_managed_clusters" },
        { name: "remove_hub" },
      ],
      config: {
        archived_restores: [{ name: "restore-acm-passive-sync" }],
        saved_backup_schedules: [{ metadata: { name: "acm-hub-backup" } }],
      },
    });
  });

  test("started again has nothing left to do, on a hub without the namespace of its lease", async () => {
    const namespaces = await bench.server("primary").kubectl(["get", "namespaces", "-o", "name"]);
    expect(namespaces).not.toContain("open-cluster-management-backup");
    const before = await bench.deletions();
    const again = await bench.run(state, confirmed);
    expect(endOf(again, 0)).toBe("exit 0");
    expect(await bench.deletions()).toEqual(before);
  });
});

describe("a removal of a hub with a cluster that does not go", () => {
  let bench: DecommissionBench;
  let state: string;

  beforeAll(async () => {
    bench = await DecommissionBench.open();
    state = await bench.freshState();
    await bench.setFinalizers("managedClusters", "c1", [heldBy]);
  }, 240_000);

  afterAll(() => bench?.close());

  test("A-71 / K-33 fails after mcDelete, and ACM is still there", async () => {
    const short = ["--tuning", JSON.stringify({ ...patient, mcDelete: 2 })];
    const refusal = refusalOf(await bench.run(state, [...confirmed, ...short]));
    expect(refusal).toEqual({
      code: 5,
      id: "SW-DEC-11",
      what: "managed clusters do not go from the hub; ACM itself was not touched",
      why: `1 of 2 gone; left: c1 (finalizers: ${heldBy})`,
      fix: "find out what holds their finalizers, most often the import controller that cannot reach the cluster; then start again",
    });
    expect(await bench.left()).toContain("multiClusterHubs/multiclusterhub");
    expect(inOrder(await bench.deletions())).toEqual(everything.slice(0, -1));
    expect(await stateIn(state)).toMatchObject({
      current_phase: "failed",
      errors: [{ phase: "decommission", step: "delete_managed_clusters", code: "SW-DEC-11" }],
    });
  });

  test("A-71 killed while it waits and started again once the cluster can go, ends as an undisturbed one", async () => {
    const child = bench.start(state, confirmed);
    const end = ended(child);
    await written(child, "0 of 1 gone; left: c1");
    child.kill("SIGKILL");
    await end;
    await bench.setFinalizers("managedClusters", "c1", []);
    await eventually(async () => expect(await bench.left()).not.toContain("managedClusters/c1"));
    expect(endOf(await bench.run(state, confirmed), 0)).toBe("exit 0");
    expect(await bench.left()).toEqual(bare);
    expect(inOrder(await bench.deletions())).toEqual(everything);
    expect(await stateIn(state)).toMatchObject({ current_phase: "completed" });
  });
});

describe("a removal with force under the operator's account with the extension of its role", () => {
  let bench: DecommissionBench;
  let run: Ended;

  beforeAll(async () => {
    bench = await DecommissionBench.open();
    const server = bench.server("primary");
    await bench.setAvailable("primary", "c1", "True");
    await installRole(server, "operator", ["base", "observability"]);
    await installDecommission(server);
    await installRole(bench.server("secondary"), "operator", ["base"]);
    await grantNothingToAll(server);
    await grantNothingToAll(bench.server("secondary"));
    const [primary, secondary] = await Promise.all([
      accountFolder(server, "operator", bench.folder),
      accountFolder(bench.server("secondary"), "operator", bench.folder),
    ]);
    // Each wait begins before what it waits for happens, so that it watches.
    const held = [
      ["pods", "observability-grafana-1", "pods observability-grafana-1"],
      ["restores", "restore-acm-passive-sync", `restore-acm-passive-sync (finalizers: ${heldBy})`],
      ["backupSchedules", "acm-hub-backup", "still there: BackupSchedule acm-hub-backup"],
      ["managedClusters", "c1", "1 of 2 gone; left: c1"],
      ["pods", "search-v2-operator-1", "pods search-v2-operator-1"],
    ] as const;
    for (const [kind, name] of held) await bench.setFinalizers(kind, name, [heldBy]);
    const child = bench.start(await bench.freshState(), [...confirmed, "--force", "true"], { primary, secondary });
    const end = ended(child);
    await Promise.all(
      held.map(async ([kind, name, note]) => {
        await written(child, note);
        await bench.setFinalizers(kind, name, []);
      }),
    ).catch(async (error: unknown) => {
      child.kill();
      throw new Error(`${String(error)}\n${(await end).stderr.slice(-3000)}`);
    });
    run = await end;
  }, 300_000);

  afterAll(() => bench?.close());

  test("detaches the cluster that is still Available, and says so", async () => {
    expect(endOf(run, 0)).toBe("exit 0");
    expect(run.stderr).toContain("1 cluster still Available here, detached because of force: c1");
    expect(await bench.left()).toEqual(bare);
  });

  test("uses exactly the permissions that it declares", async () => {
    const declared = describeAll(decommissionUse);
    const lists = await Promise.all(
      (["primary", "secondary"] as const).map(async (hub) =>
        recordedCalls(hub, await bench.server(hub).auditEvents(), accountUser("operator")),
      ),
    );
    const used = new Set(lists.flat().map((call) => describeCall(call, declared)));
    // Only a run long enough renews its lease, and the namespace of the backups took it away.
    const lease = ["update", "delete"].map((verb) => `primary ${verb} coordination.k8s.io leases in backup`);
    expect([...new Set([...used, ...lease])].toSorted()).toEqual([...declared].toSorted());
    expect(lists.flat().filter(({ refused }) => refused)).toEqual([]);
  });
});
