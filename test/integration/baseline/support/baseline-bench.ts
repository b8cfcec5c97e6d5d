import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ManagedObject } from "../../../../steps/baseline/object/managed-object.ts";
import type { RunSummary } from "../../../../steps/baseline/report/run-summary.ts";
import type { BaselineState } from "../../../../steps/baseline/state/baseline-state.ts";
import { isJsonObject, type JsonObject, member } from "../../../../steps/lib/json/json.ts";
import type { ApiServers, TestApiServer } from "../../../support/api-servers.ts";
import { program } from "../../../support/program.ts";
import { type Ended, ended } from "../../switchover/support/switchover-bench.ts";
import { baselineCluster, type DeschedulerRelease, serverOf } from "./baseline-cluster.ts";

const prefix = "platform.kubevirt.io/";

/** An object by its kubectl words: `kubedescheduler.operator.openshift.io/cluster`. */
export interface Named {
  readonly resource: string;
  readonly name: string;
  readonly namespace?: string;
}

export const descheduler: Named = {
  resource: "kubedeschedulers.operator.openshift.io",
  name: "cluster",
  namespace: "openshift-kube-descheduler-operator",
};
export const swapConfig: Named = {
  resource: "machineconfigs.machineconfiguration.openshift.io",
  name: "90-worker-swap-online",
};
export const monitoringPlugin: Named = { resource: "uiplugins.observability.openshift.io", name: "monitoring" };
export const alertRules: Named = {
  resource: "prometheusrules.monitoring.coreos.com",
  name: "virt-platform-autopilot-alerts",
  namespace: "openshift-cnv",
};
export const hyperConverged: Named = {
  resource: "hyperconvergeds.hco.kubevirt.io",
  name: "kubevirt-hyperconverged",
  namespace: "openshift-cnv",
};

export const storedState: Named = {
  resource: "configmaps",
  name: "virt-platform-autopilot-state",
  namespace: "openshift-cnv",
};

export interface BaselineRun extends Ended {
  /** `report.json`, or `plan.json` of a dry run. */
  readonly summary: RunSummary;
  /** Prometheus text. */
  readonly metrics: string;
}

export interface PlatformOptions {
  readonly descheduler?: DeschedulerRelease;
  /** Without `platform.kubevirt.io/`; `autopilot: "true"` unless given. */
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec?: JsonObject;
}

/** A virtualization platform without controllers, and the program that keeps it. */
export class BaselineBench {
  readonly servers: ApiServers;
  readonly server: TestApiServer;
  readonly folder: string;
  readonly #endings: (() => Promise<void>)[] = [];
  #runs = 0;

  private constructor(servers: ApiServers, folder: string) {
    this.servers = servers;
    this.server = serverOf(servers);
    this.folder = folder;
  }

  static async open(options: PlatformOptions = {}): Promise<BaselineBench> {
    const servers = await baselineCluster(options.descheduler);
    const bench = new BaselineBench(servers, await mkdtemp(join(tmpdir(), "fairlead-baseline-")));
    await bench.createPlatform(options);
    return bench;
  }

  /** Done before the servers go to whoever wants them next. */
  atClose(ending: () => Promise<void>): void {
    this.#endings.push(ending);
  }

  async close(): Promise<void> {
    try {
      for (const ending of this.#endings.splice(0)) await ending();
    } finally {
      await this.servers.stop();
      await rm(this.folder, { recursive: true, force: true });
    }
  }

  async createPlatform({ annotations = {}, spec = {} }: PlatformOptions = {}): Promise<void> {
    const given = { autopilot: "true", ...annotations };
    const long = Object.entries(given).map(([key, value]) => [`${prefix}${key}`, value]);
    await this.create({
      apiVersion: "hco.kubevirt.io/v1",
      kind: "HyperConverged",
      metadata: { name: hyperConverged.name, namespace: "openshift-cnv", annotations: Object.fromEntries(long) },
      spec,
    });
  }

  /** The step `baseline reconcile` as a process of its own. */
  async reconcile(...flags: readonly string[]): Promise<BaselineRun> {
    return await this.reconcileBy(this.server.kubeconfig(), ...flags);
  }

  /** The same by another user, or through a proxy. */
  async reconcileBy(kubeconfig: string, ...flags: readonly string[]): Promise<BaselineRun> {
    this.#runs += 1;
    const output = join(this.folder, `run-${this.#runs}`);
    const ran = await this.step("reconcile", output, flags, kubeconfig);
    const file = flags.includes("--dry-run") ? "plan.json" : "report.json";
    const read = async (name: string): Promise<string> => {
      return await readFile(join(output, name), "utf8").catch(() => "");
    };
    const summary = await read(file);
    if (summary === "") throw new Error(`the run left no ${file}, exit ${ran.exitCode}: ${ran.stderr.slice(-2000)}`);
    return { ...ran, summary: JSON.parse(summary), metrics: await read("metrics.prom") };
  }

  /** Any step of the area with an output folder; without a report it is no error here. */
  async step(
    name: string,
    output: string,
    flags: readonly string[],
    kubeconfig = this.server.kubeconfig(),
  ): Promise<Ended> {
    return await ended(await this.start(name, output, flags, kubeconfig));
  }

  /** The same, not waited for. */
  async start(
    name: string,
    output: string,
    flags: readonly string[] = [],
    kubeconfig = this.server.kubeconfig(),
  ): Promise<ChildProcess> {
    await mkdir(output, { recursive: true });
    const args = ["baseline", name, "--workspace", `output=${output}`, "--log-format", "json", ...flags];
    return spawn(process.execPath, [program, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, KUBECONFIG: kubeconfig },
    });
  }

