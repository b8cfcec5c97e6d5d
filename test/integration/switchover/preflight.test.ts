import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { parse, stringify } from "yaml";
import { kubeconfig } from "../../support/api-servers/kubeconfig.ts";
import { backupNamespace } from "../../support/hubs.ts";
import { accountFolder, installRole } from "./support/accounts.ts";
import { type Hub, type Judged, judged, type Manifest, PreflightBench, type Ref } from "./support/preflight-bench.ts";
import { begunSwitchover } from "./support/state-documents.ts";
import { ended, patientTuning, quickTuning, written } from "./support/switchover-bench.ts";

// One pair for all of it; each test departs from health in its own way, and leaves it healthy.
let bench: PreflightBench;

beforeAll(async () => {
  bench = await PreflightBench.open();
}, 240_000);

afterEach(() => bench.restore());
afterAll(() => bench?.close());

const acm = "open-cluster-management";
const observability = "open-cluster-management-observability";
const mch: Ref = { of: "multiclusterhubs", name: "multiclusterhub", namespace: acm };
const passive: Ref = { of: "restores.cluster.open-cluster-management.io", name: "restore-acm-passive-sync" };
const schedule: Ref = { of: "backupschedules", name: "acm-hub-backup" };
const storage: Ref = { of: "backupstoragelocations.velero.io", name: "dpa-hub-1" };
const clusterApi = "cluster.open-cluster-management.io";

/** Exit code and what blocks, which says more than a code alone where a test fails. */
function endOf({ exitCode, critical, stderr }: Judged) {
  return { exitCode, critical, ...(exitCode === 1 || exitCode === 2 ? { stderr } : {}) };
}

const passes = { exitCode: 0, critical: [] };
const blockedBy = (...messages: readonly string[]) => ({
  exitCode: 3,
  critical: messages.map((message) => expect.stringContaining(message)),
});

async function newestClustersBackup(): Promise<Ref> {
  const backups = await bench.pair.seeds.primary.list("veleroBackups");
  const name = backups.map(({ metadata }) => metadata.name).find((one) => one.startsWith("acm-managed-clusters"));
  if (name === undefined) throw new Error("the pair has no backup of the clusters");
  return { of: "backups.velero.io", name };
}

async function snapshots(): Promise<readonly string[]> {
  const { primary, secondary } = bench.pair.seeds;
  return (await Promise.all([primary.snapshot(), secondary.snapshot()])).flat();
}

function clusterDeployment(name: string, namespace: string, preserveOnDelete: boolean): Manifest {
  const spec = { baseDomain: "example.com", clusterName: name, platform: { none: {} }, preserveOnDelete };
  return { apiVersion: "hive.openshift.io/v1", kind: "ClusterDeployment", metadata: { name, namespace }, spec };
}

