import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { BaselineBench, hyperConverged } from "./support/baseline-bench.ts";

const minute = 60_000;
const label = "feature.node.kubernetes.io/pci-10de.present";
const kinds =
  "hyperconvergeds,machineconfigs,kubedeschedulers,persesdashboards,uiplugins,prometheusrules,services,servicemonitors";

describe("an inspection", () => {
  let bench: BaselineBench;
  afterEach(() => bench.close());

  /** All that a run of the baseline may write, with resource versions; the server itself renews Leases elsewhere. */
  async function everything(): Promise<readonly string[]> {
    const own = ["get", "configmaps,leases,events", "-n", "openshift-cnv", "-o", "json"];
    return await Promise.all([bench.server.kubectl(["get", kinds, "-A", "-o", "json"]), bench.server.kubectl(own)]);
  }

  test(
    "leaves by what the baseline is decided as files, and nothing in the cluster",
    async () => {
      bench = await BaselineBench.open({ annotations: { "golden-profile": "opinionated" } });
      await bench.create({
        apiVersion: "v1",
        kind: "Node",
        metadata: { name: "worker-0", labels: { [label]: "true" } },
      });
      const before = await everything();
      const output = join(bench.folder, "inspected");
      const ran = await bench.step("inspect", output, []);
      expect({ exitCode: ran.exitCode, tail: ran.stderr.slice(-1500) }).toMatchObject({ exitCode: 0 });
      expect(await everything()).toEqual(before);

      expect((await readdir(output)).toSorted()).toEqual([
        "assets.json",
        "context.json",
        "exclusions.json",
        "features.json",
        "hco.json",
        "rendered.json",
        "rendered.yaml",
        "tombstones.json",
      ]);
      const read = async (name: string) => JSON.parse(await readFile(join(output, name), "utf8"));
      expect((await read("context.json")).evidence).toMatchObject({
        pciDevicesPresent: { nodes: 1, examples: [{ node: "worker-0", signals: [`label ${label}=true`] }] },
        gpuPresent: { nodes: 0, examples: [] },
      });
      expect(await read("exclusions.json")).toContainEqual(
        expect.objectContaining({ asset: "mtv-operator", reason: "conditions-not-met" }),
      );
      expect((await read("assets.json")).assets).toHaveLength(89);
      expect((await read("tombstones.json")).map(({ name }: { readonly name: string }) => name)).toContain(
        "kubevirt-plugin",
      );
      const hco = await read("hco.json");
      expect(hco.asRead.spec).toEqual({});
      expect(hco.effective.spec.virtualization.liveMigrationConfig.parallelMigrationsPerCluster).toBe(5);
      expect((await bench.get(hyperConverged))["spec"]).toEqual({});
    },
    2 * minute,
  );

  test(
    "has the HyperConverged as it is where its owner keeps it, and says so",
    async () => {
      bench = await BaselineBench.open({ annotations: { "golden-profile": "opinionated", mode: "unmanaged" } });
      const output = join(bench.folder, "inspected");
      expect((await bench.step("inspect", output, [])).exitCode).toBe(0);
      const hco = JSON.parse(await readFile(join(output, "hco.json"), "utf8"));
      expect(hco.effective).toEqual(hco.asRead);
      expect(hco.note).toBe("the HyperConverged is unmanaged");
    },
    2 * minute,
  );

  test(
    "ends with exit 5 on a cluster without the CRD of HyperConverged, and with 0 where only the object is absent",
    async () => {
      bench = await BaselineBench.open();
      const output = join(bench.folder, "inspected");
      await bench.delete(hyperConverged);
      const absent = await bench.step("inspect", output, []);
      expect([absent.exitCode, await readdir(output)]).toEqual([0, []]);
      await bench.server.kubectl(["delete", "crd", "hyperconvergeds.hco.kubevirt.io"]);
      const missing = await bench.step("inspect", output, []);
      expect([missing.exitCode, missing.stderr]).toEqual([5, expect.stringContaining("BASE-RUN-02")]);
    },
    2 * minute,
  );
});
