import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { ensurePrograms } from "../../cluster/programs/ensure-programs.ts";
import { moduleFolder } from "../../cluster/programs/module-folder.ts";
import { freePort } from "../api-servers/free-port.ts";
import { ManagedProcess } from "../api-servers/managed-process.ts";
import { untilEstablished } from "../api-servers/until-established.ts";
import { callOffWatchdog, startWatchdog } from "../api-servers/watchdog.ts";
import type { TestApiServer } from "../api-servers.ts";
import { argoCdNamespace, settingsOf } from "./settings.ts";

/** Argo CD without its API and web front: what watches Applications, what makes them, and what reads Git. */
export interface ArgoCd {
  /** Throws where a component has ended, with the last that it said. */
  assertRunning(): Promise<void>;
  stop(): Promise<void>;
}

const readyWithinMs = 60_000;
const address = "127.0.0.1";

interface Component {
  readonly name: string;
  readonly args: readonly string[];
  /** Answers once the component does. */
  readonly port: number;
}

interface Ports {
  readonly redis: number;
  readonly repoServer: number;
  readonly applications: number;
  readonly applicationSets: number;
}

function components(kubeconfig: string, ports: Ports): readonly Component[] {
  const redis = ["--redis", `${address}:${ports.redis}`];
  const repoServer = `${address}:${ports.repoServer}`;
  const cluster = ["--kubeconfig", kubeconfig, "--namespace", argoCdNamespace];
  return [
    {
      name: "argocd-repo-server",
      args: [
        ...["--address", address, "--port", String(ports.repoServer), "--metrics-address", address],
        ...["--metrics-port", "0", "--disable-tls", ...redis],
      ],
      port: ports.repoServer,
    },
    {
      name: "argocd-application-controller",
      args: [
        ...cluster,
        ...["--repo-server", repoServer, "--repo-server-plaintext", ...redis],
        ...["--metrics-port", String(ports.applications)],
      ],
      port: ports.applications,
    },
    {
      name: "argocd-applicationset-controller",
      args: [
        ...cluster,
        ...["--argocd-repo-server", repoServer, "--repo-server-plaintext", "--metrics-addr", "0"],
        ...["--probe-addr", `${address}:${ports.applicationSets}`, "--webhook-addr", `${address}:0`],
      ],
      port: ports.applicationSets,
    },
  ];
}

/** The definitions that Argo CD ships, its project and its settings. */
async function install(server: TestApiServer, redisPassword: string): Promise<void> {
  const definitions = join(await moduleFolder("argo-cd", "github.com/argoproj/argo-cd/v3"), "manifests/crds");
  const names = ["application", "applicationset", "appproject"];
  const files = names.flatMap((name) => ["-f", join(definitions, `${name}-crd.yaml`)]);
  await server.kubectl(["apply", "--server-side", "--force-conflicts", ...files]);
  await untilEstablished(server, ...names.map((name) => `crd/${name}s.argoproj.io`));
  const settings = { apiVersion: "v1", kind: "List", items: settingsOf(redisPassword) };
  await server.kubectl(["apply", "-f", "-"], JSON.stringify(settings));
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const end = (outcome: boolean): void => {
      socket.destroy();
      resolve(outcome);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });
}

/** A component that starts offers nothing to watch but its port. */
async function untilAnswers(name: string, process: ManagedProcess, port: number): Promise<void> {
  const deadline = performance.now() + readyWithinMs;
  while (!(await answers(port))) {
    if (process.exitStatus !== undefined || performance.now() > deadline) {
      throw new Error(`${name} does not answer (${process.exitStatus ?? "running"}): ${await process.lastLines(8)}`);
    }
    await pause(50);
  }
}

class RunningArgoCd implements ArgoCd {
  readonly folder: string;
  private readonly watchdog: ChildProcess;
  private readonly processes = new Map<string, ManagedProcess>();

  constructor(folder: string) {
    this.folder = folder;
    this.watchdog = startWatchdog(folder);
  }

  async start(component: Component, command: string, environment: Readonly<Record<string, string>>): Promise<void> {
    const { name, args, port } = component;
    const pidFolder = join(this.folder, "pids");
    const process = await ManagedProcess.start({ name, command, args, folder: this.folder, pidFolder, environment });
    this.processes.set(name, process);
    await untilAnswers(name, process, port);
  }

  async assertRunning(): Promise<void> {
    for (const [name, process] of this.processes) {
      if (process.exitStatus === undefined) continue;
      throw new Error(`${name} has ended (${process.exitStatus}): ${await process.lastLines(8)}`);
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.processes.values()].map((process) => process.kill()));
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
    await callOffWatchdog(this.watchdog);
  }
}

async function choosePorts(): Promise<Ports> {
  return {
    redis: await freePort(),
    repoServer: await freePort(),
    applications: await freePort(),
    applicationSets: await freePort(),
  };
}

/**
 * A real Argo CD 3.1 that works on this API server, as processes beside it; the API server needs no node. Built where
 * the cache lacks it, which takes minutes.
 */
export async function startArgoCd(server: TestApiServer): Promise<ArgoCd> {
  const programs = await ensurePrograms(["argocd"], { log: (line) => void process.stderr.write(`${line}\n`) });
  const program = programs["argocd"];
  if (program === undefined) throw new Error("the catalogue of programs has no argocd");
  const folder = await mkdtemp(join(tmpdir(), "fairlead-argo-cd-"));
  await mkdir(join(folder, "pids"));
  const argoCd = new RunningArgoCd(folder);
  try {
    const redisPassword = randomBytes(16).toString("hex");
    await install(server, redisPassword);
    const ports = await choosePorts();
    const redisArgs = ["--port", String(ports.redis), "--bind", address, "--requirepass", redisPassword];
    const redis = { name: "redis-server", args: [...redisArgs, "--save", "", "--appendonly", "no"], port: ports.redis };
    await argoCd.start(redis, "/usr/bin/redis-server", {});
    for (const component of components(server.kubeconfig(), ports)) {
      await argoCd.start(component, program, {
        ARGOCD_BINARY_NAME: component.name,
        // Outside a pod the cluster's own address leads where this kubeconfig does.
        ARGOCD_FAKE_IN_CLUSTER: "true",
        KUBECONFIG: server.kubeconfig(),
        REDIS_PASSWORD: redisPassword,
        ARGOCD_GPG_ENABLED: "false",
        ARGOCD_ASK_PASS_SOCK: join(folder, "ask-pass.sock"),
        TMPDIR: folder,
        HOME: folder,
      });
    }
    return argoCd;
  } catch (error) {
    await argoCd.stop();
    throw error;
  }
}