  async create(object: JsonObject): Promise<void> {
    await this.server.kubectl(["create", "-f", "-"], JSON.stringify(object));
  }

  /** As another client writes it, not by our field manager. */
  async mergePatch(what: Named, patch: JsonObject): Promise<void> {
    await this.server.kubectl(["patch", ...this.#words(what), "--type=merge", "-p", JSON.stringify(patch)]);
  }

  /** As another client writes it, by operations of RFC 6902. */
  async jsonPatch(what: Named, operations: readonly JsonObject[]): Promise<void> {
    await this.server.kubectl(["patch", ...this.#words(what), "--type=json", "-p", JSON.stringify(operations)]);
  }

  /** As an operator writes what it has seen; a merge patch of `status`. */
  async patchStatus(what: Named, status: JsonObject): Promise<void> {
    const patch = JSON.stringify({ status });
    await this.server.kubectl(["patch", ...this.#words(what), "--subresource=status", "--type=merge", "-p", patch]);
  }

  /** `null` takes an annotation away. Keys without `platform.kubevirt.io/`. */
  async annotate(what: Named, annotations: Readonly<Record<string, string | null>>): Promise<void> {
    const long = Object.entries(annotations).map(([key, value]) => [`${prefix}${key}`, value]);
    await this.mergePatch(what, { metadata: { annotations: Object.fromEntries(long) } });
  }

  /** Server-side apply by another manager, by force unless told otherwise. */
  async applyAs(manager: string, object: JsonObject, isForced = true): Promise<void> {
    const force = isForced ? ["--force-conflicts"] : [];
    const args = ["apply", "--server-side", ...force, `--field-manager=${manager}`, "-f", "-"];
    await this.server.kubectl(args, JSON.stringify(object));
  }

  async delete(what: Named): Promise<void> {
    await this.server.kubectl(["delete", ...this.#words(what), "--wait=false"]);
  }

  /** The next run knows nothing of earlier ones. */
  async forgetState(): Promise<void> {
    await this.delete(storedState);
  }

  /** What the last run left to the next one. */
  async storedState(): Promise<BaselineState> {
    const { data } = await this.get(storedState);
    const text = isJsonObject(data) ? member(data, "state.json") : undefined;
    return JSON.parse(String(text));
  }

  /** `undefined` where there is no such object. */
  async find(what: Named): Promise<ManagedObject | undefined> {
    const args = ["get", ...this.#words(what), "-o", "json", "--show-managed-fields", "--ignore-not-found"];
    const text = await this.server.kubectl(args);
    return text.trim() === "" ? undefined : JSON.parse(text);
  }

  /** @throws Error where there is no such object */
  async get(what: Named): Promise<ManagedObject> {
    const found = await this.find(what);
    if (found === undefined) throw new Error(`there is no ${what.resource} ${what.name}`);
    return found;
  }

  #words({ resource, name, namespace }: Named): readonly string[] {
    return [resource, name, ...(namespace === undefined ? [] : ["-n", namespace])];
  }
}

/** What a run says of one asset. @throws Error where it says nothing */
export function assetOf({ summary }: Pick<BaselineRun, "summary">, asset: string): RunSummary["assets"][number] {
  const found = summary.assets.find((one) => one.asset === asset);
  if (found === undefined) throw new Error(`the run says nothing of ${asset}`);
  return found;
}

/** Reasons of a run's Events, with their targets: `DriftDetected KubeDescheduler/…/cluster`. */
export function eventsIn({ summary }: Pick<BaselineRun, "summary">): readonly string[] {
  return summary.events.map(({ reason, target }) => `${reason} ${target}`);
}

/** Names of the assets that came to this. */
export function assetsWith({ summary }: Pick<BaselineRun, "summary">, result: string): readonly string[] {
  return summary.assets.filter((one) => one.result === result).map(({ asset }) => asset);
}