describe("a healthy pair", () => {
  let run: Judged;
  let before: readonly string[];
  let after: readonly string[];
  let state: string;
  let output: string;

  beforeAll(async () => {
    [state, output] = [join(bench.pair.folder, "state"), join(bench.pair.folder, "output")];
    await Promise.all([mkdir(state), mkdir(output)]);
    before = await snapshots();
    run = await bench.judge(["--workspace", `state=${state}`, "--workspace", `output=${output}`]);
    after = await snapshots();
  });

  test("A-01: passes, and every finding of it", () => {
    expect(endOf(run)).toEqual(passes);
    expect(run.warnings).toEqual([]);
  });

  test("A-01: is not changed, and no state is left", async () => {
    expect(after).toEqual(before);
    expect(await readdir(state)).toEqual([]);
  });

  test("is told in a report for programs, which is also left in the output folder", async () => {
    const report = JSON.parse(run.stdout);
    expect(report).toMatchObject({
      schemaVersion: "1.0",
      mode: "validate",
      method: "passive",
      passed: true,
      hubs: {
        primary: { id: "primary-hub-id", acmVersion: "2.14.1", managedClusters: 2 },
        secondary: { id: "secondary-hub-id", acmVersion: "2.14.1", managedClusters: 0 },
      },
    });
    expect(JSON.parse(await readFile(join(output, "preflight.json"), "utf8"))).toEqual(report);
  });

  test("ends with a few lines for the console", () => {
    expect(run.stderr.trimEnd().split("\n").slice(-4)).toEqual([
      expect.stringMatching(/^OK {3} switchover preflight: preflight passed: \d+ of \d+ findings passed, 0 warnings$/),
      expect.stringMatching(/^took: /),
      `more: ${join(output, "preflight.json")}`,
      "exit: 0",
    ]);
  });

  test("A-02 / K-10: passes for the validator's account, which may write nothing", async () => {
    const folders = await accounts(["base", "import-tokens"], ["base", "import-tokens"]);
    const asValidator = await bench.judge([], folders);
    expect(endOf(asValidator)).toEqual(passes);
    expect(asValidator.checks.filter(({ id }) => id === "rbac").map(({ message }) => message)).toEqual([
      expect.stringContaining("of the validator role are granted"),
      expect.stringContaining("of the validator role are granted"),
    ]);
  });

  test("blocks a switchover by the validator's account, naming what it lacks", async () => {
    const folders = await accounts(["base", "import-tokens"], ["base", "import-tokens"]);
    const asValidator = await bench.judge(["--mode", "switchover"], folders);
    expect(endOf(asValidator)).toEqual(
      blockedBy("patch backupschedules.cluster.open-cluster-management.io", "rbac (secondary)"),
    );
  });

  test("is told as a table where a person asks", async () => {
    const { exitCode, stdout } = await ended(bench.start(["--output", "table"]));
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/result.*check.*hub.*finding/i);
    expect(stdout).toMatch(/ok.*hub-identity.*both.*primary is primary-hub-id, secondary is secondary-hub-id/);
  });
});

type Parts = Parameters<typeof installRole>[2];

/** The validator's account on each hub, with these parts of its role. */
async function accounts(primary: Parts, secondary: Parts): Promise<Record<Hub, string>> {
  const folder = async (hub: Hub, parts: Parts): Promise<string> => {
    await installRole(bench.pair[hub], "validator", parts);
    return await accountFolder(bench.pair[hub], "validator", bench.pair.folder);
  };
  return { primary: await folder("primary", primary), secondary: await folder("secondary", secondary) };
}

describe("clusters of Hive", () => {
  test("A-03: that are not preserved block a switchover by name, before anything is paused", async () => {
    await bench.create("primary", "clusterdeployments", clusterDeployment("y", "c1", false));
    const run = await bench.judge(["--mode", "switchover"]);
    expect(endOf(run)).toEqual(
      blockedBy("cluster-deployment-protection (primary): preserveOnDelete is not true on 1 ClusterDeployment: c1/y"),
    );
    expect(run.stderr).toContain('"preserveOnDelete":true');
    expect(await bench.read("primary", schedule)).not.toMatchObject({ spec: { paused: true } });
  });

  test("A-04: that are not preserved block a switchover by force too, before anything is paused", async () => {
    await bench.create("primary", "clusterdeployments", clusterDeployment("y", "c1", false));
    const before = await snapshots();
    const { exitCode, stderr } = await bench.switchover(["--force", "true"]);
    expect({ exitCode, tail: stderr.trimEnd().split("\n").slice(-5) }).toMatchObject({
      exitCode: 3,
      tail: expect.arrayContaining([expect.stringContaining("1 ClusterDeployment: c1/y")]),
    });
    expect(await snapshots()).toEqual(before);
  });

  test("A-04: that are not preserved block a switchover that force starts over, whatever the old one has done", async () => {
    await bench.create("primary", "clusterdeployments", clusterDeployment("y", "c1", false));
    const steps = ["pause_backup_schedule", "activate_managed_clusters", "enable_backup_schedule"];
    const completed = begunSwitchover("long-ago", {
      current_phase: "completed",
      last_updated: new Date(Date.now() - 7 * 3_600_000).toISOString(),
      completed_steps: steps.map((name) => ({ name, timestamp: new Date().toISOString() })),
    });
    const before = await snapshots();
    const { exitCode, stderr } = await bench.switchover(["--operation-id", "long-ago", "--force", "true"], {
      found: completed,
    });
    expect({ exitCode, tail: stderr.trimEnd().split("\n").slice(-5) }).toMatchObject({
      exitCode: 3,
      tail: expect.arrayContaining([expect.stringContaining("1 ClusterDeployment: c1/y")]),
    });
    expect(await snapshots()).toEqual(before);
  });

  test("A-05: are none where Hive is not installed", async () => {
    await bench.remove("primary", { of: "crd", name: "clusterdeployments.hive.openshift.io" });
    const run = await bench.judge();
    expect(endOf(run)).toEqual(passes);
    expect(run.checks.find(({ id }) => id === "cluster-deployment-protection")).toMatchObject({ result: "passed" });
  });
});

