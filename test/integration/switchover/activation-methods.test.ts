import { afterEach, describe, expect, test } from "@jest/globals";
import type { TestApiServer } from "../../support/api-servers.ts";
import { backupNamespace } from "../../support/hubs.ts";
import { activationOf, endOf, hold, letGo, succeed } from "./support/activations.ts";
import { furtherSet } from "./support/backup-sets.ts";
import { installPolicy, type RefusingPolicy, removePolicy, untilAnswered } from "./support/refusing-policy.ts";
import { ended, patientTuning, SwitchoverBench, written } from "./support/switchover-bench.ts";

const minute = 60_000;
const replace = ["--activation-method", "restore"] as const;
const full = ["--method", "full"] as const;
const passive = "restore-acm-passive-sync";

const stampOf = (name: string): string => name.slice(-14);

let bench: SwitchoverBench;
afterEach(() => bench?.close());

describe("activation-method restore", () => {
  test(
    "A-36 the passive Restore is gone before restore-acm-activate is created, which names three backups of one set",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 2, hive: 1, version: "2.14.1" }, patientTuning);
      await hold(bench, "secondary", passive);
      const child = bench.start(replace);
      const end = ended(child);
      await written(child, `${passive} (finalizers: `);
      const meanwhile = await bench.pair.seeds.secondary.list("restores");
      await letGo(bench, "secondary", passive);

      succeed(await end);
      expect(meanwhile.map(({ metadata }) => metadata.name)).toEqual([passive]);
      const { created, names } = await activationOf(bench, "restore-acm-activate");
      expect(created).toMatchObject({ phase: "Finished", spec: { cleanupBeforeRestore: "CleanupRestored" } });
      expect(created?.spec).not.toHaveProperty("syncRestoreWithNewBackups");
      expect(names.map((name) => name.slice(0, -15))).toEqual([
        "acm-managed-clusters-schedule",
        "acm-credentials-schedule",
        "acm-resources-schedule",
      ]);
      expect(new Set(names.map(stampOf)).size).toBe(1);
    },
    3 * minute,
  );

  test.each(["2.16.0", "2.17.0"])(
    "A-85 / K-36 ACM %s: three names of one set, and every cluster connects",
    async (version) => {
      bench = await SwitchoverBench.open({ clusters: 2, hive: 1, version }, patientTuning);
      succeed(await bench.run(replace));
      const { names } = await activationOf(bench, "restore-acm-activate");
      expect(new Set(names.map(stampOf)).size).toBe(1);
      expect(names.join()).not.toMatch(/latest|skip/);
    },
    3 * minute,
  );

  test(
    "A-85 a generic backup that the operator would leave out, by its name and its start: three latest, with a warning",
    async () => {
      bench = await SwitchoverBench.open({ version: "2.16.0" }, patientTuning);
      // Each is run now: 41 s after the time in the resources name, and 40 s after that in the generic one.
      const { generic, resources } = await furtherSet(bench, 41, { generic: 1 });
      expect(stampOf(generic)).not.toBe(stampOf(resources));
      const end = await bench.run(replace);
      succeed(end);
      expect((await activationOf(bench, "restore-acm-activate")).names).toEqual(["latest", "latest", "latest"]);
      expect(end.stderr).toContain(
        `no Completed generic resources backup that the operator would take beside ${resources}`,
      );
    },
    3 * minute,
  );

  test(
    "A-85 a credentials backup whose name is a second off the others is of their set",
    async () => {
      bench = await SwitchoverBench.open({ version: "2.16.0" }, patientTuning);
      const { credentials, managedClusters, resources } = await furtherSet(bench, 0, { credentials: 1 });
      expect(stampOf(credentials)).not.toBe(stampOf(resources));
      succeed(await bench.run(replace));
      const { names } = await activationOf(bench, "restore-acm-activate");
      expect(names).toEqual([managedClusters, credentials, resources]);
    },
    3 * minute,
  );

  test(
    "A-85 pin-backup=false: all three are latest",
    async () => {
      bench = await SwitchoverBench.open({ version: "2.16.0" }, patientTuning);
      succeed(await bench.run([...replace, "--pin-backup", "false"]));
      expect((await activationOf(bench, "restore-acm-activate")).names).toEqual(["latest", "latest", "latest"]);
    },
    3 * minute,
  );

  test(
    "A-85 ACM 2.12: credentials and resources are those that were restored last",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 2, hive: 1, version: "2.12.3" }, patientTuning);
      const before = await bench.pair.seeds.secondary.list("veleroRestores");
      succeed(await bench.run([...replace, "--pin-backup", "false"]));
      const { names } = await activationOf(bench, "restore-acm-activate");
      const restored = before.map(({ spec }) => spec?.["backupName"]);
      expect(restored).toEqual(expect.arrayContaining([names[1], names[2]]));
      expect(names[0]).toMatch(/^acm-managed-clusters-schedule-\d{14}$/);
    },
    3 * minute,
  );

  test(
    "A-85 A-32 a Restore that ends without a managed-clusters restore is no activation: exit 5",
    async () => {
      bench = await SwitchoverBench.open({ version: "2.14.1" }, patientTuning);
      bench.pair.simulators.secondary.inject({ kind: "activates-nothing" });
      const end = await bench.run(replace);
      expect(endOf(end, 5)).toBe("exit 5");
      expect(end.stderr).toContain("ERROR SW-ACT-11");
      expect(end.stderr).toContain("nothing was activated");
      expect(await bench.state()).toMatchObject({ current_phase: "failed", errors: [{ phase: "activation" }] });
    },
    3 * minute,
  );

  test(
    "A-37 refused under that name, the passive Restore is made again as it was, and the next run activates",
    async () => {
      bench = await SwitchoverBench.open({ version: "2.14.1" }, patientTuning);
      const { seeds, secondary } = bench.pair;
      const first = await seeds.secondary.find("restores", passive);
      await seeds.secondary.patch("restores", first ?? { metadata: { name: passive } }, {
        metadata: { labels: { team: "fleet" } },
      });
      await refuseName(secondary, "restore-acm-activate", {
        group: "cluster.open-cluster-management.io",
        plural: "restores",
      });
      const trial = leftover.replace("restore-acm-full", "restore-acm-activate");
      await untilAnswered(() => secondary.kubectl(["create", "--dry-run=server", "-f", "-"], trial), notThisName);

      const end = await bench.run(replace);

      expect(endOf(end, 1)).toBe("exit 1");
      expect(end.stderr).toContain("was created again");
      const again = await seeds.secondary.find("restores", passive);
      expect(again?.metadata.uid).not.toBe(first?.metadata.uid);
      expect(again?.metadata.labels).toEqual({ team: "fleet" });
      expect(again?.spec).toEqual(first?.spec);

      await removePolicy(secondary, "no-such-name");
      succeed(await bench.run(replace));
    },
    4 * minute,
  );
});

