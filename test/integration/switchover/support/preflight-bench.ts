import { type ChildProcess, spawn } from "node:child_process";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { untilEstablished } from "../../../support/api-servers/until-established.ts";
import { backupNamespace, type HealthyPair, healthyPair } from "../../../support/hubs.ts";
import { program } from "../../../support/program.ts";
import type { begunSwitchover } from "./state-documents.ts";
import { type Ended, ended, quickTuning } from "./switchover-bench.ts";

export type Hub = "primary" | "secondary";
export type Json = Readonly<Record<string, unknown>>;

/** `backups.velero.io` and a name; in the backup namespace unless it says another, which no matter for cluster-wide kinds. */
export interface Ref {
  readonly of: string;
  readonly name: string;
  readonly namespace?: string;
}

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string } & Json;
  readonly spec?: Json;
  readonly status?: Json;
}

interface SwitchoverGiven {
  readonly found?: ReturnType<typeof begunSwitchover>;
  readonly both?: string;
}

export interface CheckResult {
  readonly id: string;
  readonly hub: string;
  readonly result: string;
  readonly severity: string;
  readonly message: string;
  readonly remediation: string;
}

export interface Judged extends Ended {
  readonly checks: readonly CheckResult[];
  /** `id (hub): message` of what blocks. */
  readonly critical: readonly string[];
  readonly warnings: readonly string[];
}

const withoutStatusEndpoint = /\.velero\.io$|^(namespaces|secrets)$/;

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The merge patch that takes a merge patch back. */
function inverse(patch: Json, before: Json): Json {
  return Object.fromEntries(
    Object.entries(patch).map(([key, value]) => {
      const old = before[key];
      return [key, isObject(value) && isObject(old) ? inverse(value, old) : (old ?? null)];
    }),
  );
}

/** Without what the API server gave it. */
function reborn(object: Json): Manifest {
  const metadata = isObject(object["metadata"]) ? object["metadata"] : {};
  const { uid: _uid, resourceVersion: _version, creationTimestamp: _at, finalizers: _held, ...kept } = metadata;
  return { ...object, metadata: kept } as unknown as Manifest;
}

/**
 * One healthy pair for many preflights. Its operators stand still once it is healthy, so that a test can put the hubs
 * into any state; `restore` takes all of it back.
 */
export class PreflightBench {
  readonly pair: HealthyPair;
  private undo: (() => Promise<unknown>)[] = [];

  private constructor(pair: HealthyPair) {
    this.pair = pair;
  }

  static async open(): Promise<PreflightBench> {
    const pair = await healthyPair();
    await Promise.all([pair.simulators.primary.stop(), pair.simulators.secondary.stop()]);
    const bench = new PreflightBench(pair);
    for (const hub of ["primary", "secondary"] as const) await bench.use(hub, pair[hub].kubeconfig());
    return bench;
  }

  close(): Promise<void> {
    return this.pair.stop();
  }

  /** A folder with this kubeconfig, as a mounted Secret has it. */
  async use(hub: Hub, kubeconfig: string, account = "admin"): Promise<string> {
    const folder = this.folder(hub, account);
    await mkdir(folder, { recursive: true });
    await copyFile(kubeconfig, join(folder, "kubeconfig"));
    return folder;
  }