describe("versions of ACM", () => {
  test("A-06: that differ in their patch block, unless the policy permits it", async () => {
    await bench.patch("secondary", mch, { status: { currentVersion: "2.14.2" } });
    expect(endOf(await bench.judge())).toEqual(blockedBy("acm-version-match (both)"));
    expect(endOf(await bench.judge(["--version-policy", "minor"]))).toEqual(passes);
  });

  test("A-06: that differ in their patch block a whole run too, unless its policy permits it", async () => {
    await bench.patch("secondary", mch, { status: { currentVersion: "2.14.2" } });
    expect(await bench.switchover(["--dry-run", "true"])).toMatchObject({ exitCode: 3 });
    const permitted = await bench.switchover(["--dry-run", "true", "--version-policy", "minor"]);
    expect({ exitCode: permitted.exitCode, tail: permitted.stderr.slice(-800) }).toMatchObject({ exitCode: 0 });
  });

  test("A-07: before 2.11 block", async () => {
    for (const hub of ["primary", "secondary"] as const) {
      await bench.patch(hub, mch, { status: { currentVersion: "2.10.9" } });
    }
    expect(endOf(await bench.judge())).toEqual(
      blockedBy("acm-version (primary): ACM 2.10.9 is older", "acm-version (secondary): ACM 2.10.9 is older"),
    );
  });
});

describe("the newest backup of the clusters", () => {
  let backup: Ref;

  beforeAll(async () => {
    backup = await newestClustersBackup();
    // Later releases of Velero add phases.
    const phase = "/spec/versions/0/schema/openAPIV3Schema/properties/status/properties/phase/enum";
    const patch = JSON.stringify([{ op: "remove", path: phase }]);
    await bench.pair.primary.kubectl(["patch", "crd", "backups.velero.io", "--type=json", "-p", patch]);
  });

  test.each(["InProgress", "", "Queued", "SomethingNew"])(
    "A-08 / K-07: in phase %j is waited for, until it is Completed",
    async (phase) => {
      await bench.patch("primary", backup, { status: { phase: phase === "" ? null : phase } });
      const child = bench.start(["--output", "json"], {}, patientTuning);
      const end = ended(child);
      await written(child, "waiting for backups of the primary");
      await bench.restore();
      expect(endOf(judged(await end))).toEqual(passes);
    },
  );

  test("A-09: blocks when it does not end in time", async () => {
    await bench.patch("primary", backup, { status: { phase: "Queued" } });
    const child = bench.start(["--output", "json"], {}, { ...quickTuning, backupInProgressWait: 1 });
    expect(endOf(judged(await ended(child)))).toMatchObject({
      exitCode: 3,
      critical: expect.arrayContaining([expect.stringContaining(`${backup.name} is Queued`)]),
    });
  });

  test("A-10 / K-27: does not depend on a newer backup of something else", async () => {
    const startTimestamp = new Date(Date.now() + 60_000).toISOString();
    await bench.create("primary", "backups.velero.io", {
      apiVersion: "velero.io/v1",
      kind: "Backup",
      metadata: { name: "nightly", namespace: backupNamespace },
      spec: {},
      status: { phase: "Failed", startTimestamp },
    });
    expect(endOf(await bench.judge())).toEqual(passes);
  });

  test("A-11: must be younger than every joined cluster", async () => {
    const at = new Date().toISOString();
    const joined = { type: "ManagedClusterJoined", status: "True", reason: "x", message: "x", lastTransitionTime: at };
    await bench.create("primary", "managedclusters", {
      apiVersion: `${clusterApi}/v1`,
      kind: "ManagedCluster",
      metadata: { name: "c3" },
      spec: { hubAcceptsClient: true },
      status: { conditions: [joined] },
    });
    expect(endOf(await bench.judge())).toEqual(blockedBy("would be lost: c3"));
  });

  test("A-18: must be visible on the secondary", async () => {
    await bench.remove("secondary", backup);
    expect(endOf(await bench.judge())).toEqual(
      blockedBy(`backup-visible-on-secondary (secondary): not visible: ${backup.name}`),
    );
  });
});