describe("method full", () => {
  test(
    "A-38 / K-33 ACM 2.14: the passive Restore goes first, then restore-acm-full names three backups",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 2, hive: 1, version: "2.14.1" }, patientTuning);
      succeed(await bench.run(full));
      const { names, archived } = await activationOf(bench, "restore-acm-full");
      expect(archived.map(({ name }) => name)).toEqual([passive, "restore-acm-full"]);
      expect(new Set(names.map(stampOf)).size).toBe(1);
    },
    3 * minute,
  );

  test(
    "A-38 / K-36 ACM 2.12: first the data with managed clusters skip, then restore-acm-activate names what that restored",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 2, hive: 1, version: "2.12.3" }, patientTuning);
      succeed(await bench.run(full));
      const data = await activationOf(bench, "restore-acm-full");
      const activation = await activationOf(bench, "restore-acm-activate");
      expect(data.names[0]).toBe("skip");
      expect(data.created).toMatchObject({ phase: "Finished" });
      expect(activation.names.slice(1)).toEqual(data.names.slice(1));
      expect(activation.names[0]).toMatch(/^acm-managed-clusters-schedule-\d{14}$/);
    },
    3 * minute,
  );

  test(
    "A-38 without any passive Restore it works too",
    async () => {
      bench = await SwitchoverBench.open({ version: "2.17.0" }, patientTuning);
      await bench.pair.secondary.kubectl(["-n", backupNamespace, "delete", `${restores}/${passive}`]);
      succeed(await bench.run(full));
      expect((await activationOf(bench, "restore-acm-full")).created).toMatchObject({ phase: "Finished" });
    },
    3 * minute,
  );

  test(
    "A-39 / K-04 a Finished restore-acm-full of earlier is archived and deleted, and another is made",
    async () => {
      bench = await SwitchoverBench.open({ version: "2.14.1" }, patientTuning);
      const { seeds, secondary, simulators } = bench.pair;
      // It has ended when the operator first sees it: at a look beside an active one the passive one would end.
      simulators.secondary.inject({ kind: "operator-down" });
      await secondary.kubectl(["apply", "-f", "-"], leftover);
      const old = await seeds.secondary.find("restores", "restore-acm-full");
      if (old === undefined) throw new Error("the Restore of earlier was not made");
      await seeds.secondary.setStatus("restores", old, { phase: "FinishedWithErrors" });
      simulators.secondary.clear();

      succeed(await bench.run(full));

      const { archived } = await activationOf(bench, "restore-acm-full");
      const uids = archived.filter(({ name }) => name === "restore-acm-full").map(({ uid }) => uid);
      expect(uids).toHaveLength(2);
      expect(uids[0]).toBe(old.metadata.uid);
    },
    3 * minute,
  );

  test.each([[[]], [full], [replace]])(
    "A-40 / K-03 %j: fewer clusters than min-managed-clusters end it with exit 1",
    async (flags) => {
      bench = await SwitchoverBench.open({ clusters: 2, version: "2.14.1" }, patientTuning);
      const end = await bench.run([...flags, "--min-managed-clusters", "3"]);
      expect(endOf(end, 1)).toBe("exit 1");
      expect(end.stderr).toContain("ERROR SW-ACT-14");
    },
    3 * minute,
  );
});

