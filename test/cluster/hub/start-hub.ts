import { mkdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { issueCertificate, type KeyPair } from "../../support/api-servers/certificates.ts";
import { httpsGet } from "../../support/api-servers/https-get.ts";
import { prepareApiServer } from "../../support/api-servers/prepare-api-server.ts";
import { createUsers, standardUsers } from "../../support/api-servers/users.ts";
import {
  backupObjects,
  dataProtectionName,
  type Manifest,
  reconciledStatus,
  storageLocation,
  storageLocationName,
} from "./backup-storage.ts";
import { startDaemon, untilReady } from "./daemon.ts";
import { Hub } from "./hub.ts";
import {
  apiServer,
  backupNamespace,
  controllerManager,
  controllerManagerHealth,
  type HubBasis,
  hubUrl,
  velero,
} from "./hub-parts.ts";
import type { Part } from "./hub-state.ts";
import type { StateKeeper } from "./state-keeper.ts";
import type { ObjectStorage } from "./storage-server.ts";

export interface HubStart {
  readonly basis: HubBasis;
  readonly concurrentBackups: number;
  readonly storage: ObjectStorage;
  readonly crdFiles: readonly string[];
  readonly keeper: StateKeeper;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

const readyTimeoutMs = 180_000;

/** Each program of a hub has a user of its own, so that the audit log tells them apart. */
const programUsers = {
  velero: ["system:masters"],
  simulator: ["system:masters"],
  "backup-operator": ["system:masters"],
  "kube-controller-manager": ["system:masters"],
};

/** Starts API server, controller-manager and Velero of one hub, with its CRDs and its storage location Available. */
export async function startHub(start: HubStart): Promise<Hub> {
  const { basis, log } = start;
  await prepare(basis);
  const hub = new Hub({ ...basis, url: hubUrl(basis.address) }, start.keeper, basis.programs["kubectl"] ?? "kubectl");
  await launch(start, apiServer(basis), () => hub.lookReady());
  log(`${basis.name}: API server ready at ${hub.url}`);
  await applyCrds(start, hub);
  await applyStorage(hub, start.storage);
  log(`${basis.name}: ${start.crdFiles.length} CRD files and storage location applied`);
  // After the CRDs: the garbage collector learns of new kinds only every 30 s.
  await launch(start, controllerManager(basis), () => lookHealthy(hub, controllerManagerHealth(basis)));
  await startVelero(start, hub);
  log(`${basis.name}: Velero ready, storage location Available`);
  return hub;
}

async function prepare(basis: HubBasis): Promise<void> {
  const { name, folder, address } = basis;
  const users = createUsers({ ...standardUsers, ...programUsers });
  const authority = await prepareApiServer({ name, folder, url: hubUrl(address), addresses: [address], users });
  await issueKubeletCertificates(folder, address, authority);
}

/** The API server's certificate towards kubelets, and the one that the simulator shows as the kubelet of the node. */
async function issueKubeletCertificates(folder: string, address: string, authority: KeyPair): Promise<void> {
  await issueCertificate(
    folder,
    "kubelet-client",
    { commonName: "kube-apiserver-kubelet-client", organization: "system:masters", use: "clientAuth" },
    authority,
  );
  await issueCertificate(
    folder,
    "kubelet",
    { commonName: "system:node:hub", alternativeNames: [`IP:${address}`], use: "serverAuth" },
    authority,
  );
}

/** Starts a part, records it and waits until it works. */
export async function launch(
  start: Pick<HubStart, "keeper" | "signal">,
  part: Part,
  look: () => Promise<string | undefined>,
): Promise<void> {
  const identity = await startDaemon(part);
  await start.keeper.record(part, identity);
  await untilReady({ part, identity, timeoutMs: readyTimeoutMs, signal: start.signal, look });
}

async function applyCrds(start: HubStart, hub: Hub): Promise<void> {
  await hub.kubectl(["apply", "--server-side", ...start.crdFiles.flatMap((file) => ["-f", file])]);
  // `kubectl wait` watches one object after the other: seconds for what one list tells.
  let waiting: readonly string[];
  do {
    start.signal.throwIfAborted();
    waiting = notEstablished((await hub.get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions")).body);
    if (waiting.length > 0) await pause(50);
  } while (waiting.length > 0);
}

function notEstablished(body: string): readonly string[] {
  // Fields of the apiextensions.k8s.io/v1 API.
  const list = JSON.parse(body) as {
    items: { metadata: { name: string }; status?: { conditions?: { type: string; status: string }[] } }[];
  };
  const established = (condition: { type: string; status: string }): boolean =>
    condition.type === "Established" && condition.status === "True";
  return list.items.filter((crd) => !crd.status?.conditions?.some(established)).map((crd) => crd.metadata.name);
}

async function applyStorage(hub: Hub, storage: ObjectStorage): Promise<void> {
  await applyManifests(hub, backupObjects(storage));
  const protection = ["-n", backupNamespace, "dataprotectionapplication", dataProtectionName];
  const status = JSON.stringify(reconciledStatus(new Date()));
  await hub.kubectl(["patch", ...protection, "--subresource=status", "--type=merge", "-p", status]);
  const uid = await hub.kubectl(["get", ...protection, "-o", "jsonpath={.metadata.uid}"]);
  await applyManifests(hub, [storageLocation(storage, uid)]);
}

/** Applies manifests server-side, in their order. */
export async function applyManifests(hub: Hub, manifests: readonly Manifest[]): Promise<void> {
  const list = { apiVersion: "v1", kind: "List", items: manifests };
  await hub.kubectl(["apply", "--server-side", "--force-conflicts", "-f", "-"], JSON.stringify(list));
}

async function startVelero(start: HubStart, hub: Hub): Promise<void> {
  const { basis, concurrentBackups, storage } = start;
  const { folder, programs } = basis;
  await mkdir(join(folder, "velero-tmp"));
  // A built program lies beside its log; here is nothing but the plugin.
  const pluginFolder = join(folder, "velero-plugins");
  await mkdir(pluginFolder);
  await symlink(programs["velero-plugin-for-aws"] ?? "", join(pluginFolder, "velero-plugin-for-aws"));
  await launch(start, velero(basis, { ...storage, pluginFolder, concurrentBackups }), () => lookAvailable(hub));
}

async function lookHealthy(hub: Hub, url: string): Promise<string | undefined> {
  const authority = await readFile(hub.caFile, "utf8");
  const { status, body } = await httpsGet({ url, authority, headers: {}, timeoutMs: 5_000 });
  return status === 200 ? undefined : `${url} answered ${status}: ${body}`;
}

/** Velero writes the phase once its plugin has reached the bucket: all of it works then. */
async function lookAvailable(hub: Hub): Promise<string | undefined> {
  const path = `/apis/velero.io/v1/namespaces/${backupNamespace}/backupstoragelocations/${storageLocationName}`;
  // A field of the velero.io/v1 API.
  const location = JSON.parse((await hub.get(path)).body) as { status?: { phase?: string; message?: string } };
  const { phase = "without a phase", message = "" } = location.status ?? {};
  return phase === "Available" ? undefined : `BackupStorageLocation ${storageLocationName} is ${phase} ${message}`;
}
