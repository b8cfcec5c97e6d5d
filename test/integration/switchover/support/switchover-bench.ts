import { type ChildProcess, spawn } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Tuning } from "../../../../steps/switchover/tuning.schema.ts";
import { type HealthyPair, healthyPair, type PairOptions } from "../../../support/hubs.ts";
import { program } from "../../../support/program.ts";
import { pooledHubServers } from "./hub-pool.ts";

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  /** Log and the last lines. */
  readonly stderr: string;
}

/** Wait times of the tests: played operators answer a hundred times faster than real ones. */
export const quickTuning = {
  argocdSettle: 1,
  argocdSyncWait: 15,
  backupInProgressWait: 15,
  backupSyncWait: 15,
  backupVerify: 15,
  clusterInitialWait: 2,
  clusterPoll: 30,
  clusterWait: 4,
  collisionCheckAfter: 4,
  errorGrace: 3,
  mcDelete: 15,
  passiveSettle: 15,
  restoreClustersSyncWait: 10,
  restoreDeleteWait: 10,
  restoreWait: 15,
  scheduleDeleteWait: 10,
  scheduleHealthyWait: 15,
  schedulePausedWait: 10,
  schedulePerCluster: 0,
  syncMargin: 15,
  veleroRestoreWait: 15,
};

/** For runs that are to succeed on a machine that is busy otherwise: a wait ends with its condition, not with its limit. */
export const patientTuning = {
  ...quickTuning,
  argocdSyncWait: 120,
  backupInProgressWait: 120,
  backupSyncWait: 120,
  backupVerify: 120,
  clusterWait: 120,
  mcDelete: 120,
  passiveSettle: 120,
  restoreClustersSyncWait: 120,
  restoreDeleteWait: 120,
  restoreWait: 120,
  scheduleDeleteWait: 120,
  scheduleHealthyWait: 120,
  schedulePausedWait: 120,
  syncMargin: 120,
  veleroRestoreWait: 120,
};

const taskNames = ["primary-prep", "activate", "post-activate", "finalize"] as const;
export type TaskName = (typeof taskNames)[number];

interface Files {
  readonly primary: string;
  readonly secondary: string;
}

/** Two healthy hubs and the program as its own process against them. */
export class SwitchoverBench {
  readonly pair: HealthyPair;
  readonly stateFolder: string;
  private readonly files: Files;
  private readonly tuning: Tuning;

  private constructor(pair: HealthyPair, tuning: Tuning) {
    this.pair = pair;
    this.tuning = tuning;
    this.stateFolder = join(pair.folder, "state");
    this.files = {
      primary: join(pair.folder, "primary.kubeconfig"),
      secondary: join(pair.folder, "secondary.kubeconfig"),
    };
  }

  static async open(options: PairOptions = {}, tuning: Tuning = quickTuning): Promise<SwitchoverBench> {
    const bench = new SwitchoverBench(await healthyPair(options, pooledHubServers), tuning);
    await mkdir(bench.stateFolder);
    await copyFile(bench.pair.primary.kubeconfig(), bench.files.primary);
    await copyFile(bench.pair.secondary.kubeconfig(), bench.files.secondary);
    return bench;
  }

  close(): Promise<void> {
    return this.pair.stop();
  }

  /** The same hubs and the same state, for runs with other wait times. */
  with(tuning: Tuning): SwitchoverBench {
    return new SwitchoverBench(this.pair, tuning);
  }

