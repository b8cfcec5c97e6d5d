import { execFile } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { runKubectl } from "../../support/api-servers/run-kubectl.ts";
import { kubeconfigFile } from "../../support/api-servers/test-api-server.ts";
import { killDaemon, startDaemon } from "../hub/daemon.ts";
import type { HubNetwork } from "../hub/network.ts";
import { insideNamespace } from "../hub/network-namespace.ts";
import { StateKeeper } from "../hub/state-keeper.ts";
import { ensurePrograms } from "../programs/ensure-programs.ts";
import { isAlive } from "../programs/process-identity.ts";
import { takeLock } from "../programs/program-lock.ts";
import { SetupError } from "../programs/setup-error.ts";
import { cleanUp } from "./clean-up.ts";
import {
  addresses,
  apiServerPort,
  type ClusterLayout,
  clusterLayout,
  defaultClusterName,
  podSubnet,
  registryName,
  registryPort,
  serviceSubnet,
} from "./layout.ts";
import { hubBridge } from "./node-network.ts";
import type { PartName } from "./node-parts.ts";
import { ensurePackages, systemPrograms } from "./packages.ts";
import { startNode } from "./start-node.ts";

const run = promisify(execFile);

export interface ClusterOptions {
  readonly name?: string;
  readonly log?: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface PartStatus {
  readonly name: string;
  readonly pid: number;
  readonly alive: boolean;
  readonly logFile: string;
}

/** A running local cluster; it outlives this process. */
export class LocalCluster {
  readonly layout: ClusterLayout;
  readonly node: string;
  /** Inside and in image names. */
  readonly registry = registryName;
  /** As processes of the machine reach it. */
  readonly registryUrl: string;
  /** Where hubs are plugged in so that pods and the machine reach them. */
  readonly hubNetwork: HubNetwork;
  private readonly keeper: StateKeeper;
  private readonly kubectlProgram: string;

  constructor(layout: ClusterLayout, keeper: StateKeeper, kubectlProgram: string) {
    const own = addresses(Number(keeper.state.fingerprint));
    this.layout = layout;
    this.node = own.node;
    this.registryUrl = `http://${own.node}:${registryPort}`;
    this.keeper = keeper;
    this.kubectlProgram = kubectlProgram;
    this.hubNetwork = {
      namespace: layout.namespace,
      bridge: hubBridge,
      prefixLength: 24,
      addresses: own.hubs,
      routes: [podSubnet, serviceSubnet, `${own.host}/32`].map((to) => ({ to, via: own.hubGateway })),
    };
  }

  get apiServer(): string {
    return `https://${this.node}:${apiServerPort}`;
  }

  kubeconfig(user = "admin"): string {
    return kubeconfigFile(this.layout.folder, user);
  }

  /** Runs kubectl as admin and returns its standard output. @throws Error with what kubectl said. */
  kubectl(args: readonly string[], input = "", signal?: AbortSignal): Promise<string> {
    return runKubectl({
      program: this.kubectlProgram,
      kubeconfig: this.kubeconfig(),
      cacheFolder: join(this.layout.folder, "kubectl-cache"),
      args,
      input,
      server: this.layout.name,
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /** Runs a command inside the cluster's network: Services answer there. */
  async inside(command: readonly string[]): Promise<string> {
    const [first = "nsenter", ...rest] = insideNamespace(this.layout.namespace);
    return (await run(first, [...rest, ...command], { maxBuffer: 64 * 1024 * 1024 })).stdout;
  }

  async status(): Promise<readonly PartStatus[]> {
    return await Promise.all(
      this.keeper.state.parts.map(async ({ name, logFile, process: identity }) => ({
        name,
        pid: identity?.pid ?? 0,
        alive: identity !== undefined && (await isAlive(identity)),
        logFile,
      })),
    );
  }

  /** SIGKILL, as a crash would end it. */
  async killPart(name: PartName): Promise<void> {
    const found = this.keeper.state.parts.find((part) => part.name === name);
    if (found?.process === undefined) throw new Error(`no part ${name} runs`);
    const { process: identity, ...part } = found;
    await killDaemon(identity);
    await this.keeper.record(part, undefined);
  }

  /** Starts a killed part with the same command. */
  async startPart(name: PartName): Promise<void> {
    const found = this.keeper.state.parts.find((part) => part.name === name);
    if (found === undefined) throw new Error(`the cluster has no part ${name}`);
    const { process: _ended, ...part } = found;
    await this.keeper.record(part, await startDaemon(part));
  }
}

function checkMachine(): void {
  if (process.platform === "linux" && process.getuid?.() === 0) return;
  throw new SetupError({
    id: "CLUSTER-01",
    what: "the local cluster cannot run here",
    why: "it has its own network namespace, mounts and cgroups, which take Linux and root",
    fix: "run it as root on Linux, or use another cluster with CLUSTER=current",
  });
}

async function attach(layout: ClusterLayout, kubectl: string): Promise<LocalCluster | undefined> {
  const keeper = await StateKeeper.open(layout.folder);
  if (keeper === undefined || keeper.state.phase !== "up") return undefined;
  const cluster = new LocalCluster(layout, keeper, kubectl);
  return (await cluster.status()).every((part) => part.alive) ? cluster : undefined;
}

/** A cluster that an earlier `up` started; `undefined` when not all of it lives. */
export async function openCluster(name = defaultClusterName): Promise<LocalCluster | undefined> {
  const programs = await ensurePrograms(["kubectl"]);
  return await attach(clusterLayout(name, process.env), programs["kubectl"] ?? "kubectl");
}

/**
 * Starts the cluster with Tekton. One that runs is returned as it is; the remains of an interrupted start are removed
 * first. After a failure the logs stay in its folder until the next start or `down`.
 *
 * @throws SetupError CLUSTER-01 (machine), CLUSTER-02 (packages), CLUSTER-03 (subnet), HUB-04 (a part), PROG-… (programs)
 */
export async function up(options: ClusterOptions = {}): Promise<LocalCluster> {
  checkMachine();
  const log = options.log ?? (() => {});
  const signal = options.signal ?? new AbortController().signal;
  const layout = clusterLayout(options.name ?? defaultClusterName, process.env);
  await ensurePackages(systemPrograms, log);
  const programs = await ensurePrograms(["api-server", "cluster", "tekton", "dns"], { log, signal });
  await mkdir(dirname(layout.folder), { recursive: true });
  const unlock = await takeLock(`${layout.folder}.lock`, {
    signal,
    onWait: (owner) => log(`process ${owner.pid} is starting or stopping this cluster, waiting`),
  });
  try {
    const kubectl = programs["kubectl"] ?? "kubectl";
    const running = await attach(layout, kubectl);
    if (running !== undefined) {
      log(`cluster ${layout.name} is already up`);
      return running;
    }
    await cleanUp(layout);
    return await startNode({ layout, programs, kubectl, log, signal });
  } finally {
    await unlock();
  }
}

/** Ends the cluster and removes all that it made. Nothing there is fine. */
export async function down(name = defaultClusterName): Promise<void> {
  checkMachine();
  const layout = clusterLayout(name, process.env);
  const unlock = await takeLock(`${layout.folder}.lock`, { signal: new AbortController().signal, onWait: () => {} });
  try {
    await cleanUp(layout);
  } finally {
    await unlock();
  }
}

/** The end of a part's log. */
export async function tailLog(file: string, lines: number): Promise<string> {
  return (await readFile(file, "utf8")).trimEnd().split("\n").slice(-lines).join("\n");
}