  async write(hub: Hub, text: string, account: string): Promise<string> {
    const folder = this.folder(hub, account);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "kubeconfig"), text);
    return folder;
  }

  async read(hub: Hub, ref: Ref): Promise<Json> {
    return JSON.parse(await this.kubectl(hub, ref, ["get", ref.of, ref.name, "-o", "json"]));
  }

  async patch(hub: Hub, ref: Ref, patch: Json): Promise<void> {
    const back = inverse(patch, await this.read(hub, ref));
    this.undo.push(() => this.merge(hub, ref, back));
    await this.merge(hub, ref, patch);
  }

  async create(hub: Hub, of: string, manifest: Manifest): Promise<void> {
    const { name, namespace } = manifest.metadata;
    const ref = { of, name, ...(namespace === undefined ? {} : { namespace }) };
    await this.bear(hub, ref, manifest);
    this.undo.push(() => this.kill(hub, ref));
  }

  async remove(hub: Hub, ref: Ref): Promise<void> {
    const before = reborn(await this.read(hub, ref));
    await this.kill(hub, ref);
    this.undo.push(() => this.bear(hub, ref, before));
  }

  /** Takes back what was done since the last time, the newest first. */
  async restore(): Promise<void> {
    const steps = this.undo.reverse();
    this.undo = [];
    for (const step of steps) await step();
  }

  start(args: readonly string[], folders: Partial<Record<Hub, string>> = {}, tuning = quickTuning): ChildProcess {
    const { primary = this.folder("primary"), secondary = this.folder("secondary") } = folders;
    const flags = [
      ...["--workspace", `primary-kubeconfig=${primary}`, "--workspace", `secondary-kubeconfig=${secondary}`],
      ...["--tuning", JSON.stringify(tuning), "--log-format", "json"],
    ];
    return spawn(process.execPath, [program, "switchover", "preflight", ...flags, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  /** `fairlead switchover preflight --output json`, to its end. */
  async judge(args: readonly string[] = [], folders: Partial<Record<Hub, string>> = {}): Promise<Judged> {
    return judged(await ended(this.start(["--output", "json", ...args], folders)));
  }

  /**
   * `fairlead switchover run`, which begins with the same checks.
   *
   * @param given `found`: the state of that operation, as the run finds it; `both`: a kubeconfig for both hubs
   */
  async switchover(args: readonly string[], given: SwitchoverGiven = {}): Promise<Ended> {
    const { found, both } = given;
    const files = (["primary", "secondary"] as const).flatMap((hub) => [
      `--${hub}-kubeconfig`,
      both ?? join(this.folder(hub), "kubeconfig"),
    ]);
    const state = join(this.pair.folder, "run-state");
    await mkdir(state, { recursive: true });
    if (found !== undefined) await writeFile(join(state, `${found["operation_id"]}.json`), JSON.stringify(found));
    const flags = [...files, "--state-folder", state, "--tuning", JSON.stringify(quickTuning), "--log-format", "json"];
    return await ended(
      spawn(process.execPath, [program, "switchover", "run", ...flags, ...args], { stdio: ["ignore", "pipe", "pipe"] }),
    );
  }

  private folder(hub: Hub, account = "admin"): string {
    return join(this.pair.folder, "kubeconfigs", account, hub);
  }

  private async merge(hub: Hub, ref: Ref, patch: Json): Promise<void> {
    const { status, ...rest } = withoutStatusEndpoint.test(ref.of) ? { ...patch, status: undefined } : patch;
    const whole = withoutStatusEndpoint.test(ref.of) ? patch : rest;
    const send = (body: Json, more: readonly string[] = []) =>
      this.kubectl(hub, ref, ["patch", ref.of, ref.name, "--type=merge", "-p", JSON.stringify(body), ...more]);
    if (Object.keys(whole).length > 0) await send(whole);
    if (status !== undefined) await send({ status }, ["--subresource=status"]);
  }

  private async bear(hub: Hub, ref: Ref, manifest: Manifest): Promise<void> {
    await this.kubectl(hub, ref, ["create", "-f", "-"], JSON.stringify(manifest));
    const { status } = manifest;
    if (status !== undefined && !withoutStatusEndpoint.test(ref.of) && ref.of !== "crd") {
      await this.merge(hub, ref, { status });
    }
    const asked = { kubectl: (args: readonly string[]) => this.kubectl(hub, ref, args) };
    if (ref.of === "crd") await untilEstablished(asked, `crd/${ref.name}`);
  }

  /** No controller runs that would clear a finalizer or empty a namespace. */
  private async kill(hub: Hub, ref: Ref): Promise<void> {
    if (ref.of === "namespaces") {
      await this.kubectl(hub, ref, ["delete", "namespace", ref.name, "--wait=false"]);
      const { metadata } = await this.read(hub, ref);
      const empty = JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata, spec: { finalizers: [] } });
      await this.kubectl(hub, ref, ["replace", "--raw", `/api/v1/namespaces/${ref.name}/finalize`, "-f", "-"], empty);
      return;
    }
    if (ref.of !== "crd") await this.merge(hub, ref, { metadata: { finalizers: null } });
    await this.kubectl(hub, ref, ["delete", ref.of, ref.name, "--wait=true", "--timeout=60s"]);
  }

  private kubectl(hub: Hub, ref: Ref, args: readonly string[], input = ""): Promise<string> {
    return this.pair[hub].kubectl(["-n", ref.namespace ?? backupNamespace, ...args], input);
  }
}

/** The report of a run that printed it as JSON. */
export function judged(run: Ended): Judged {
  const checks: readonly CheckResult[] = run.stdout === "" ? [] : JSON.parse(run.stdout).checks;
  const failed = checks.filter(({ result }) => result === "failed");
  const lines = (severity: string): readonly string[] =>
    failed.filter((one) => one.severity === severity).map(({ id, hub, message }) => `${id} (${hub}): ${message}`);
  return { ...run, checks, critical: lines("critical"), warnings: lines("warning") };
}
