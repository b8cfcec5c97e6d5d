import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { untilEstablished } from "../../support/api-servers/until-established.ts";
import { eventually } from "../../support/eventually.ts";
import { BaselineBench, hyperConverged } from "./support/baseline-bench.ts";
import { removeCrds } from "./support/crds.ts";
import { liveValue } from "./support/descheduler.ts";
import { Engine } from "./support/engine.ts";
import { changesOf } from "./support/writes-of.ts";

const minute = 60_000;
const crd = "hyperconvergeds.hco.kubevirt.io";
const definition = join(import.meta.dirname, `../../fixtures/baseline/crds/${crd}.yaml`);

describe("the limit of migrations that the HyperConverged has", () => {
  let bench: BaselineBench;
  let engine: Engine;
  afterEach(async () => {
    await engine.close();
    await bench.close();
  });

  const limit = () => liveValue(bench, "spec", "evictionLimits", "total");

  /** As a release of HyperConverged that knows no v1 yet. */
  async function serveOnlyV1beta1(): Promise<void> {
    const { server } = bench;
    const { spec, ...rest } = parse(await readFile(definition, "utf8"));
    const versions = spec.versions
      .filter(({ name }: { readonly name: string }) => name === "v1beta1")
      .map((version: object) => ({ ...version, storage: true }));
    await removeCrds(bench, crd);
    await server.kubectl(["create", "-f", "-"], JSON.stringify({ ...rest, spec: { ...spec, versions } }));
    await untilEstablished(server, `crd/${crd}`);
    // What a server serves follows a CRD with a delay.
    const path = "/apis/hco.kubevirt.io/v1beta1/hyperconvergeds";
    await eventually(async () => void (await server.kubectl(["get", "--raw", path])));
  }

  test(
    "B-12-71 is that of the descheduler's evictions",
    async () => {
      const migrations = { liveMigrationConfig: { parallelMigrationsPerCluster: 8 } };
      bench = await BaselineBench.open({ spec: { virtualization: migrations } });
      engine = await Engine.open(bench.server, bench.folder);
      expect((await engine.reconcile()).exitCode).toBe(0);
      expect(await limit()).toBe(8);
    },
    2 * minute,
  );

  test(
    "B-12-71 D17 is that of the descheduler's evictions where there is v1beta1 alone, whose golden config is of that version",
    async () => {
      bench = await BaselineBench.open();
      engine = await Engine.open(bench.server, bench.folder);
      await serveOnlyV1beta1();
      const { name, namespace = "" } = hyperConverged;
      const annotations = { "platform.kubevirt.io/autopilot": "true", "platform.kubevirt.io/enable-aaq": "true" };
      await bench.create({
        apiVersion: "hco.kubevirt.io/v1beta1",
        kind: "HyperConverged",
        metadata: { name, namespace, annotations },
        spec: { liveMigrationConfig: { parallelMigrationsPerCluster: 8 } },
      });
      const run = await engine.reconcile();
      expect({ exitCode: run.exitCode, message: run.summary.message }).toEqual({ exitCode: 0, message: undefined });
      expect(await limit()).toBe(8);
      expect(await bench.get(hyperConverged)).toMatchObject({
        apiVersion: "hco.kubevirt.io/v1beta1",
        metadata: { labels: { "platform.kubevirt.io/managed-by": "virt-platform-autopilot" } },
        spec: { enableApplicationAwareQuota: true, liveMigrationConfig: { parallelMigrationsPerCluster: 8 } },
      });
      await bench.server.forgetAuditEvents();
      expect((await engine.reconcile()).exitCode).toBe(0);
      expect(await changesOf(bench)).toEqual([]);
    },
    2 * minute,
  );
});