  /** `fairlead switchover run`, not waited for. */
  start(args: readonly string[] = [], files: Partial<Files> = {}): ChildProcess {
    const { primary, secondary } = { ...this.files, ...files };
    const flags = [
      ...["--primary-kubeconfig", primary, "--secondary-kubeconfig", secondary],
      ...["--state-folder", this.stateFolder, "--tuning", JSON.stringify(this.tuning), "--log-format", "json"],
    ];
    return spawn(process.execPath, [program, "switchover", "run", ...flags, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  run(args: readonly string[] = [], files: Partial<Files> = {}): Promise<Ended> {
    return ended(this.start(args, files));
  }

  /** One Task of the Pipeline as its own process, not waited for. */
  async startTask(name: TaskName, args: readonly string[] = []): Promise<ChildProcess> {
    return this.spawnStep(name, { ...(await this.mountedHubs({})), state: this.stateFolder }, args);
  }

  /** Runs until this text was written, then is told to stop. */
  async runUntil(text: string, args: readonly string[] = [], files: Partial<Files> = {}): Promise<Ended> {
    const child = this.start(args, files);
    const end = ended(child);
    await written(child, text);
    child.kill("SIGTERM");
    return await end;
  }

  /** One step as a process of its own, not waited for. Reports and plans are in `reportFolder`. `files`: as for a run. */
  async startStep(step: string, args: readonly string[] = [], files: Partial<Files> = {}): Promise<ChildProcess> {
    await mkdir(this.reportFolder, { recursive: true });
    const hubs = await this.mountedHubs(files);
    return this.spawnStep(step, { ...hubs, state: this.stateFolder, output: this.reportFolder }, args);
  }

  private async mountedHubs(files: Partial<Files>): Promise<Readonly<Record<string, string>>> {
    const { primary, secondary } = { ...this.files, ...files };
    return {
      "primary-kubeconfig": await this.folderOf(primary, "primary"),
      "secondary-kubeconfig": await this.folderOf(secondary, "secondary"),
    };
  }

  private spawnStep(step: string, folders: Readonly<Record<string, string>>, args: readonly string[]): ChildProcess {
    const workspaces = Object.entries(folders).flatMap(([workspace, path]) => ["--workspace", `${workspace}=${path}`]);
    const flags = ["--tuning", JSON.stringify(this.tuning), "--log-format", "json"];
    return spawn(process.execPath, [program, "switchover", step, ...workspaces, ...flags, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  async task(name: TaskName, args: readonly string[] = []): Promise<Ended> {
    return await ended(await this.startTask(name, args));
  }

  /** Runs the Tasks before this one; each must succeed. */
  async tasksUntil(last: TaskName, args: readonly string[] = []): Promise<void> {
    for (const name of taskNames.slice(0, taskNames.indexOf(last))) {
      const { exitCode, stderr } = await this.task(name, args);
      if (exitCode !== 0) throw new Error(`${name} ended with ${exitCode}: ${stderr.slice(-1500)}`);
    }
  }

  async step(step: string, args: readonly string[] = [], files: Partial<Files> = {}): Promise<Ended> {
    return await ended(await this.startStep(step, args, files));
  }

  /** A step and what it leaves to the next one of its Pipeline. */
  async stepWithResults(
    step: string,
    args: readonly string[] = [],
  ): Promise<{ readonly end: Ended; readonly results: Readonly<Record<string, string | undefined>> }> {
    const folder = await mkdtemp(join(this.pair.folder, "results-"));
    const end = await this.step(step, [...args, "--results-dir", folder]);
    const names = await readdir(folder);
    const values = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
    return { end, results: Object.fromEntries(names.map((name, index) => [name, values[index]])) };
  }

  async rollback(args: readonly string[] = [], files: Partial<Files> = {}): Promise<Ended> {
    return await this.step("rollback", args, files);
  }

  get reportFolder(): string {
    return join(this.pair.folder, "output");
  }

  /** `fairlead switchover preflight` as a validation. `folders`: of each hub's kubeconfig. */
  validate(folders: Files, args: readonly string[] = []): Promise<Ended> {
    return this.preflight(folders, ["--mode", "validate", ...args]);
  }

  /** `fairlead switchover preflight`, also that of a switchover. */
  preflight(folders: Files, args: readonly string[]): Promise<Ended> {
    const workspaces = Object.entries(folders).flatMap(([hub, path]) => ["--workspace", `${hub}-kubeconfig=${path}`]);
    const flags = ["--tuning", JSON.stringify(this.tuning), "--log-format", "json"];
    return ended(
      spawn(process.execPath, [program, "switchover", "preflight", ...workspaces, ...flags, ...args], {
        stdio: ["ignore", "pipe", "pipe"],
      }),
    );
  }

  /** A folder of that name with the kubeconfig, as a mounted Secret has it. */
  async folderOf(kubeconfig: string, name: string): Promise<string> {
    const folder = join(this.pair.folder, "mounted", name);
    await mkdir(folder, { recursive: true });
    await copyFile(kubeconfig, join(folder, "kubeconfig"));
    return folder;
  }

  /** The state file of the only operation; `undefined` when there is none. */
  async state(): Promise<Readonly<Record<string, unknown>> | undefined> {
    const file = await this.stateFile();
    return file === undefined ? undefined : JSON.parse(await readFile(file, "utf8"));
  }

  async stateFile(): Promise<string | undefined> {
    const names = (await readdir(this.stateFolder)).filter(
      (name) => name.endsWith(".json") && !name.endsWith(".plan.json"),
    );
    return names[0] === undefined ? undefined : join(this.stateFolder, names[0]);
  }

  async writeState(change: (state: Record<string, unknown>) => unknown): Promise<void> {
    const file = await this.stateFile();
    if (file === undefined) throw new Error("there is no state file to change");
    await writeFile(file, JSON.stringify(change(JSON.parse(await readFile(file, "utf8")))));
  }
}

/** Collects what a process writes until it ends. */
export function ended(child: ChildProcess): Promise<Ended> {
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}

interface Awaited {
  readonly text: string;
  seen: string;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Whoever waits for a text of a process, so that each process is listened to once, however many wait. */
const awaitedOf = new WeakMap<ChildProcess, Set<Awaited>>();

function listenTo(child: ChildProcess): Set<Awaited> {
  const all = new Set<Awaited>();
  child.stderr?.on("data", (chunk: Buffer | string) => {
    for (const one of all) {
      one.seen += String(chunk);
      if (!one.seen.includes(one.text)) continue;
      all.delete(one);
      one.resolve();
    }
  });
  child.once("close", () => {
    for (const { text, seen, reject } of all)
      reject(new Error(`the process ended without writing "${text}": ${seen.slice(-500)}`));
  });
  return all;
}

/** Resolves when the process has written this text, from now on. */
export function written(child: ChildProcess, text: string): Promise<void> {
  const all = awaitedOf.get(child) ?? listenTo(child);
  awaitedOf.set(child, all);
  return new Promise((resolve, reject) => {
    all.add({ text, seen: "", resolve, reject });
  });
}