describe("manage-auto-import-strategy", () => {
  const key = "import-controller-config";

  test(
    "A-42 / K-26 the strategy is ImportAndSync during the switchover, and as before afterwards; another key stays",
    async () => {
      bench = await SwitchoverBench.open({ version: "2.14.1" }, patientTuning);
      const { seeds, secondary, simulators } = bench.pair;
      await seeds.secondary.fleet(["known"], []);
      await secondary.kubectl(["apply", "-f", "-"], strategy(key, "  autoImportStrategy: ImportOnly\n  k: v\n"));
      simulators.secondary.inject({ kind: "velero-down" });
      const child = bench.start(["--manage-auto-import-strategy", "true"]);
      const end = ended(child);
      await written(child, '"step":"wait_restore_completion","msg":"waiting: ');
      const during = await seeds.secondary.find("configMaps", key);
      simulators.secondary.clear();

      succeed(await end);
      expect(during).toMatchObject({ data: { autoImportStrategy: "ImportAndSync", k: "v" } });
      expect(await seeds.secondary.find("configMaps", key)).toMatchObject({
        data: { autoImportStrategy: "ImportOnly", k: "v" },
      });
    },
    3 * minute,
  );

  test(
    "A-42 / K-26 that cannot be done as asked ends the run before the activation, and says what was refused",
    async () => {
      bench = await SwitchoverBench.open({ version: "2.14.1" }, patientTuning);
      const { seeds, secondary } = bench.pair;
      await seeds.secondary.fleet(["known"], []);
      await bench.tasksUntil("activate");
      await refuseName(secondary, key, { group: "", plural: "configmaps" });
      const trial = strategy(key, "  k: v\n");
      await untilAnswered(() => secondary.kubectl(["create", "--dry-run=server", "-f", "-"], trial), notThisName);

      const end = await bench.task("activate", ["--manage-auto-import-strategy", "true"]);

      expect(endOf(end, 1)).toBe("exit 1");
      expect(end.stderr).toContain(notThisName);
      expect(await seeds.secondary.find("restores", passive)).toMatchObject({
        spec: { veleroManagedClustersBackupName: "skip" },
      });
    },
    3 * minute,
  );

  test(
    "A-42 where there was no ConfigMap, none is left",
    async () => {
      bench = await SwitchoverBench.open({ version: "2.16.0" }, patientTuning);
      await bench.pair.seeds.secondary.fleet(["known"], []);
      const end = await bench.run(["--manage-auto-import-strategy", "true"]);
      succeed(end);
      expect(end.stderr).toContain("let the new hub import its clusters by itself");
      expect(await bench.pair.seeds.secondary.find("configMaps", key)).toBeUndefined();
    },
    3 * minute,
  );
});

test(
  "an auto-import strategy that ACM does not know is warned of from the preflight on, and is left as it is",
  async () => {
    bench = await SwitchoverBench.open({ version: "2.14.1" }, patientTuning);
    const { seeds, secondary } = bench.pair;
    const name = "import-controller-config";
    await secondary.kubectl(["apply", "-f", "-"], strategy(name, "  autoImportStrategy: importandsync\n"));
    const end = await bench.run();
    succeed(end);
    expect(end.stdout).toMatch(/auto-import-strategy +secondary .*autoImportStrategy is "importandsync"/);
    expect(end.stderr).toContain("how the new hub imports clusters is not certain");
    expect(await seeds.secondary.find("configMaps", name)).toMatchObject({
      data: { autoImportStrategy: "importandsync" },
    });
  },
  3 * minute,
);

const restores = "restores.cluster.open-cluster-management.io";

function strategy(name: string, data: string): string {
  return `
apiVersion: v1
kind: ConfigMap
metadata: { name: ${name}, namespace: multicluster-engine }
data:
${data}`;
}

/** Beside an active one it is ignored. */
const leftover = `
apiVersion: cluster.open-cluster-management.io/v1beta1
kind: Restore
metadata: { name: restore-acm-full, namespace: ${backupNamespace} }
spec:
  cleanupBeforeRestore: None
  veleroManagedClustersBackupName: latest
  veleroCredentialsBackupName: latest
  veleroResourcesBackupName: latest
`;

const notThisName = "this name is not allowed here";

/** The hub takes no new object of this name. */
async function refuseName(server: TestApiServer, name: string, resource: RefusingPolicy["resource"]): Promise<void> {
  const unless = `object.metadata.name != "${name}"`;
  await installPolicy(server, { name: "no-such-name", resource, operation: "CREATE", unless, message: notThisName });
}
