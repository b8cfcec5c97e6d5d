import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { assetOf, assetsWith, BaselineBench, descheduler } from "./support/baseline-bench.ts";
import { Engine, type EngineReconciliation } from "./support/engine.ts";
import { relatedImages } from "./support/generated-worlds.ts";
import { refuse } from "./support/refusals.ts";
import { changesOf, writesOf } from "./support/writes-of.ts";

const minute = 60_000;

describe("what a dry run says, and the run then does,", () => {
  let bench: BaselineBench;
  let engine: Engine;
  afterEach(async () => {
    await engine.close();
    await bench.close();
  });

  async function open(annotations: Readonly<Record<string, string>>, spec = {}): Promise<void> {
    bench = await BaselineBench.open({ annotations, spec });
    engine = await Engine.open(bench.server, bench.folder);
  }

  const planning = async (): Promise<EngineReconciliation> => {
    await bench.server.forgetAuditEvents();
    const plan = await engine.reconcile({ "dry-run": true, "related-images": relatedImages });
    expect(await writesOf(bench)).toEqual([]);
    return plan;
  };
  const running = (): Promise<EngineReconciliation> => engine.reconcile({ "related-images": relatedImages });

  async function renderedOf({ folder }: EngineReconciliation, asset: string): Promise<unknown> {
    const ran = await engine.render({ "context-file": join(folder, "context.json"), asset });
    const [record] = JSON.parse(await readFile(join(ran.folder, "rendered.json"), "utf8"));
    return record?.object.spec;
  }

  test(
    "D37 goes by the HyperConverged with its golden config, and not by what that corrects",
    async () => {
      const migrations = { liveMigrationConfig: { parallelMigrationsPerCluster: 8 } };
      await open({ "golden-profile": "opinionated" }, { virtualization: migrations });
      const plan = await planning();
      const limits = { evictionLimits: { total: 5 } };
      expect(await renderedOf(plan, "descheduler-loadaware")).toMatchObject(limits);
      const run = await running();
      expect(assetsWith(run, "applied")).toEqual(assetsWith(plan, "applied"));
      expect(await bench.get(descheduler)).toMatchObject({ spec: limits });
    },
    2 * minute,
  );

  test(
    "D37 is the same for what lies in a namespace that the run makes first",
    async () => {
      await open({ "enable-kubevirt-metrics-exporter": "true" });
      const plan = await planning();
      const run = await running();
      expect(assetsWith(plan, "applied")).toContain("kubevirt-metrics-exporter");
      expect(assetsWith(run, "applied")).toEqual(assetsWith(plan, "applied"));
    },
    2 * minute,
  );

  test(
    "D37 B14 is the same for what waits for an object that the run makes first, so that no second run is needed",
    async () => {
      await open({
        "enable-node-remediation": "true",
        "enable-fence-agents": "true",
        "fence-agents-config": '{"agent":"fence_ipmilan"}',
      });
      const plan = await planning();
      const run = await running();
      expect(assetsWith(run, "applied")).toEqual(expect.arrayContaining(["fence-agents", "nhc-far"]));
      expect(assetsWith(run, "applied")).toEqual(assetsWith(plan, "applied"));
      expect(await renderedOf(plan, "nhc-far")).toEqual(await renderedOf(run, "nhc-far"));
      await bench.server.forgetAuditEvents();
      await running();
      expect(await changesOf(bench)).toEqual([]);
    },
    2 * minute,
  );

  test(
    "D37 is the same for an object that the server would not take, although there is none to compare it with yet",
    async () => {
      await open({});
      const [group, resource] = ["operator.openshift.io", "kubedeschedulers"];
      const { name, namespace = "" } = descheduler;
      const metadata = { name, namespace };
      const example = { apiVersion: `${group}/v1`, kind: "KubeDescheduler", metadata, spec: { mode: "Automatic" } };
      const message = "no descheduler today";
      await refuse(bench, { group, resource, operations: ["CREATE"], message, example: JSON.stringify(example) });
      for (const run of [await planning(), await running()]) {
        expect(run.exitCode).toBe(3);
        expect(assetsWith(run, "failed")).toEqual(["descheduler-loadaware"]);
        expect(assetOf(run, "descheduler-loadaware").error).toContain(message);
      }
    },
    2 * minute,
  );
});