describe("the passive Restore", () => {
  test("A-12: must be there for method passive, and need not for method full", async () => {
    await bench.remove("secondary", passive);
    expect(endOf(await bench.judge())).toEqual(blockedBy("no Restore with syncRestoreWithNewBackups"));
    expect(endOf(await bench.judge(["--method", "full"]))).toEqual(passes);
  });

  test("A-13: is the newest that syncs, whatever it is called", async () => {
    const { spec, status } = await bench.read("secondary", passive);
    await bench.patch("secondary", passive, {
      status: { phase: "FinishedWithErrors", lastMessage: "This resource is ignored because it is old" },
    });
    await bench.create("secondary", passive.of, {
      apiVersion: `${clusterApi}/v1beta1`,
      kind: "Restore",
      metadata: { name: "my-sync", namespace: backupNamespace },
      ...{ spec, status },
    } as Manifest);
    const run = await bench.judge();
    expect(endOf(run)).toEqual(passes);
    expect(run.checks.find(({ id }) => id === "passive-restore")?.message).toBe("my-sync is Enabled");
  });

  test("A-14: that failed blocks with the Velero Restore, its errors, and the storage that is down", async () => {
    await bench.patch("secondary", passive, {
      status: { phase: "Error", lastMessage: "Velero restore v1 has failed validation" },
    });
    await bench.create("secondary", "restores.velero.io", {
      apiVersion: "velero.io/v1",
      kind: "Restore",
      metadata: { name: "v1", namespace: backupNamespace },
      spec: { backupName: "gone" },
      status: { phase: "FailedValidation", validationErrors: ["backup gone not found"] },
    });
    await bench.patch("secondary", storage, { status: { phase: "Unavailable", message: "access denied" } });
    const { exitCode, critical } = await bench.judge();
    expect(exitCode).toBe(3);
    expect(critical.find((line) => line.startsWith("passive-restore"))).toMatch(
      /v1 is FailedValidation \(backup gone not found\).*dpa-hub-1 is Unavailable: access denied/,
    );
  });

  test("A-15 / K-04: that activated clusters before blocks a switchover", async () => {
    await bench.patch("secondary", passive, {
      spec: { veleroManagedClustersBackupName: "latest" },
      status: { phase: "Finished" },
    });
    const before = await snapshots();
    expect(endOf(await bench.judge(["--mode", "switchover"]))).toEqual(
      blockedBy("passive-restore (secondary): restore-acm-passive-sync: it is Finished with managed clusters `latest`"),
    );
    expect(await snapshots()).toEqual(before);
  });
});

describe("one kubeconfig for both hubs", () => {
  test("in which a hub shares its user with another context gives a warning, in a whole run too", async () => {
    const { folder, primary, secondary } = bench.pair;
    const text = async (name: string, server: typeof primary): Promise<string> =>
      kubeconfig({
        name,
        url: server.url,
        authority: await readFile(server.caFile, "utf8"),
        user: `${name}-admin`,
        credential: { token: server.token() },
      });
    const parts = [parse(await text("east", primary)), parse(await text("west", secondary))];
    const spare = { name: "spare", context: { cluster: "west", user: "west-admin" } };
    const merged = join(folder, "merged.kubeconfig");
    const all = (key: string): readonly unknown[] => parts.flatMap((part) => part[key]);
    await writeFile(
      merged,
      stringify({ clusters: all("clusters"), users: all("users"), contexts: [...all("contexts"), spare] }),
    );

    const contexts = ["--primary-context", "east", "--secondary-context", "west"];
    const run = await bench.switchover(["--dry-run", "true", ...contexts], { both: merged });

    expect({ exitCode: run.exitCode, tail: run.stderr.slice(-800) }).toMatchObject({ exitCode: 0 });
    expect(run.stdout).toMatch(
      /kubeconfig-users +secondary .*user "west-admin" belongs to several contexts: west, spare/,
    );
    expect(run.stdout).not.toMatch(/kubeconfig-users +(primary|both) /);
  });
});

