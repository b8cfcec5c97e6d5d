import { type ChildProcess, spawn } from "node:child_process";
import { copyFile, mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Ended, ended, quickTuning } from "../../../integration/switchover/support/switchover-bench.ts";
import type { Fault, KubeRequest } from "../../../support/fault-proxy/types.ts";
import { type FaultProxy, startFaultProxy } from "../../../support/fault-proxy.ts";
import { installArgoCd, readApplication, removeApplication, seedApplication } from "../../../support/hubs/argo-cd.ts";
import { backupNamespace, type HealthyPair, healthyPair } from "../../../support/hubs.ts";
import { comparable, comparableFile } from "./final-state.ts";
import { type Refilled, refillHubs } from "./refill-hubs.ts";

/** One write as a hub saw it. */
export interface SeenWrite extends KubeRequest {
  readonly hub: HubName;
  readonly reachedServer: boolean;
}

export type KillPoint =
  /** The `number`-th write of this description. */
  | { readonly kind: "api-write"; readonly write: string; readonly number: number; readonly when: "before" | "after" }
  | { readonly kind: "rename"; readonly number: number; readonly when: "before" | "after" };

export interface Outcome {
  readonly exitCode: number | null;
  readonly stderr: string;
}

const program = join(import.meta.dirname, "../../../../steps/cli.ts");
const preload = join(import.meta.dirname, "kill-at-rename.ts");
const hubNames = ["primary", "secondary"] as const;
type HubName = (typeof hubNames)[number];

const clusters = ["c1", "c2"];
const usualVersion = "2.14.1";
// Slow enough for a busy machine: the first look for a collision comes after six seconds.
const timeScale = 50;

/** Played operators answer at once; what only time proves is not waited for. */
const tuning = { ...quickTuning, clusterInitialWait: 1, collisionCheckAfter: 0 };

/** On the old hub, where Argo CD is to be paused and resumed. One: of two at once a kill may lose the other's write. */
const application = {
  namespace: "gitops",
  name: "acm",
  syncPolicy: { automated: { prune: true }, syncOptions: ["A"] },
};

export interface KillOptions {
  /** What is killed is the rollback of a switchover that stopped after its activation. */
  readonly rollback?: boolean;
  /** Argo CD keeps the old hub as Git has it, and the switchover pauses and resumes it. */
  readonly argoCd?: boolean;
  /** Of ACM on both hubs. */
  readonly version?: string;
  /** What the program is told beside hubs, folders and wait times. */
  readonly args?: readonly string[];
}

/** `secondary patch restores restore-acm-passive-sync` */
export function describeWrite({ hub, verb, resource, subresource, name }: SeenWrite): string {
  return `${hub} ${verb} ${[resource, subresource].filter((part) => part !== "").join("/")} ${name}`.trim();
}

/** The guards are taken and given back by each run, Events only inform, and asking a cluster to join depends on how soon it joins by itself. */
function isBesideThePoint({ hub, resource }: SeenWrite): boolean {
  return resource === "leases" || resource === "events" || (hub === "secondary" && resource === "managedclusters");
}

function isWrite({ verb, resource, path }: KubeRequest): boolean {
  const writes = ["create", "update", "patch", "delete", "deletecollection"];
  return writes.includes(verb) && !resource.startsWith("selfsubject") && !path.includes("dryRun=All");
}

/** Two hubs behind proxies, filled anew for each try, and the real program against them. */
export class KillBench {
  readonly pair: HealthyPair;
  readonly proxies: Readonly<Record<HubName, FaultProxy>>;
  readonly writes: SeenWrite[] = [];
  readonly #options: Required<KillOptions>;
  #files: Readonly<Record<HubName, string>>;
  #filling: Refilled | undefined;
  #tries = 0;
  #stateFolder = "";

  private constructor(
    pair: HealthyPair,
    proxies: Readonly<Record<HubName, FaultProxy>>,
    files: Readonly<Record<HubName, string>>,
    { argoCd = false, rollback = false, version = usualVersion, args = [] }: KillOptions,
  ) {
    this.pair = pair;
    this.proxies = proxies;
    this.#files = files;
    this.#options = { argoCd, rollback, version, args };
  }

  static async open(seed = 1, options: KillOptions = {}): Promise<KillBench> {
    const { version = usualVersion } = options;
    const pair = await healthyPair({ clusters: clusters.length, version, timeScale });
    await Promise.all([pair.simulators.primary.stop(), pair.simulators.secondary.stop()]);
    const behind = (name: HubName): Promise<FaultProxy> =>
      startFaultProxy({ target: pair[name].url, targetAuthority: pair[name].caFile, seed });
    const proxies = { primary: await behind("primary"), secondary: await behind("secondary") };
    const files = {
      primary: await proxies.primary.kubeconfig(pair.primary.kubeconfig()),
      secondary: await proxies.secondary.kubeconfig(pair.secondary.kubeconfig()),
    };
    if (options.argoCd === true) await installArgoCd(pair.primary);
    return new KillBench(pair, proxies, files, options);
  }

  async close(): Promise<void> {
    await this.#filling?.stop();
    await Promise.all([this.proxies.primary.stop(), this.proxies.secondary.stop()]);
    await this.pair.stop();
  }

