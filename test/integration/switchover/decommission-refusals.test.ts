import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { accountFolder, grantNothingToAll, installDecommission, installRole } from "./support/accounts.ts";
import { DecommissionBench, hostOf } from "./support/decommission-bench.ts";
import { refusalOf } from "./support/refusal.ts";
import { begunSwitchover } from "./support/state-documents.ts";

// What is refused before anything is deleted. One hub serves all: none of these may change it.

const confirmed = ["--confirm-decommission", "primary-hub-id"];
const backupCluster = "cluster.open-cluster-management.io/backup-cluster";
const dayMs = 24 * 3_600_000;

let bench: DecommissionBench;
let state: string;
let before: readonly string[];

beforeAll(async () => {
  bench = await DecommissionBench.open();
}, 240_000);

beforeEach(async () => {
  state = await bench.freshState();
  before = await bench.left();
});

afterEach(async () => {
  // Whatever was refused: nothing is gone, and nothing is about to go.
  expect(await bench.left()).toEqual(before);
});

afterAll(() => bench?.close());

const withSecondary = () => ({ secondary: bench.kubeconfigFolder("secondary") });

describe("a removal without the right confirmation", () => {
  test("A-76 is refused where none is given, and asks no hub", async () => {
    const asked = (await bench.server("primary").auditEvents()).filter(isOurs).length;
    const refusal = refusalOf(await bench.run(state, []));
    expect(refusal).toMatchObject({ code: 2, id: "SW-DEC-01", what: "confirm-decommission is not given" });
    expect((await bench.server("primary").auditEvents()).filter(isOurs)).toHaveLength(asked);
  });

  test.each([["secondary-hub-id"], ["api.other.example.com"]])("A-70 is refused with %s", async (value) => {
    const refusal = refusalOf(await bench.run(state, ["--confirm-decommission", value, "--force", "true"]));
    expect(refusal).toEqual({
      code: 4,
      id: "SW-DEC-02",
      what: `confirm-decommission "${value}" is not the hub that would be removed`,
      why: `primary-kubeconfig leads to hub primary-hub-id at ${bench.server("primary").url}`,
      fix: "give the kubeconfig of the hub that is to be removed, and its own id or API host in confirm-decommission",
    });
    expect(await readdir(state)).toEqual([]);
  });

  test("is refused in a dry run, too", async () => {
    const ended = await bench.run(state, ["--confirm-decommission", "no-such-hub", "--dry-run", "true"]);
    expect(refusalOf(ended)).toMatchObject({ code: 4, id: "SW-DEC-02" });
  });
});

describe("a removal that must be approved", () => {
  const digest = `sha256:${"0".repeat(64)}`;

  test("W-06 is refused where its plan is not the approved one, and says what it is", async () => {
    const dry = await bench.run(state, [...confirmed, "--dry-run", "true"]);
    const now = /plan digest (sha256:[0-9a-f]{64})/.exec(dry.stderr)?.[1];
    const refusal = refusalOf(await bench.run(state, [...confirmed, "--approval", "digest", "--plan-digest", digest]));
    expect(refusal).toMatchObject({ code: 4, id: "SW-APR-03", why: expect.stringContaining(`the plan is ${now} now`) });
  });

  test("W-06 is refused by a gate that asked nobody", async () => {
    const refusal = refusalOf(await bench.run(state, [...confirmed, "--approval", "gate"]));
    expect(refusal).toMatchObject({ code: 2, id: "SW-APR-06" });
  });

  test("W-06 is refused where the digest would not be compared", async () => {
    const refusal = refusalOf(await bench.run(state, [...confirmed, "--plan-digest", digest]));
    expect(refusal).toMatchObject({ code: 2, id: "SW-APR-02" });
  });
});

function isOurs({ userAgent }: { readonly userAgent?: string }): boolean {
  return userAgent?.startsWith("fairlead/") === true;
}

