import type { ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensurePrograms } from "../cluster/programs/ensure-programs.ts";
import { SetupError } from "../cluster/programs/setup-error.ts";
import { adoptEtcd, type Etcd, startEtcd } from "./api-servers/etcd.ts";
import { EtcdKeys } from "./api-servers/etcd-keys.ts";
import { freePort } from "./api-servers/free-port.ts";
import { KeptContent, type LeftContent } from "./api-servers/kept-content.ts";
import { prepareApiServer } from "./api-servers/prepare-api-server.ts";
import { type ApiServerPrograms, type LeftApiServer, TestApiServer } from "./api-servers/test-api-server.ts";
import { createUsers, standardUsers } from "./api-servers/users.ts";
import { callOffWatchdog, startWatchdog } from "./api-servers/watchdog.ts";

export interface ApiServerOptions {
  /** Users beside `admin`, `operator`, `validator`, `viewer` and `nobody`, each with its groups. */
  readonly users?: Readonly<Record<string, readonly string[]>>;
  /** Further flags of kube-apiserver; the last one given of a kind wins. */
  readonly extraArguments?: readonly string[];
  /** Default 120,000. */
  readonly readyTimeoutMs?: number;
  /** Receives progress when the programs must be built first. Default: standard error. */
  readonly log?: (line: string) => void;
}

export interface ApiServers {
  readonly servers: Readonly<Record<string, TestApiServer>>;
  /** The server of that name. */
  server(name: string): TestApiServer;
  /** All that the servers hold now, each by itself. */
  keepContent(): Promise<readonly KeptContent[]>;
  /** Content of them that was left with them. */
  adoptContent(left: readonly LeftContent[]): readonly KeptContent[];
  /** Lets go of the running servers: from here on they are of whoever adopts them. */
  leave(): LeftApiServers;
  /** Ends every process and removes every file. Safe to call twice. */
  stop(): Promise<void>;
}

/** Running servers that nobody watches. They end with this process at the latest. */
export interface LeftApiServers {
  /** JSON. */
  readonly description: string;
  readonly processes: readonly ChildProcess[];
}

/**
 * Starts one etcd and a kube-apiserver for each name, each with its own data, authority, users and tokens, on free
 * loopback ports, without root. All of it ends with `stop`, at the latest with the test process, however that ends.
 *
 * There is no controller-manager: nothing collects garbage, deletes the content of namespaces or makes default
 * ServiceAccounts (pods are admitted without).
 *
 * @param names lower-case letters, digits, hyphens
 * @example const hubs = await startApiServers(["primary", "secondary"]); afterAll(() => hubs.stop());
 */
export async function startApiServers(names: readonly string[], options: ApiServerOptions = {}): Promise<ApiServers> {
  checkNames(names);
  const programs = await findPrograms(options);
  const folder = await mkdtemp(join(tmpdir(), "fairlead-api-"));
  const pidFolder = join(folder, "pids");
  await mkdir(pidFolder);
  const watchdog = startWatchdog(folder);
  const started: { etcd?: Etcd; readonly servers: TestApiServer[] } = { servers: [] };
  try {
    const etcd = await startEtcd(programs.etcd, folder, pidFolder);
    started.etcd = etcd;
    const outcomes = await Promise.allSettled(
      names.map((name) => startServer({ name, folder, etcd, programs, options, running: started.servers })),
    );
    // All have come to an end: `stop` misses none of them.
    const servers = outcomes.map((outcome) => {
      if (outcome.status === "rejected") throw outcome.reason;
      return outcome.value;
    });
    return handle({ folder, watchdog, etcd, servers });
  } catch (error) {
    await stopAll({ folder, watchdog, ...started });
    throw error;
  }
}

/** The servers that were left, for whoever comes after. */
export function adoptApiServers({ description, processes }: LeftApiServers): ApiServers {
  const { folder, servers } = JSON.parse(description) as Description; // written by `leave`
  const [watchdog, etcd, ...others] = processes;
  if (watchdog === undefined || etcd === undefined) throw new Error(`the processes of ${folder} were not left`);
  return handle({
    folder,
    watchdog,
    etcd: adoptEtcd(folder, join(folder, "pids"), etcd),
    servers: servers.map((left, index) => {
      const process = others[index];
      if (process === undefined) throw new Error(`the process of ${left.spec.layout.name} was not left`);
      return TestApiServer.adopt(left, process);
    }),
  });
}

interface Running {
  readonly folder: string;
  readonly watchdog: ChildProcess;
  readonly etcd: Etcd;
  readonly servers: readonly TestApiServer[];
}