  /** Hubs ready to switch, no state, no write seen yet. */
  async begin(): Promise<void> {
    await this.#filling?.stop();
    const { argoCd, rollback, version } = this.#options;
    this.#filling = await refillHubs(this.pair, { clusters, version, timeScale });
    if (argoCd) {
      await removeApplication(this.pair.primary, application);
      await seedApplication(this.pair.primary, application);
    }
    this.#tries += 1;
    this.#stateFolder = join(this.pair.folder, `try-${this.#tries}`);
    await mkdir(this.#stateFolder);
    for (const name of hubNames) this.proxies[name].clear();
    if (rollback) await this.#activate(this.#filling);
    this.writes.length = 0;
  }

  /** As far as a rollback may still take it back. No cluster changes sides: how soon one does is a matter of clocks. */
  async #activate({ simulators }: Refilled): Promise<void> {
    for (const cluster of clusters) simulators.secondary.inject({ kind: "cluster-never-connects", cluster });
    for (const task of ["primary-prep", "activate"]) {
      const { exitCode, stderr } = await ended(this.#spawn([task, ...(await this.#workspaces())]));
      if (exitCode !== 0) throw new Error(`${task} ended with ${exitCode}: ${stderr.slice(-1500)}`);
    }
  }

  async #workspaces(): Promise<readonly string[]> {
    const output = `${this.#stateFolder}.output`;
    await mkdir(output, { recursive: true });
    const folders: [string, string][] = [
      ["state", this.#stateFolder],
      ["output", output],
    ];
    for (const hub of hubNames) {
      const folder = join(this.pair.folder, "mounted", hub);
      await mkdir(folder, { recursive: true });
      await copyFile(this.#files[hub], join(folder, "kubeconfig"));
      folders.push([`${hub}-kubeconfig`, folder]);
    }
    return folders.flatMap(([name, path]) => ["--workspace", `${name}=${path}`]);
  }

  /** Runs the program to its end, or to the kill. */
  async run(kill?: KillPoint): Promise<Ended> {
    const child = await this.#start(kill);
    let left = kill?.number ?? 0;
    for (const hub of hubNames) {
      this.proxies[hub].decide((request) => {
        if (!isWrite(request)) return undefined;
        const write = { ...request, hub, reachedServer: true };
        if (kill?.kind === "api-write" && describeWrite(write) === kill.write) left -= 1;
        const isHere = kill?.kind === "api-write" && left === 0;
        this.writes.push({ ...write, reachedServer: !isHere || kill.when === "after" });
        return isHere ? hangAndKill(child, kill.when) : undefined;
      });
    }
    return await ended(child);
  }

  /** Writes that a server carried out and that change the hubs, those of all runs of this try, sorted. */
  effects(): readonly string[] {
    return this.writes
      .filter((write) => write.reachedServer && !isBesideThePoint(write))
      .map((write) => String(comparable(describeWrite(write))))
      .toSorted();
  }

  /** Every rename of the last runs into the state folder, in order. */
  async renames(): Promise<readonly string[]> {
    const text = await readFile(this.#renameList(), "utf8").catch(() => "");
    return text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => String(comparable(line)));
  }

  /** State and report as they are in the end. */
  async records(): Promise<Readonly<Record<string, unknown>>> {
    const names = await readdir(this.#stateFolder);
    const state = names.find((name) => /^[^.]+\.json$/.test(name));
    if (state === undefined) throw new Error(`there is no state file among ${names.join(", ")}`);
    const reports = this.#options.rollback
      ? `${this.#stateFolder}.output`
      : join(this.#stateFolder, "reports", state.replace(/\.json$/, ""));
    const locks = await Promise.all(
      hubNames.map((hub) => this.pair[hub].kubectl(["get", "leases", "-n", backupNamespace, "-o", "name"])),
    );
    return {
      state: await comparableFile(join(this.#stateFolder, state)),
      report: await comparableFile(join(reports, "report.json")),
      // What a killed writer leaves is swept once it is too old to be another writer's.
      names: names.filter((name) => !/\.tmp-[0-9a-f]{16}$/.test(name)),
      locks,
      ...(this.#options.argoCd ? { application: await this.#application() } : {}),
    };
  }

  async #application(): Promise<unknown> {
    const { spec, metadata } = await readApplication(this.pair.primary, application);
    return { spec, annotations: metadata.annotations ?? {} };
  }

  #renameList(): string {
    return `${this.#stateFolder}.renames`;
  }

  async #start(kill: KillPoint | undefined): Promise<ChildProcess> {
    const { argoCd, rollback, args } = this.#options;
    if (rollback) return this.#spawn(["rollback", ...(await this.#workspaces()), ...args], kill);
    const hubs = ["--primary-kubeconfig", this.#files.primary, "--secondary-kubeconfig", this.#files.secondary];
    const withArgoCd = argoCd ? ["--argocd-manage", "true", "--argocd-resume-after-switchover", "true"] : [];
    return this.#spawn(["run", ...hubs, "--state-folder", this.#stateFolder, ...withArgoCd, ...args], kill);
  }

  #spawn(command: readonly string[], kill?: KillPoint): ChildProcess {
    const flags = ["--tuning", JSON.stringify(tuning), "--log-format", "json"];
    const environment = {
      KILL_FOLDER: this.#stateFolder,
      KILL_LIST: this.#renameList(),
      KILL_AT_RENAME: kill?.kind === "rename" ? `${kill.number} ${kill.when}` : "",
    };
    return spawn(process.execPath, ["--import", preload, program, "switchover", ...command, ...flags], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...environment },
    });
  }
}

function hangAndKill(child: ChildProcess, when: "before" | "after"): Fault {
  return { kind: "hang", when, onHang: () => child.kill("SIGKILL") };
}
