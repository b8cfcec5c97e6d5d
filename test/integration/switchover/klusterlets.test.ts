import { afterEach, describe, expect, test } from "@jest/globals";
import { hostOf } from "../../sim/klusterlet.ts";
import { isAvailable } from "../../support/hubs/is-available.ts";
import { KlusterletBench } from "./support/klusterlet-bench.ts";
import type { Ended } from "./support/switchover-bench.ts";

const minute = 60_000;
const endOf = ({ exitCode, stderr }: Ended) => ({ exitCode, tail: stderr.slice(-2500) });
const bootstrapName = "bootstrap-hub-kubeconfig";
const oneMayBeMissing = ["--max-unavailable", "50%"];

describe("a cluster whose klusterlet goes on obeying the old hub", () => {
  let bench: KlusterletBench;

  afterEach(() => bench?.close());

  const klusterlets = async (): Promise<unknown> => {
    const state = await bench.hubs.state();
    // The state file is the program's own; a wrong shape fails the expectations on it.
    return (state?.["config"] as { readonly klusterlets?: unknown } | undefined)?.klusterlets;
  };

  test(
    "K-15 is led to the new hub: its bootstrap Secret is replaced in one request, never deleted, its klusterlet restarted",
    async () => {
      bench = await KlusterletBench.open();
      await bench.importSecret();
      const before = await bench.read("secret", bootstrapName);

      const ran = await bench.run(await bench.spokeFolder("operator"));

      expect(endOf(ran)).toMatchObject({ exitCode: 0 });
      const after = await bench.read("secret", bootstrapName);
      expect(after.metadata.uid).toBe(before.metadata.uid);
      expect({ host: hostOf(after), keys: Object.keys(after.data ?? {}) }).toEqual({
        host: "localhost",
        keys: ["kubeconfig"],
      });
      expect(await bench.writes()).toEqual(["update secrets", "patch deployments"]);
      expect(await klusterlets()).toEqual({ c1: "repaired", c2: "no kubeconfig" });
      const c1 = await bench.hubs.pair.seeds.secondary.find("managedClusters", "c1");
      expect(c1 !== undefined && isAvailable(c1)).toBe(true);
      expect(ran.stderr + JSON.stringify(await bench.hubs.state())).not.toContain("of-secondary");
    },
    3 * minute,
  );

  test(
    "K-15 keeps the Secret that it has where the replacement is refused: a warning names cluster and permission",
    async () => {
      bench = await KlusterletBench.open();
      await bench.importSecret();
      const before = await bench.read("secret", bootstrapName);

      const ran = await bench.run(await bench.spokeFolder("validator"), oneMayBeMissing);

      expect(endOf(ran)).toMatchObject({ exitCode: 0 });
      expect((await bench.read("secret", bootstrapName)).data).toEqual(before.data);
      expect(await bench.writes()).toEqual([]);
      expect(ran.stderr).toMatch(/lead klusterlets to the hub: c1: .*secrets.*bootstrap-hub-kubeconfig/);
      expect(await klusterlets()).toMatchObject({ c1: "not repaired" });
    },
    3 * minute,
  );

  test(
    "is only restarted where an earlier run was killed after it replaced the Secret",
    async () => {
      bench = await KlusterletBench.open();
      await bench.importSecret();
      const data = { kubeconfig: Buffer.from(await bench.hubKubeconfig("secondary")).toString("base64") };
      const patch = JSON.stringify([{ op: "replace", path: "/data", value: data }]);
      const target = ["-n", "open-cluster-management-agent", "patch", "secret", bootstrapName, "--type=json"];
      await bench.spoke.kubectl([...target, "-p", patch]);

      const ran = await bench.run(await bench.spokeFolder("operator"));

      expect(endOf(ran)).toMatchObject({ exitCode: 0 });
      expect(await bench.writes()).toEqual(["patch deployments"]);
      expect(hostOf(await bench.read("secret", "hub-kubeconfig-secret"))).toBe("localhost");
    },
    3 * minute,
  );

  test(
    "gets a bootstrap Secret where it has none",
    async () => {
      bench = await KlusterletBench.open();
      await bench.importSecret();
      await bench.spoke.kubectl(["-n", "open-cluster-management-agent", "delete", "secret", bootstrapName]);

      const ran = await bench.run(await bench.spokeFolder("operator"));

      expect(endOf(ran)).toMatchObject({ exitCode: 0 });
      expect(await bench.writes()).toEqual(["create secrets", "patch deployments"]);
    },
    3 * minute,
  );

  test(
    "is left alone where the new hub's import Secret leads back to the old one",
    async () => {
      bench = await KlusterletBench.open();
      await bench.importSecret("primary");

      const ran = await bench.run(await bench.spokeFolder("operator"), oneMayBeMissing);

      expect(endOf(ran)).toMatchObject({ exitCode: 0 });
      expect(await bench.writes()).toEqual([]);
      expect(await klusterlets()).toMatchObject({ c1: "stranded" });
      expect(ran.stderr).toContain("leads back to the other one, at 127.0.0.1");
    },
    3 * minute,
  );

  test(
    "is told of, and not touched, where the kubeconfig leads to another cluster",
    async () => {
      bench = await KlusterletBench.open();
      await bench.importSecret();
      const data = { "cluster-name": Buffer.from("c9").toString("base64") };
      const target = ["-n", "open-cluster-management-agent", "patch", "secret", "hub-kubeconfig-secret"];
      await bench.spoke.kubectl([...target, "-p", JSON.stringify({ data })]);

      const ran = await bench.run(await bench.spokeFolder("operator"), oneMayBeMissing);

      expect(endOf(ran)).toMatchObject({ exitCode: 0 });
      expect(await bench.writes()).toEqual([]);
      expect(ran.stderr).toContain("context c1 leads to the cluster c9");
    },
    3 * minute,
  );

  test(
    "is told of where it does not answer",
    async () => {
      bench = await KlusterletBench.open();
      const ran = await bench.run(await bench.folderWith("https://127.0.0.1:1", "none"), oneMayBeMissing);
      expect(endOf(ran)).toMatchObject({ exitCode: 0 });
      expect(ran.stderr).toContain("klusterlets that do not answer: c1");
      expect(await klusterlets()).toEqual({ c1: "unreachable", c2: "no kubeconfig" });
    },
    3 * minute,
  );

  test(
    "is told of, and not touched, where the new hub has no import Secret for it",
    async () => {
      bench = await KlusterletBench.open();
      const ran = await bench.run(await bench.spokeFolder("operator"), oneMayBeMissing);
      expect(endOf(ran)).toMatchObject({ exitCode: 0 });
      expect(ran.stderr).toContain("it obeys the hub at 127.0.0.1; the hub has no import Secret for it");
      expect(await bench.writes()).toEqual([]);
    },
    3 * minute,
  );

  test(
    "is led back by a rollback once it had been led to the new hub",
    async () => {
      bench = await KlusterletBench.open();
      await bench.importSecret();
      const folder = await bench.spokeFolder("operator");
      expect(endOf(await bench.run(folder))).toMatchObject({ exitCode: 0 });
      await bench.importSecret("primary", "primary");
      // Nothing but its klusterlet can bring it back.
      bench.hubs.pair.simulators.primary.inject({ kind: "import-fails", cluster: "c1" });

      // No kubeconfig leads to c2, which the new hub took, too.
      const flags = ["--workspace", `spoke-kubeconfigs=${folder}`, "--rollback-allow-partial", "true"];
      const back = await bench.hubs.rollback(flags);

      expect(endOf(back)).toMatchObject({ exitCode: 0 });
      expect(hostOf(await bench.read("secret", bootstrapName))).toBe("127.0.0.1");
      const c1 = await bench.hubs.pair.seeds.primary.find("managedClusters", "c1");
      expect(c1 !== undefined && isAvailable(c1)).toBe(true);
    },
    3 * minute,
  );
});