interface Description {
  readonly folder: string;
  readonly servers: readonly LeftApiServer[];
}

async function stopAll({ folder, watchdog, etcd, servers }: Partial<Running> & Pick<Running, "folder" | "watchdog">) {
  await Promise.all((servers ?? []).map((server) => server.kill()));
  await etcd?.process.kill();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  await callOffWatchdog(watchdog);
}

function leave({ folder, watchdog, etcd, servers }: Running): LeftApiServers {
  const all = servers.map((server) => server.leave());
  const processes = [watchdog, etcd.process.leave(), ...all.flatMap((one) => one.process ?? [])];
  const description: Description = { folder, servers: all.map((one) => one.left) };
  return { description: JSON.stringify(description), processes };
}

export type { AuditEvent } from "./api-servers/audit-log.ts";
export type { TestApiServer } from "./api-servers/test-api-server.ts";

interface ServerStart {
  readonly name: string;
  readonly folder: string;
  readonly etcd: Etcd;
  readonly programs: ApiServerPrograms;
  readonly options: ApiServerOptions;
  readonly running: TestApiServer[];
}

/** A port may be taken between choosing and binding it: then another one is tried. */
async function startServer(wanted: ServerStart): Promise<TestApiServer> {
  for (let attempt = 1; ; attempt++) {
    const server = await prepareServer(wanted);
    wanted.running.push(server);
    try {
      await server.start();
      return server;
    } catch (error) {
      if (attempt === 3 || !String(error).includes("address already in use")) throw error;
      await server.kill();
    }
  }
}

async function prepareServer({ name, folder, etcd, programs, options }: ServerStart): Promise<TestApiServer> {
  const layout = {
    name,
    folder: join(folder, name),
    etcdEndpoint: etcd.endpoint,
    address: "127.0.0.1",
    port: await freePort(),
  };
  const users = createUsers({ ...standardUsers, ...options.users });
  await prepareApiServer({ name, folder: layout.folder, url: `https://127.0.0.1:${layout.port}`, users });
  return new TestApiServer({
    layout,
    users,
    programs,
    pidFolder: join(folder, "pids"),
    extraArguments: [
      // No controller-manager makes the ServiceAccount `default` that this plugin would demand of every pod.
      "--disable-admission-plugins=ServiceAccount",
      ...(options.extraArguments ?? []),
    ],
    readyTimeoutMs: options.readyTimeoutMs ?? 120_000,
  });
}

function handle(running: Running): ApiServers {
  const servers = Object.fromEntries(running.servers.map((server) => [server.name, server]));
  const keys = new EtcdKeys(running.etcd.socket);
  return {
    servers,
    stop: () => stopAll(running),
    leave: () => leave(running),
    keepContent: () => Promise.all(Object.keys(servers).map((name) => KeptContent.keep(keys, `/${name}`))),
    adoptContent: (left) => left.map((one) => KeptContent.adopt(keys, one)),
    server(name) {
      const server = servers[name];
      if (server === undefined) {
        throw new Error(`no API server "${name}" was started, only ${Object.keys(servers).join(", ")}`);
      }
      return server;
    },
  };
}

function checkNames(names: readonly string[]): void {
  for (const [index, name] of names.entries()) {
    if (!/^[a-z][a-z0-9-]{0,30}$/.test(name) || names.indexOf(name) !== index) {
      throw new SetupError({
        id: "API-04",
        what: `"${name}" cannot name a test API server`,
        why: "a name is an etcd prefix and a folder: lower-case letters, digits and hyphens, each name once",
        fix: "use names like primary and secondary",
      });
    }
  }
}

/** `KUBEBUILDER_ASSETS` names a folder with all three programs; else they come from the cache, built where missing. */
async function findPrograms(options: ApiServerOptions): Promise<ApiServerPrograms & { readonly etcd: string }> {
  const assets = process.env["KUBEBUILDER_ASSETS"];
  if (assets !== undefined && assets !== "") {
    return {
      etcd: join(assets, "etcd"),
      apiServer: join(assets, "kube-apiserver"),
      kubectl: join(assets, "kubectl"),
    };
  }
  const log = options.log ?? ((line: string) => void process.stderr.write(`${line}\n`));
  const paths = await ensurePrograms(["api-server"], { log });
  const path = (name: string): string => paths[name] ?? name;
  return { etcd: path("etcd"), apiServer: path("kube-apiserver"), kubectl: path("kubectl") };
}
