import { type ChildProcess, spawn } from "node:child_process";
import { copyFile, mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { pooledHubServers } from "../../../integration/switchover/support/hub-pool.ts";
import { type Ended, ended, patientTuning } from "../../../integration/switchover/support/switchover-bench.ts";
import type { Fault } from "../../../support/fault-proxy/types.ts";
import { type FaultProxy, startFaultProxy } from "../../../support/fault-proxy.ts";
import { installArgoCd, readApplication, seedApplication } from "../../../support/hubs/argo-cd.ts";
import { backupNamespace, type HealthyPair, healthyPair } from "../../../support/hubs.ts";
import { program } from "../../../support/program.ts";
import { comparable, comparableFile } from "./final-state.ts";
import { application, clusters, type KilledOperation, type Place, type Scene } from "./killed-operation.ts";
import { type HubName, hubNames, type Refilled, refillHubs } from "./refill-hubs.ts";
import { describeWrite, effectsOf, isBesideThePoint, isWrite, loggedWrite, type SeenWrite } from "./seen-writes.ts";

export type KillPoint =
  /** The `number`-th write of this description. */
  | { readonly kind: "api-write"; readonly write: string; readonly number: number; readonly when: "before" | "after" }
  /** Whatever the program does by then. */
  | { readonly kind: "moment"; readonly afterMs: number }
  | { readonly kind: "rename"; readonly number: number; readonly when: "before" | "after" };

export interface Outcome {
  readonly exitCode: number | null;
  readonly stderr: string;
}

const preload = join(import.meta.dirname, "kill-at-rename.ts");

const usualVersion = "2.14.1";
// Slow enough for a busy machine: the first look for a collision comes after six seconds.
const timeScale = 50;

/**
 * What only time proves is not waited for. All other waits end with their condition: one that a busy machine let end with
 * its limit would be a warning more than the undisturbed run had.
 */
const tuning = { ...patientTuning, mcDelete: 120, clusterInitialWait: 1, collisionCheckAfter: 0 };

export interface HubOptions {
  /** The kinds of Argo CD are there. */
  readonly argoCd?: boolean;
  /** Of ACM on both hubs. */
  readonly version?: string;
}

/** Two hubs behind proxies, filled anew for each try, and the real program against them. */
export class KillBench {
  readonly pair: HealthyPair;
  readonly proxies: Readonly<Record<HubName, FaultProxy>>;
  readonly writes: SeenWrite[] = [];
  readonly #hubs: Required<HubOptions>;
  readonly #kubeconfigs: Readonly<Record<HubName, string>>;
  /** How much the servers had logged when the operation began. */
  #logged: Readonly<Record<HubName, number>> = { primary: 0, secondary: 0 };
  #lost: readonly HubName[] = [];
  #filling: Refilled | undefined;
  #tries = 0;
  #operation: KilledOperation | undefined;

  private constructor(
    pair: HealthyPair,
    proxies: Readonly<Record<HubName, FaultProxy>>,
    kubeconfigs: Readonly<Record<HubName, string>>,
    hubs: Required<HubOptions>,
  ) {
    this.pair = pair;
    this.proxies = proxies;
    this.#kubeconfigs = kubeconfigs;
    this.#hubs = hubs;
  }

  static async open(seed = 1, { argoCd = false, version = usualVersion }: HubOptions = {}): Promise<KillBench> {
    const pair = await healthyPair({ clusters: clusters.length, version, timeScale }, pooledHubServers);
    await Promise.all([pair.simulators.primary.stop(), pair.simulators.secondary.stop()]);
    const behind = (name: HubName): Promise<FaultProxy> =>
      startFaultProxy({ target: pair[name].url, targetAuthority: pair[name].caFile, seed });
    const proxies = { primary: await behind("primary"), secondary: await behind("secondary") };
    const kubeconfigs = {
      primary: await proxies.primary.kubeconfig(pair.primary.kubeconfig()),
      secondary: await proxies.secondary.kubeconfig(pair.secondary.kubeconfig()),
    };
    if (argoCd) {
      await installArgoCd(pair.primary);
      await seedApplication(pair.primary, application);
    }
    return new KillBench(pair, proxies, kubeconfigs, { argoCd, version });
  }

  async close(): Promise<void> {
    await this.#filling?.stop();
    await Promise.all([this.proxies.primary.stop(), this.proxies.secondary.stop()]);
    await this.pair.stop();
  }

  /** Hubs where the operation begins, no write of it seen yet. */
  async begin(operation: KilledOperation): Promise<void> {
    await this.#filling?.stop();
    for (const hub of this.#lost) await this.proxies[hub].comeUp();
    this.#lost = [];
    for (const hub of hubNames) this.proxies[hub].clear();
    const { version } = this.#hubs;
    const filling = await refillHubs(this.pair, { clusters, version, timeScale, alsoPlays: operation.alsoPlays ?? [] });
    this.#filling = filling;
    this.#operation = operation;
    this.#tries += 1;
    await mkdir(this.#stateFolder);
    await operation.prepare?.(await this.#scene(filling));
    this.writes.length = 0;
    const [primary, secondary] = await Promise.all(hubNames.map((hub) => this.pair[hub].auditEvents()));
    this.#logged = { primary: primary?.length ?? 0, secondary: secondary?.length ?? 0 };
  }

  get #stateFolder(): string {
    return join(this.pair.folder, `try-${this.#tries}`);
  }

  get #outputFolder(): string {
    return `${this.#stateFolder}.output`;
  }

  async #place(): Promise<Place> {
    await mkdir(this.#outputFolder, { recursive: true });
    const folders: [string, string][] = [["state", this.#stateFolder]];
    for (const hub of hubNames) {
      const folder = join(this.pair.folder, "mounted", hub);
      await mkdir(folder, { recursive: true });
      await copyFile(this.#kubeconfigs[hub], join(folder, "kubeconfig"));
      folders.push([`${hub}-kubeconfig`, folder]);
    }
    return {
      pair: this.pair,
      kubeconfigs: this.#kubeconfigs,
      workspaces: folders.flatMap(([name, path]) => ["--workspace", `${name}=${path}`]),
      output: ["--workspace", `output=${this.#outputFolder}`],
      stateFolder: this.#stateFolder,
    };
  }

  async #scene(filling: Refilled): Promise<Scene> {
    return {
      ...(await this.#place()),
      ...filling,
      prepare: async (command) => {
        const { exitCode, stderr } = await ended(this.#spawn(command));
        if (exitCode !== 0) throw new Error(`${command[0]} ended with ${exitCode}: ${stderr.slice(-1500)}`);
      },
      lose: async (hub) => {
        await filling.simulators[hub].stop();
        await this.proxies[hub].goDown();
        this.#lost = [...this.#lost, hub];
      },
    };
  }

  get #begun(): KilledOperation {
    if (this.#operation === undefined) throw new Error("no operation was begun on this bench");
    return this.#operation;
  }

  /** Runs the program to its end, or to the kill. */
  async run(kill?: KillPoint): Promise<Ended> {
    const child = this.#spawn(this.#begun.command(await this.#place()), kill);
    let left = kill?.kind === "api-write" ? kill.number : 0;
    for (const hub of hubNames) {
      this.proxies[hub].decide((request) => {
        if (!isWrite(request)) return undefined;
        const write = { ...request, hub };
        if (kill?.kind === "api-write" && describeWrite(write) === kill.write) left -= 1;
        const isHere = kill?.kind === "api-write" && left === 0;
        this.writes.push(write);
        return isHere ? hangAndKill(child, kill.when) : undefined;
      });
    }
    const clock = kill?.kind === "moment" ? setTimeout(() => child.kill("SIGKILL"), kill.afterMs) : undefined;
    const end = await ended(child);
    clearTimeout(clock);
    return end;
  }

  /**
   * Writes that a server carried out and that change the hubs, those of all runs of this try, sorted. As the servers log
   * them: of writes side by side the proxy loses those that are on their way when the program is killed.
   *
   * @param expected tells of a write that was cut off with the program whether it was carried out
   */
  async effects(expected: readonly string[] = []): Promise<readonly string[]> {
    const lists = await Promise.all(
      hubNames.map(async (hub) => {
        const events = await this.pair[hub].auditEvents();
        return events.slice(this.#logged[hub]).flatMap((event) => loggedWrite(event, hub));
      }),
    );
    const writes = lists.flat().filter((write) => isWrite(write) && !isBesideThePoint(write));
    const described = writes.map((write) => ({ text: String(comparable(describeWrite(write))), fate: write.fate }));
    return effectsOf(described, expected);
  }

  /** Every rename of the last runs into the state folder, in order. */
  async renames(): Promise<readonly string[]> {
    const text = await readFile(this.#renameList, "utf8").catch(() => "");
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
    const locks = await Promise.all(
      hubNames.map((hub) => this.pair[hub].kubectl(["get", "leases", "-n", backupNamespace, "-o", "name"])),
    );
    return {
      state: await comparableFile(join(this.#stateFolder, state)),
      ...(await this.#report(state)),
      // What a killed writer leaves is swept once it is too old to be another writer's.
      names: names.filter((name) => !/\.tmp-[0-9a-f]{16}$/.test(name)).map(comparable),
      locks,
      ...(this.#hubs.argoCd ? { application: await this.#application() } : {}),
    };
  }

  async #report(state: string): Promise<object> {
    const { report } = this.#begun;
    if (report === "none") return {};
    const besideState = join(this.#stateFolder, "reports", state.replace(/\.json$/, ""));
    const folder = report === "output" ? this.#outputFolder : besideState;
    return { report: await comparableFile(join(folder, "report.json")) };
  }

  async #application(): Promise<unknown> {
    const { spec, metadata } = await readApplication(this.pair.primary, application);
    return comparable({ spec, annotations: metadata.annotations ?? {} });
  }

  get #renameList(): string {
    return `${this.#stateFolder}.renames`;
  }

  #spawn(command: readonly string[], kill?: KillPoint): ChildProcess {
    const flags = ["--tuning", JSON.stringify(tuning), "--log-format", "json"];
    const environment = {
      KILL_FOLDER: this.#stateFolder,
      KILL_LIST: this.#renameList,
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
