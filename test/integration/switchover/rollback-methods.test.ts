import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { SimObject } from "../../sim/kube/sim-client.ts";
import { installArgoCd, marker, readApplication, seedApplication } from "../../support/hubs/argo-cd.ts";
import { endOf, succeed } from "./support/activations.ts";
import { argocd } from "./support/argocd-bench.ts";
import { type Ended, patientTuning, SwitchoverBench } from "./support/switchover-bench.ts";

const minute = 60_000;
const passive = "restore-acm-passive-sync";
const scheduleName = "acm-hub-backup";
const importConfig = "import-controller-config";
const engine = "multicluster-engine";
const automated = { automated: { prune: true }, syncOptions: ["A"] };
/** What a rollback finds paused by the switchover, on either hub. */
const ours = { namespace: "gitops", name: "acm" };
/** Paused by somebody's own argocd-pause before the switchover. */
const theirs = { namespace: "gitops-z", name: "before" };

const clusterNames = (restores: readonly SimObject[]) =>
  restores.map(({ metadata, spec }) => [metadata.name, spec?.["veleroManagedClustersBackupName"]]);

describe.each([
  { method: "method full", args: ["--method", "full"], version: "2.14.1" },
  { method: "activation-method restore", args: ["--activation-method", "restore"], version: "2.16.1" },
])("a rollback of a switchover by $method", ({ args, version }) => {
  let bench: SwitchoverBench;
  let strategyDuring: string;
  let rolledBack: Ended;
  let uidBefore: string | undefined;

  const strategy = () =>
    bench.pair.secondary.kubectl(["-n", engine, "get", "configmap", importConfig, "-o", "jsonpath={.data}"]);
  const application = (hub: "primary" | "secondary", which: typeof ours) => readApplication(bench.pair[hub], which);

  beforeAll(async () => {
    bench = await SwitchoverBench.open({ clusters: 0, hive: 2, version }, { ...patientTuning, clusterWait: 60 });
    const { pair } = bench;
    uidBefore = (await pair.seeds.primary.find("backupSchedules", scheduleName))?.metadata.uid;
    await pair.seeds.secondary.fleet(["known"], []);
    await pair.secondary.kubectl(["-n", engine, "create", "configmap", importConfig, "--from-literal=k=v"]);
    for (const hub of ["primary", "secondary"] as const) await installArgoCd(pair[hub]);
    await seedApplication(pair.primary, { ...theirs, syncPolicy: automated });
    const state = join(pair.folder, "own-pause");
    await mkdir(state);
    succeed(await argocd("pause", { primary: await bench.folderOf(pair.primary.kubeconfig(), "pause"), state }));
    for (const hub of ["primary", "secondary"] as const) {
      await seedApplication(pair[hub], { ...ours, syncPolicy: automated });
    }
    pair.simulators.secondary.inject({ kind: "cluster-never-connects", cluster: "h2" });
    await bench.runUntil("1 of 2 clusters connected; waiting for h2", [
      ...args,
      ...["--manage-auto-import-strategy", "true", "--argocd-manage", "true"],
    ]);
    strategyDuring = await strategy();
    rolledBack = await bench.rollback();
  }, 6 * minute);

  afterAll(() => bench?.close());

  test("A-66 it exits 0, the phase is rolled_back, and every cluster is connected to the old hub", async () => {
    expect(endOf(rolledBack, 0)).toBe("exit 0");
    expect(rolledBack.stderr).toContain("rolled back: 2 of 2 clusters");
    expect(await bench.state()).toMatchObject({ current_phase: "rolled_back" });
  });

  test("A-66 the Restore that was created is gone, and the passive one it took the place of is made again", async () => {
    const { secondary } = bench.pair.seeds;
    expect(clusterNames(await secondary.list("restores"))).toEqual([[passive, "skip"]]);
    await secondary.untilPhase("restores", passive, "Enabled");
  });

  test("A-66 the old hub's schedule is another object and works", async () => {
    const schedule = await bench.pair.seeds.primary.find("backupSchedules", scheduleName);
    expect(schedule).toMatchObject({ spec: { paused: false }, status: { phase: "Enabled" } });
    expect(schedule?.metadata.uid).not.toBe(uidBefore);
  });

  test("A-66 the new hub's auto-import strategy is as before, and another key stays", async () => {
    expect(JSON.parse(strategyDuring)).toEqual({ autoImportStrategy: "ImportAndSync", k: "v" });
    expect(JSON.parse(await strategy())).toEqual({ k: "v" });
  });

  test("A-66 Argo CD Applications of both hubs sync as before the switchover", async () => {
    for (const hub of ["primary", "secondary"] as const) {
      const { spec, metadata } = await application(hub, ours);
      expect(spec.syncPolicy).toEqual(automated);
      expect(metadata.annotations?.[marker]).toBeUndefined();
    }
  });

  test("A-66 an Application that a pause of its own holds stays paused by that", async () => {
    const { spec, metadata } = await application("primary", theirs);
    expect(spec.syncPolicy).toEqual({ syncOptions: ["A"] });
    expect(metadata.annotations?.[marker]).toMatch(/^[0-9a-f]{12}$/);
  });
});
