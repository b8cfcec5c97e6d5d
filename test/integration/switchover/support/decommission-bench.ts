import { type ChildProcess, spawn } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KindName } from "../../../sim/kinds.ts";
import { type Simulator, startSimulator } from "../../../sim/simulator.ts";
import type { TestApiServer } from "../../../support/api-servers.ts";
import { backupNamespace, startBareHubs } from "../../../support/hubs.ts";
import { program } from "../../../support/program.ts";
import { pooledHubServers } from "./hub-pool.ts";
import { type Ended, ended } from "./switchover-bench.ts";

type Hub = "primary" | "secondary";
type Bare = Awaited<ReturnType<typeof startBareHubs>>;

const acm = "open-cluster-management";
const observability = "open-cluster-management-observability";
const version = "2.14.1";

/** Whatever a removal deletes, where it lies. */
const touched: readonly KindName[] = [
  "multiClusterObservabilities",
  "multiClusterHubs",
  "managedClusters",
  "backupSchedules",
  "restores",
  "pods",
];

/** For waits that are to end with their condition. */
export const patient = {
  obsTerminate: 120,
  restoreDeleteWait: 120,
  scheduleDeleteWait: 120,
  mcDelete: 120,
  mchDelete: 120,
};

export const hostOf = (server: TestApiServer): string => new URL(server.url).hostname;

/** A hub with observability, ACM, a BackupSchedule, a Restore and two clusters that have left it, and the hub that has them. */
export class DecommissionBench {
  readonly folder: string;
  readonly seeds: Bare["seeds"];
  private readonly bare: Bare;
  private readonly simulator: Simulator;
  private states = 0;

  private constructor(folder: string, bare: Bare, simulator: Simulator) {
    this.folder = folder;
    this.bare = bare;
    this.seeds = bare.seeds;
    this.simulator = simulator;
  }

  static async open(): Promise<DecommissionBench> {
    const folder = await mkdtemp(join(tmpdir(), "fairlead-decommission-"));
    const bare = await startBareHubs(version, pooledHubServers);
    try {
      // Only what takes ACM away is played: everything else stands still, so that a test alone changes it.
      const simulator = await startSimulator({
        kubeconfig: bare.servers.server("primary").kubeconfig(),
        acmVersion: version,
        play: ["installation"],
        bucket: join(folder, "bucket"),
        timeScale: 100,
      });
      const bench = new DecommissionBench(folder, bare, simulator);
      await bench.seed();
      return bench;
    } catch (error) {
      await bare.stop();
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.simulator.stop();
    await this.bare.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  server(hub: Hub): TestApiServer {
    return this.bare.servers.server(hub);
  }

  private async seed(): Promise<void> {
    for (const hub of ["primary", "secondary"] as const) {
      await mkdir(join(this.folder, hub));
      await copyFile(this.server(hub).kubeconfig(), join(this.folder, hub, "kubeconfig"));
      await this.seeds[hub].fleet(["c1", "c2"], []);
      await this.seeds[hub].backupSchedule();
    }
    const { primary } = this.seeds;
    await this.setAvailable("primary", "c1", "Unknown");
    await this.setAvailable("primary", "c2", "Unknown");
    await primary.passiveRestore();
    await this.server("primary").kubectl(["create", "namespace", observability]);
    const instance = {
      apiVersion: "observability.open-cluster-management.io/v1beta2",
      kind: "MultiClusterObservability",
      metadata: { name: "observability" },
      spec: {},
    };
    await this.server("primary").kubectl(["apply", "-f", "-"], JSON.stringify(instance));
    await primary.pod("observability-grafana-1", observability, {});
    await primary.pod("search-v2-operator-1", acm, {});
    await this.backup("secondary", { "cluster.open-cluster-management.io/backup-cluster": this.seeds.secondary.id });
  }

  /** A Completed backup of the managed clusters as it lies on that hub. */
  async backup(hub: Hub, labels: Readonly<Record<string, string>>, completedAt = new Date()): Promise<void> {
    const completionTimestamp = completedAt.toISOString();
    const backup = {
      apiVersion: "velero.io/v1",
      kind: "Backup",
      metadata: {
        name: "acm-managed-clusters-schedule-20260101120000",
        namespace: backupNamespace,
        labels: { "cluster.open-cluster-management.io/backup-schedule-type": "managedClusters", ...labels },
      },
      spec: {},
      status: { phase: "Completed", completionTimestamp },
    };
    await this.server(hub).kubectl(["replace", "--force", "-f", "-"], JSON.stringify(backup));
  }

  async setAvailable(hub: Hub, name: string, status: "True" | "Unknown"): Promise<void> {
    const cluster = await this.seeds[hub].find("managedClusters", name);
    if (cluster === undefined) throw new Error(`hub ${hub} has no cluster ${name}`);
    const type = "ManagedClusterConditionAvailable";
    const lastTransitionTime = new Date().toISOString();
    const condition = { type, status, reason: "Test", message: "", lastTransitionTime };
    await this.seeds[hub].setStatus("managedClusters", cluster, { conditions: [condition] });
  }

  async setFinalizers(kind: KindName, name: string, finalizers: readonly string[]): Promise<void> {
    const object = await this.seeds.primary.find(kind, name);
    if (object === undefined) throw new Error(`there is no ${kind} ${name}`);
    await this.seeds.primary.patch(kind, object, { metadata: { finalizers } });
  }

  /** What is left on the hub of what a removal deletes, as `kind/name`, and whether its deletion has begun. */
  async left(): Promise<readonly string[]> {
    const lists = await Promise.all(
      touched.map(async (kind) =>
        (await this.seeds.primary.list(kind)).map(
          ({ metadata }) => `${kind}/${metadata.name}${metadata.deletionTimestamp === undefined ? "" : " (deleting)"}`,
        ),
      ),
    );
    return lists.flat().toSorted();
  }

  /** What the program has deleted on the hub, in order, as `managedclusters/c1`. */
  async deletions(): Promise<readonly string[]> {
    const events = await this.server("primary").auditEvents();
    return events.flatMap(({ verb, userAgent, objectRef }) =>
      verb === "delete" && userAgent?.startsWith("fairlead/") === true
        ? [`${objectRef?.resource}/${objectRef?.name}`]
        : [],
    );
  }

  /** A state folder that nobody has used. */
  async freshState(): Promise<string> {
    this.states += 1;
    const state = join(this.folder, `state-${this.states}`);
    await mkdir(state);
    return state;
  }

  /** `fairlead switchover decommission`, not waited for. `folders`: of kubeconfigs, where others than the administrators'. */
  start(state: string, args: readonly string[], folders: Partial<Readonly<Record<Hub, string>>> = {}): ChildProcess {
    const bound = { "primary-kubeconfig": folders.primary ?? join(this.folder, "primary"), state };
    const other = folders.secondary === undefined ? {} : { "secondary-kubeconfig": folders.secondary };
    const workspaces = Object.entries({ ...bound, ...other }).flatMap(([name, path]) => [
      "--workspace",
      `${name}=${path}`,
    ]);
    const flags = args.includes("--tuning") ? [] : ["--tuning", JSON.stringify(patient)];
    return spawn(
      process.execPath,
      [program, "switchover", "decommission", ...workspaces, "--log-format", "json", ...flags, ...args],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
  }

  run(state: string, args: readonly string[], folders: Partial<Readonly<Record<Hub, string>>> = {}): Promise<Ended> {
    return ended(this.start(state, args, folders));
  }

  /** The folder of the administrator's kubeconfig. */
  kubeconfigFolder(hub: Hub): string {
    return join(this.folder, hub);
  }
}
