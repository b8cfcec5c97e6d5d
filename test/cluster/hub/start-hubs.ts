import { mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ensurePrograms } from "../programs/ensure-programs.ts";
import { isAlive } from "../programs/process-identity.ts";
import { SetupError } from "../programs/setup-error.ts";
import { allOrNone } from "./all-or-none.ts";
import { crdFolders, findCrdFiles } from "./crd-files.ts";
import { Hub } from "./hub.ts";
import { hubNames } from "./hub-names.ts";
import { hubUrl } from "./hub-parts.ts";
import type { HubRecord, HubsState } from "./hub-state.ts";
import { fingerprint, type HubsOptions } from "./hubs-options.ts";
import { type HubNetwork, plugIn } from "./network.ts";
import { createNamespace } from "./network-namespace.ts";
import { createOwnNetwork } from "./own-network.ts";
import { PartControl } from "./part-control.ts";
import { launch, startHub } from "./start-hub.ts";
import { StateKeeper } from "./state-keeper.ts";
import { lockHubs, removeHubs, stopHubs } from "./stop-hubs.ts";
import { type SharedBasis, s3Server, sharedEtcd } from "./storage-server.ts";

/** Running hubs; they outlive this process. */
export interface Hubs {
  readonly hubs: readonly Hub[];
  /** The hub of that name. */
  hub(name: string): Hub;
  /** The programs behind all hubs: `versitygw` (the S3 server) and `etcd`. */
  readonly storage: PartControl;
  /** Ends every process and removes everything that was made, files included. */
  stop(): Promise<void>;
}

/**
 * Starts hubs: for each a network namespace with a real API server, garbage collection and real Velero, all on one etcd
 * and one S3 server. Hubs that already run with the same options are returned as they are; the remains of an
 * interrupted start are removed first. After a failure the logs stay in the folder until the next start or `stopHubs`.
 *
 * @example const hubs = await startHubs({ folder: "/var/lib/fairlead/hubs" }); hubs.hub("primary").kubeconfig()
 * @throws SetupError HUB-01 (machine), HUB-02 (ip), HUB-03 (subnet), HUB-04 (a part), HUB-05 (CRDs), PROG-… (programs)
 */
