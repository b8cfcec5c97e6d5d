import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { activationOf, endOf, succeed } from "./support/activations.ts";
import { type Ended, patientTuning, SwitchoverBench } from "./support/switchover-bench.ts";

const minute = 60_000;
const first = "restore-acm-selected";
const rest = "restore-acm-activate";
const passive = "restore-acm-passive-sync";
const select = ["--activation-method", "restore", "--cluster-selector", "stage=canary"] as const;
/** The labels are younger than the backups that are there: the last one has them. */
const backUp = ["--final-backup", "true"] as const;

let bench: SwitchoverBench;
afterEach(() => bench?.close());

async function label(name: string): Promise<void> {
  const { primary } = bench.pair.seeds;
  const cluster = await primary.find("managedClusters", name);
  if (cluster === undefined) throw new Error(`there is no ManagedCluster ${name} to label`);
  await primary.patch("managedClusters", cluster, { metadata: { labels: { stage: "canary" } } });
}

/** Without the hub itself. */
async function clustersOf(hub: "primary" | "secondary"): Promise<readonly string[]> {
  const all = await bench.pair.seeds[hub].list("managedClusters");
  return all
    .filter(({ metadata }) => metadata.labels?.["local-cluster"] !== "true")
    .map(({ metadata }) => metadata.name)
    .sort();
}

const restoreNames = async () =>
  (await bench.pair.seeds.secondary.list("restores")).map(({ metadata }) => metadata.name);

describe.each(["2.12.3", "2.16.0", "2.17.0"])("clusters that move first, on ACM %s", (version) => {
  test(
    "W-11 they move by a Restore of their labels, and the others only when they are connected",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 2, hive: 1, version }, patientTuning);
      await label("c1");

      const end = await bench.run([...select, ...backUp]);

      succeed(end);
      const { archived, created } = await activationOf(bench, rest);
      expect(archived.filter(({ name }) => [passive, first, rest].includes(name)).map(({ name }) => name)).toEqual([
        passive,
        first,
        rest,
      ]);
      expect(archived.find(({ name }) => name === first)).toMatchObject({
        phase: "Finished",
        spec: {
          cleanupBeforeRestore: "None",
          veleroManagedClustersBackupName: "latest",
          veleroCredentialsBackupName: "skip",
          veleroResourcesBackupName: "skip",
          labelSelector: { matchLabels: { stage: "canary" } },
        },
      });
      expect(created?.spec).not.toHaveProperty("labelSelector");
      const connected = end.stderr.indexOf("1 of 1 first clusters connected; the others follow");
      expect(connected).toBeGreaterThan(0);
      expect(end.stderr.indexOf(rest)).toBeGreaterThan(connected);
      expect(await clustersOf("secondary")).toEqual(["c1", "c2", "h1"]);
    },
    4 * minute,
  );
});

describe("clusters that move first and do not connect", () => {
  let stopped: Ended;

  beforeEach(async () => {
    bench = await SwitchoverBench.open(
      { clusters: 2, hive: 1, version: "2.16.0" },
      { ...patientTuning, clusterInitialWait: 1, clusterWait: 3 },
    );
    await label("c1");
    bench.pair.simulators.secondary.inject({ kind: "cluster-never-connects", cluster: "c1" });
    stopped = await bench.run([...select, ...backUp]);
  }, 3 * minute);

  test(
    "W-11 stop the switchover: no other cluster is on the new hub, and a rollback gives them back",
    async () => {
      expect(endOf(stopped, 5)).toBe("exit 5");
      expect(stopped.stderr).toContain("ERROR SW-SEL-06");
      expect(stopped.stderr).toContain("0 of 1 first clusters connected; waiting for c1");
      expect(await clustersOf("secondary")).toEqual(["c1"]);
      expect(await restoreNames()).toEqual([first]);
      const other = await bench.run([...select.slice(0, 3), "stage=other", ...backUp]);
      expect(endOf(other, 4)).toBe("exit 4");
      expect(other.stderr).toContain("the parameter clusterSelector changed within one operation");

      expect(endOf(await bench.with(patientTuning).rollback(), 0)).toBe("exit 0");
      expect(await bench.state()).toMatchObject({ current_phase: "rolled_back" });
      expect(await restoreNames()).toEqual([passive]);
    },
    4 * minute,
  );

  test(
    "W-11 move on with all others once they can: a resumed run completes",
    async () => {
      expect(endOf(stopped, 5)).toBe("exit 5");
      bench.pair.simulators.secondary.clear("cluster-never-connects");
      succeed(await bench.with(patientTuning).run([...select, ...backUp]));
      expect(await clustersOf("secondary")).toEqual(["c1", "c2", "h1"]);
      expect(await bench.state()).toMatchObject({ current_phase: "completed" });
    },
    4 * minute,
  );
});

describe("clusters that cannot move first", () => {
  test(
    "W-11 labels that the backup does not have move nobody, and neither do the others",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 2, version: "2.16.0" }, patientTuning);
      await label("c1");
      const end = await bench.run(select);
      expect(endOf(end, 1)).toBe("exit 1");
      expect(end.stderr).toContain("ERROR SW-SEL-05");
      expect(end.stderr).toContain("missing: c1; in the backup they do not carry the labels stage=canary");
      expect(await clustersOf("secondary")).toEqual([]);
    },
    3 * minute,
  );

  test(
    "W-11 the preflight refuses labels that no cluster has, and a cluster of Hive; nothing is changed",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 1, hive: 1, version: "2.16.0" });
      const none = await bench.run(select);
      expect(endOf(none, 3)).toBe("exit 3");
      expect(none.stderr).toContain("no joined cluster carries the labels stage=canary");
      await label("h1");
      const hive = await bench.run(select);
      expect(endOf(hive, 3)).toBe("exit 3");
      expect(hive.stderr).toContain("provisioned by Hive, so that they cannot connect before all the others: h1");
      expect(await restoreNames()).toEqual([passive]);
    },
    3 * minute,
  );
});
