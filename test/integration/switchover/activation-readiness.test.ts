import { afterEach, describe, expect, test } from "@jest/globals";
import { isAvailable } from "../../support/hubs/is-available.ts";
import { activationOf, endOf, succeed } from "./support/activations.ts";
import { furtherSet } from "./support/backup-sets.ts";
import { restoreWrites } from "./support/restore-writes.ts";
import { ended, patientTuning, SwitchoverBench, written } from "./support/switchover-bench.ts";

// What the activation waits for before it changes anything on the new hub.

const minute = 60_000;
const passive = "restore-acm-passive-sync";
const replace = ["--activation-method", "restore"] as const;

let bench: SwitchoverBench;
afterEach(() => bench?.close());

const restore = () => bench.pair.seeds.secondary.find("restores", passive);
const managedClustersName = async () => (await restore())?.spec?.["veleroManagedClustersBackupName"];

async function setInterval(text: string): Promise<void> {
  const found = await restore();
  if (found === undefined) throw new Error("the fixture has no passive Restore");
  await bench.pair.seeds.secondary.patch("restores", found, { spec: { restoreSyncInterval: text } });
}

/** What an import needs of the new hub, by name; and whether each cluster is connected to it. */
async function arrived() {
  const { secondary } = bench.pair.seeds;
  const secrets = (await secondary.list("secrets")).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  const clusters = (await secondary.list("managedClusters")).filter(isAvailable).map(({ metadata }) => metadata.name);
  return { secrets, clusters };
}

const whole = {
  secrets: expect.arrayContaining(["c1/auto-import-account", "c2/auto-import-account", "h1/h1-admin-kubeconfig"]),
  clusters: expect.arrayContaining(["c1", "c2", "h1"]),
};

describe("a passive Restore that is busy", () => {
  test(
    "A-31 / K-28 is waited for until it is Enabled; only then it is told to activate",
    async () => {
      bench = await SwitchoverBench.open({ version: "2.16.0" }, patientTuning);
      const { simulators } = bench.pair;
      await bench.tasksUntil("activate");
      simulators.secondary.inject({ kind: "restore-stuck", prefix: "acm-credentials" });
      await furtherSet(bench);
      await bench.pair.seeds.secondary.untilPhase("restores", passive, "Running");

      const child = await bench.startTask("activate");
      const end = ended(child);
      await written(child, "phase is Running");
      expect(await managedClustersName()).toBe("skip");
      simulators.secondary.clear();

      succeed(await end);
      expect(await managedClustersName()).toBe("latest");
    },
    3 * minute,
  );
});

describe("backups that are newer than what the passive Restore holds", () => {
  test(
    "A-93 / K-41 ACM 2.16: it is told to activate only once it has restored them, and no token is lost",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 2, hive: 1, version: "2.16.0" }, patientTuning);
      const { simulators } = bench.pair;
      simulators.secondary.inject({ kind: "sync-stands-still" });
      const { credentials, resources, generic } = await furtherSet(bench);

      const child = bench.start();
      const end = ended(child);
      await written(child, `newest ${credentials}`);
      expect(await managedClustersName()).toBe("skip");
      const looks = written(child, '"step":"activate_managed_clusters"').then(async () => {
        const made = await bench.pair.seeds.secondary.list("veleroRestores");
        return made.map(({ spec }) => spec?.["backupName"]);
      });
      simulators.secondary.clear();

      expect(await looks).toEqual(expect.arrayContaining([credentials, resources, generic]));
      succeed(await end);
      expect(await arrived()).toEqual(whole);
    },
    3 * minute,
  );

  test(
    "A-93 / K-41 ACM 2.16: a Restore that takes its place names all three kinds, and no token is lost",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 2, hive: 1, version: "2.16.0" }, patientTuning);
      bench.pair.simulators.secondary.inject({ kind: "sync-stands-still" });
      const { credentials, managedClusters, resources } = await furtherSet(bench);

      succeed(await bench.run(replace));

      const { names } = await activationOf(bench, "restore-acm-activate");
      expect(names).toEqual([managedClusters, credentials, resources]);
      expect(await arrived()).toEqual(whole);
    },
    3 * minute,
  );

  test(
    "A-93 ACM 2.16: never restored they end the run with exit 5; the kinds are named, nothing was changed",
    async () => {
      bench = await SwitchoverBench.open({ version: "2.16.0" }, { ...patientTuning, syncMargin: 2 });
      await bench.tasksUntil("activate");
      bench.pair.simulators.secondary.inject({ kind: "sync-stands-still" });
      await furtherSet(bench);
      await setInterval("2s");

      const ran = await bench.task("activate");

      expect(endOf(ran, 5)).toBe("exit 5");
      expect(ran.stderr).toContain("ERROR SW-ACT-05");
      for (const kind of ["credentials", "resources", "generic resources"]) {
        expect(ran.stderr).toContain(`${kind} (restored acm-`);
      }
      expect(await managedClustersName()).toBe("skip");
    },
    3 * minute,
  );
});

describe("a storage location that is lost before the activation", () => {
  test.each([[[]], [replace]])(
    "A-98 %j: though the passive Restore still says Enabled nothing is changed; exit 1, and a resume completes",
    async (flags) => {
      bench = await SwitchoverBench.open({ version: "2.16.0" }, patientTuning);
      const { seeds, simulators, secondary } = bench.pair;
      // It shows the loss only when it looks again.
      await setInterval("24h");
      await bench.tasksUntil("activate", flags);
      simulators.secondary.inject({ kind: "storage-unavailable" });
      await seeds.secondary.untilPhase("storageLocations", "dpa-hub-1", "Unavailable");

      const ran = await bench.task("activate", flags);

      expect(endOf(ran, 1)).toBe("exit 1");
      expect(ran.stderr).toContain("ERROR SW-ACT-06");
      expect(ran.stderr).toContain("nothing was changed");
      expect(await restore()).toMatchObject({ status: { phase: "Enabled" } });
      expect(await restoreWrites(secondary)).toEqual([]);

      simulators.secondary.clear();
      await seeds.secondary.untilPhase("storageLocations", "dpa-hub-1", "Available");
      succeed(await bench.task("activate", flags));
    },
    3 * minute,
  );
});