describe("two kubeconfigs", () => {
  test("A-16 / K-27: that lead to one hub block a switchover, and nothing is changed", async () => {
    const before = await snapshots();
    const same = await bench.use("secondary", bench.pair.primary.kubeconfig(), "same");
    const { exitCode, critical } = await bench.judge(["--mode", "switchover"], { secondary: same });
    expect(exitCode).toBe(3);
    expect(critical[0]).toMatch(/^hub-identity \(both\): both kubeconfigs lead to the same hub primary-hub-id/);
    expect(await snapshots()).toEqual(before);
  });

  test("A-23 / K-38: with a token that has expired block", async () => {
    const expired = await tokenFolder("secondary", jsonWebToken(Date.now() - 3_600_000), "expired");
    const { exitCode, critical } = await bench.judge([], { secondary: expired });
    expect(exitCode).toBe(3);
    expect(critical).toContainEqual(expect.stringMatching(/^token-expiry \(secondary\): the token expired 1 h ago/));
  });

  test("A-23 / K-38: with a token that expires in two hours give a warning", async () => {
    await installRole(bench.pair.secondary, "validator", ["base", "import-tokens"]);
    const account = ["-n", "acm-switchover", "create", "token", "acm-switchover-validator"];
    const token = await bench.pair.secondary.kubectl([...account, "--duration=2h"]);
    const soon = await tokenFolder("secondary", token.trim(), "soon");
    const run = await bench.judge([], { secondary: soon });
    expect(endOf(run)).toEqual(passes);
    expect(run.warnings).toEqual([
      expect.stringMatching(/^token-expiry \(secondary\): the token expires soon, in (2 h|1 h 5\d min)/),
    ]);
  });

  test("of a user without any right block with the rights that he lacks, and say how to get them", async () => {
    const nobody = await bench.use("primary", bench.pair.primary.kubeconfig("nobody"), "nobody");
    const { exitCode, stdout, stderr } = await ended(bench.start(["--output", "table"], { primary: nobody }));
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(/FAILED.*rbac.*primary.*permissions of the validator role missing/);
    expect(stdout).toContain("fix: apply rbac/switchover/validator on this hub");
    expect(stderr.trimEnd().split("\n").slice(-4)).toEqual([
      expect.stringMatching(
        /^ERROR SW-PRE-03 switchover preflight: preflight failed: \d+ critical \(rbac \(primary\), /,
      ),
      expect.stringMatching(/^why: {2}rbac \(primary\): \d+ permissions of the validator role missing/),
      expect.stringMatching(/^fix: {2}apply rbac\/switchover\/validator on this hub/),
      "exit: 3",
    ]);
  });

  test("of which one leads nowhere block with that alone, and the rest of that hub is skipped", async () => {
    const closed = await bench.write("primary", await kubeconfigOf("primary", "x", "https://127.0.0.1:9"), "closed");
    const run = await bench.judge([], { primary: closed });
    expect(endOf(run)).toEqual(blockedBy("api-connectivity (primary)"));
    expect(run.checks.filter(({ hub, result }) => hub === "primary" && result === "skipped").length).toBeGreaterThan(
      10,
    );
  });
});

function jsonWebToken(expiresAt: number): string {
  const claims = Buffer.from(JSON.stringify({ exp: Math.floor(expiresAt / 1000) })).toString("base64url");
  return `e30.${claims}.c2lnbmF0dXJl`;
}

async function kubeconfigOf(hub: Hub, token: string, url = bench.pair[hub].url): Promise<string> {
  const authority = await readFile(bench.pair[hub].caFile, "utf8");
  return kubeconfig({ name: hub, url, authority, user: `${hub}-user`, credential: { token } });
}

async function tokenFolder(hub: Hub, token: string, account: string): Promise<string> {
  return await bench.write(hub, await kubeconfigOf(hub, token), account);
}

describe("the backup storage", () => {
  test("A-17 / K-27: of each hub must be the same", async () => {
    await bench.patch("secondary", storage, { spec: { objectStorage: { bucket: "elsewhere" } } });
    expect(endOf(await bench.judge())).toEqual(
      blockedBy('same-storage (both): primary and secondary differ in bucket "acm-backups" and "elsewhere"'),
    );
  });

  test("that is Unavailable once is looked at again before that is believed", async () => {
    await bench.patch("secondary", storage, { status: { phase: "Unavailable", message: "a moment" } });
    const child = bench.start(["--output", "json"], {}, { ...quickTuning, errorGrace: 20 });
    const end = ended(child);
    await written(child, "looking again at the backup storage of secondary");
    await bench.restore();
    expect(endOf(judged(await end))).toEqual(passes);
  });
});

describe("backup schedules", () => {
  test("A-19 / K-27: of the secondary must not be active", async () => {
    await bench.create("secondary", schedule.of, {
      apiVersion: `${clusterApi}/v1beta1`,
      kind: "BackupSchedule",
      metadata: { name: "theirs", namespace: backupNamespace },
      spec: { veleroSchedule: "0 */4 * * *", veleroTtl: "72h", useManagedServiceAccount: true },
      status: { phase: "Enabled" },
    });
    expect(endOf(await bench.judge())).toEqual(
      blockedBy("no-active-schedule-on-secondary (secondary): active and would end every Restore: theirs (Enabled)"),
    );
  });

  test("A-20: without import tokens block where a cluster was imported, and warn where Hive made all", async () => {
    await bench.patch("primary", schedule, { spec: { useManagedServiceAccount: false } });
    expect(endOf(await bench.judge())).toEqual(blockedBy("without a token these cannot be imported again: c1, c2"));
    for (const name of ["c1", "c2"]) {
      await bench.create("primary", "clusterdeployments", clusterDeployment(name, name, true));
    }
    const run = await bench.judge();
    expect(endOf(run)).toEqual(passes);
    expect(run.warnings).toContainEqual(expect.stringContaining("every cluster was made by Hive"));
  });

  test("A-94 / K-42: that want tokens block where the secondary's component is off", async () => {
    await bench.patch(
      "secondary",
      { of: "multiclusterengines", name: "multiclusterengine" },
      {
        spec: { overrides: { components: [{ name: "managedserviceaccount", enabled: false }] } },
      },
    );
    expect(endOf(await bench.judge())).toEqual(blockedBy("msa-component (secondary)"));
  });
});

describe("observability", () => {
  const namespace: Manifest = { apiVersion: "v1", kind: "Namespace", metadata: { name: observability } };

  test("A-21 / K-10: on the primary only gives a warning, and nobody asks for rights in it on the secondary", async () => {
    await bench.create("primary", "namespaces", namespace);
    const folders = await accounts(["base", "import-tokens", "observability"], ["base", "import-tokens"]);
    const run = await bench.judge([], folders);
    expect(endOf(run)).toEqual(passes);
    expect(run.warnings).toEqual([
      expect.stringMatching(/^observability-secondary-idle \(secondary\): observability runs on the primary but/),
    ]);
  });

  test("A-22: without its object storage blocks, unless observability is not to count", async () => {
    await bench.create("secondary", "namespaces", namespace);
    expect(endOf(await bench.judge())).toEqual(blockedBy("observability-secret (secondary)"));
    const run = await bench.judge(["--skip-observability-checks", "true"]);
    expect(endOf(run)).toEqual(passes);
    expect(run.warnings).toEqual([expect.stringMatching(/^observability-secret \(secondary\)/)]);
  });
});