export async function startHubs(options: HubsOptions): Promise<Hubs> {
  checkMachine();
  const folder = resolve(options.folder);
  const signal = options.signal ?? new AbortController().signal;
  await mkdir(dirname(folder), { recursive: true });
  const programs = await ensurePrograms(["api-server", "hub"], { ...options, signal });
  const unlock = await lockHubs(folder, {
    signal,
    onWait: (owner) => options.log?.(`process ${owner.pid} is starting or stopping these hubs, waiting`),
  });
  try {
    const running = await runningHubs(folder, fingerprint(options), programs);
    if (running !== undefined) return running;
    await removeHubs(folder, { files: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return await startAll({ ...options, folder, signal }, programs);
  } finally {
    await unlock();
  }
}

/** Hubs that an earlier process started in the folder, undefined when not all of their processes live. */
export async function openHubs(folder: string): Promise<Hubs | undefined> {
  return await runningHubs(resolve(folder), undefined, await ensurePrograms(["kubectl"]));
}

type Programs = Readonly<Record<string, string>>;

async function runningHubs(folder: string, wanted: string | undefined, programs: Programs): Promise<Hubs | undefined> {
  const keeper = await StateKeeper.open(folder);
  if (keeper === undefined || keeper.state.phase !== "up") return undefined;
  if (wanted !== undefined && keeper.state.fingerprint !== wanted) return undefined;
  const alive = await Promise.all(
    keeper.state.parts.map(async ({ process }) => process !== undefined && (await isAlive(process))),
  );
  if (alive.includes(false)) return undefined;
  const kubectl = programs["kubectl"] ?? "kubectl";
  return handle(
    folder,
    keeper,
    keeper.state.hubs.map((record) => new Hub(record, keeper, kubectl)),
  );
}

type Resolved = HubsOptions & { readonly signal: AbortSignal };

async function startAll(options: Resolved, programs: Programs): Promise<Hubs> {
  const { folder } = options;
  const keeper = new StateKeeper(folder, emptyState(options));
  await keeper.change((state) => state);
  try {
    const hubs = await startParts(options, programs, keeper);
    await keeper.change((state) => ({ ...state, phase: "up" }));
    return handle(folder, keeper, hubs);
  } catch (error) {
    await removeHubs(folder, { files: false });
    throw error;
  }
}

function emptyState(options: HubsOptions): HubsState {
  return { schemaVersion: 1, phase: "starting", fingerprint: fingerprint(options), hubs: [], parts: [] };
}

async function startParts(options: Resolved, programs: Programs, keeper: StateKeeper): Promise<readonly Hub[]> {
  const { folder, signal, log = () => {}, concurrentBackups = 1 } = options;
  const crdFiles = await findCrdFiles(await crdFolders(options.crdFolders ?? []));
  const { storage, hubs } = await plugInAll(options);
  await keeper.change((state) => ({ ...state, hubs }));
  const namespace = hubNames(folder).storage;
  const started = await startStorage(
    { folder: join(folder, "storage"), namespace, address: storage, programs },
    keeper,
    signal,
  );
  log(`storage: etcd and S3 server ready at ${started.storage.url}`);
  return await allOrNone(hubs, signal, (hub, either) => {
    const basis = { ...hub, namespace: hubNames(folder).hub(hub.name), etcdEndpoint: started.etcdEndpoint, programs };
    return startHub({ basis, concurrentBackups, storage: started.storage, crdFiles, keeper, signal: either, log });
  });
}

/** Starts what all hubs share: etcd and the S3 server. */
async function startStorage(basis: SharedBasis, keeper: StateKeeper, signal: AbortSignal) {
  await mkdir(basis.folder, { mode: 0o700 });
  const etcd = sharedEtcd(basis);
  const s3 = await s3Server(basis);
  await allOrNone([etcd, s3], signal, ({ part, look }, either) => launch({ keeper, signal: either }, part, look));
  return { storage: s3.storage, etcdEndpoint: etcd.endpoint };
}

/** Makes a namespace for the storage server and each hub and plugs them in, in the order of the addresses. */
async function plugInAll(
  options: Resolved,
): Promise<{ readonly storage: string; readonly hubs: readonly HubRecord[] }> {
  const { folder, signal } = options;
  const hubs = options.names ?? ["primary", "secondary"];
  const names = hubNames(folder);
  const own = { namespace: names.network, hostLink: names.hostLink };
  const network = options.network ?? (await createOwnNetwork(own, hubs.length, signal));
  const namespaces = [names.storage, ...hubs.map(names.hub)];
  if (network.addresses.length < namespaces.length) throw tooFewAddresses(network, namespaces.length);
  for (const [index, namespace] of namespaces.entries()) {
    await createNamespace(namespace);
    await plugIn(network, { namespace, link: names.link(index), address: network.addresses[index] ?? "" });
  }
  const [storage = "", ...addresses] = network.addresses;
  const records = hubs.map((name, index) => {
    const address = addresses[index] ?? "";
    return { name, address, url: hubUrl(address), folder: join(folder, name) };
  });
  return { storage, hubs: records };
}

function tooFewAddresses(network: HubNetwork, needed: number): SetupError {
  return new SetupError({
    id: "HUB-06",
    what: `the network offers ${network.addresses.length} addresses`,
    why: `the hubs and their storage server need ${needed}`,
    fix: "give the network more addresses or start fewer hubs",
  });
}

function handle(folder: string, keeper: StateKeeper, hubs: readonly Hub[]): Hubs {
  return {
    hubs,
    storage: new PartControl("storage", keeper),
    stop: () => stopHubs(folder),
    hub(name) {
      const found = hubs.find((hub) => hub.name === name);
      if (found === undefined) throw new Error(`no hub "${name}" runs, only ${hubs.map((hub) => hub.name).join(", ")}`);
      return found;
    },
  };
}

function checkMachine(): void {
  if (process.platform === "linux" && process.getuid?.() === 0) return;
  throw new SetupError({
    id: "HUB-01",
    what: "hubs cannot be started here",
    why: "each has its own network namespace, which takes Linux and root",
    fix: "run it as root on Linux; integration tests need neither",
  });
}