describe("a removal that would lose clusters", () => {
  test("A-70 / K-14 is refused where Hive would destroy one, force or not", async () => {
    const file = {
      apiVersion: "hive.openshift.io/v1",
      kind: "ClusterDeployment",
      metadata: { name: "c2", namespace: "c2" },
      spec: { baseDomain: "example.com", clusterName: "c2", platform: { none: {} } },
    };
    await bench.server("primary").kubectl(["apply", "-f", "-"], JSON.stringify(file));
    try {
      const refusal = refusalOf(await bench.run(state, [...confirmed, "--force", "true"]));
      expect(refusal).toMatchObject({
        code: 3,
        id: "SW-DEC-04",
        what: "a Hive cluster would be destroyed with its record: preserveOnDelete is not true on 1 ClusterDeployment: c2/c2",
        fix: expect.stringContaining("oc patch clusterdeployment"),
      });
    } finally {
      await bench.server("primary").kubectl(["-n", "c2", "delete", "clusterdeployment", "c2"]);
    }
  });

  test("A-69 / K-14 is refused while one is still Available", async () => {
    await bench.setAvailable("primary", "c1", "True");
    try {
      const refusal = refusalOf(await bench.run(state, ["--confirm-decommission", hostOf(bench.server("primary"))]));
      expect(refusal).toEqual({
        code: 4,
        id: "SW-DEC-05",
        what: "1 cluster of this hub still Available: c1",
        why: "the deletion of its record detaches a cluster that is connected to this hub",
        fix: "move the clusters to another hub first; give force to detach them",
      });
    } finally {
      await bench.setAvailable("primary", "c1", "Unknown");
    }
  });

  test("is refused where the other hub does not have one", async () => {
    await bench.setAvailable("secondary", "c2", "Unknown");
    try {
      const refusal = refusalOf(await bench.run(state, [...confirmed, "--force", "true"], withSecondary()));
      expect(refusal).toMatchObject({
        code: 4,
        id: "SW-DEC-06",
        what: "1 cluster of this hub not Available on hub secondary-hub-id: c2",
      });
    } finally {
      await bench.setAvailable("secondary", "c2", "True");
    }
  });

  test("is refused where the other hub makes no backups", async () => {
    const [schedule] = await bench.seeds.secondary.list("backupSchedules");
    if (schedule === undefined) throw new Error("the other hub has no BackupSchedule to pause");
    await bench.seeds.secondary.patch("backupSchedules", schedule, { spec: { paused: true } });
    try {
      const refusal = refusalOf(await bench.run(state, confirmed, withSecondary()));
      expect(refusal).toMatchObject({
        code: 4,
        id: "SW-DEC-07",
        what: "hub secondary-hub-id makes no backups",
        why: "acm-hub-backup is paused",
      });
    } finally {
      await bench.seeds.secondary.patch("backupSchedules", schedule, { spec: { paused: false } });
    }
  });

  test.each([
    [
      "come from the hub that goes",
      { [backupCluster]: "primary-hub-id" },
      0,
      "those that are come from primary-hub-id",
    ],
    ["name no hub and are older than a day", {}, dayMs + 60_000, "an unnamed hub, more than a day ago"],
  ])("is refused where the only backups there %s", async (_words, labels, ageMs, why) => {
    await bench.backup("secondary", labels, new Date(Date.now() - ageMs));
    try {
      const refusal = refusalOf(await bench.run(state, confirmed, withSecondary()));
      expect(refusal).toMatchObject({ code: 4, id: "SW-DEC-08", why: expect.stringContaining(why) });
    } finally {
      await bench.backup("secondary", { [backupCluster]: "secondary-hub-id" });
    }
  });

  test("is refused where the other hub is the same", async () => {
    const ended = await bench.run(state, confirmed, { secondary: bench.kubeconfigFolder("primary") });
    expect(refusalOf(ended)).toMatchObject({ code: 4, id: "SW-RUN-03" });
  });
});

describe("a removal that may not be", () => {
  test("is refused while another operation holds the hub", async () => {
    const server = bench.server("primary");
    const lease = {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { name: "acm-switchover", namespace: "open-cluster-management-backup" },
      spec: {
        holderIdentity: "another",
        leaseDurationSeconds: 600,
        renewTime: new Date().toISOString().replace("Z", "000Z"),
      },
    };
    await server.kubectl(["apply", "-f", "-"], JSON.stringify(lease));
    try {
      expect(refusalOf(await bench.run(state, confirmed))).toMatchObject({ code: 4, id: "STATE-11" });
    } finally {
      await server.kubectl(["-n", "open-cluster-management-backup", "delete", "lease", "acm-switchover"]);
    }
  });

  test("is refused under the id of another hub's", async () => {
    const args = ["--operation-id", "goodbye"];
    const { secondary } = withSecondary();
    const first = await bench.run(state, ["--confirm-decommission", "secondary-hub-id", ...args], {
      primary: secondary,
    });
    // Its clusters are Available, so that it leaves a state and no more.
    expect(refusalOf(first)).toMatchObject({ code: 4, id: "SW-DEC-05" });
    expect(refusalOf(await bench.run(state, [...confirmed, ...args]))).toMatchObject({
      code: 4,
      id: "SW-DEC-09",
      why: "it removes hub secondary-hub-id, not hub primary-hub-id",
    });
  });

  test("K-09 is refused under the id of a switchover, whose progress is not touched", async () => {
    const progress = JSON.stringify(begunSwitchover("autumn", { current_phase: "activation" }));
    await writeFile(join(state, "autumn.json"), progress);
    const refusal = refusalOf(await bench.run(state, [...confirmed, "--operation-id", "autumn", "--force", "true"]));
    expect(refusal).toMatchObject({ code: 4, id: "SW-DEC-09", why: "it is that of a switchover" });
    expect(await readFile(join(state, "autumn.json"), "utf8")).toBe(progress);
  });

  test("names the permissions that the operator's account lacks without the extension of its role", async () => {
    const server = bench.server("primary");
    await installRole(server, "operator", ["base", "observability"]);
    await grantNothingToAll(server);
    const primary = await accountFolder(server, "operator", bench.folder);
    const refusal = refusalOf(await bench.run(state, confirmed, { primary }));
    expect(refusal).toMatchObject({
      code: 3,
      id: "SW-DEC-03",
      what: "2 permissions to remove the hub missing",
      fix: expect.stringContaining("rbac/switchover/decommission"),
    });
    // The role itself may delete MultiClusterObservability, for disable-observability-on-secondary.
    for (const kind of ["managedclusters", "multiclusterhubs"]) {
      expect(refusal.why).toContain(`delete ${kind}`);
    }
    await installDecommission(server);
    await bench.setAvailable("primary", "c1", "True");
    try {
      expect(refusalOf(await bench.run(state, confirmed, { primary }))).toMatchObject({ id: "SW-DEC-05" });
    } finally {
      await bench.setAvailable("primary", "c1", "Unknown");
    }
  });
});

describe("a dry run", () => {
  test("K-25 lists everything that would go, needs no confirmation, and leaves nothing but its plan", async () => {
    const ended = await bench.run(state, ["--dry-run", "true"], withSecondary());
    expect({ exitCode: ended.exitCode, tail: ended.stderr.slice(-1500) }).toMatchObject({ exitCode: 0 });
    const deletions = ended.stdout.split("\n").flatMap((line) => /: (delete \S+ \S+)$/.exec(line)?.[1] ?? []);
    expect(deletions).toEqual([
      "delete MultiClusterObservability observability",
      "delete Restore restore-acm-passive-sync",
      "delete BackupSchedule acm-hub-backup",
      "delete ManagedCluster c1",
      "delete ManagedCluster c2",
      "delete MultiClusterHub multiclusterhub",
    ]);
    expect(await readdir(state)).toEqual([expect.stringMatching(/^decommission-[0-9a-f]{8}\.plan\.json$/)]);
  });
});
