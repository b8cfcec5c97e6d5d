import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { issueCertificate } from "../../support/api-servers/certificates.ts";
import { exists } from "../../support/api-servers/etcd.ts";
import { httpsGet } from "../../support/api-servers/https-get.ts";
import { prepareApiServer } from "../../support/api-servers/prepare-api-server.ts";
import { untilEstablished } from "../../support/api-servers/until-established.ts";
import { createUsers, standardUsers } from "../../support/api-servers/users.ts";
import { startDaemon, untilReady } from "../hub/daemon.ts";
import type { Part } from "../hub/hub-state.ts";
import { StateKeeper } from "../hub/state-keeper.ts";
import { addons } from "./addons.ts";
import { createCgroups } from "./cgroups.ts";
import { LocalCluster } from "./cluster.ts";
import { addresses, apiServerPort, type ClusterLayout, kubernetesService, nodeName, registryPort } from "./layout.ts";
import { containerdSocket, writeNodeFiles } from "./node-files.ts";
import { createNodeNetwork } from "./node-network.ts";
import { nodeParts, partUserGroups } from "./node-parts.ts";
import { platformImages } from "./platform-images.ts";
import { pushImage } from "./push-image.ts";
import { inStages, tektonManifests } from "./tekton-manifests.ts";
import { createVolumes } from "./volumes.ts";

export interface NodeStart {
  readonly layout: ClusterLayout;
  readonly programs: Readonly<Record<string, string>>;
  readonly kubectl: string;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

const readyTimeoutMs = 120_000;

/** Starts every part of the cluster, its name service and Tekton. */
export async function startNode(start: NodeStart): Promise<LocalCluster> {
  const { layout, log, signal } = start;
  const began = performance.now();
  const seconds = (): string => `${Math.round((performance.now() - began) / 100) / 10} s`;
  await mkdir(layout.folder, { recursive: true, mode: 0o700 });
  const index = await createNodeNetwork(layout, signal);
  await createCgroups(layout.cgroup);
  const own = addresses(index);
  const state = { schemaVersion: 1, phase: "starting", fingerprint: String(index), hubs: [], parts: [] } as const;
  const keeper = new StateKeeper(layout.folder, state);
  await keeper.change((same) => ({ ...same }));
  await certificates(layout, own.node);
  const files = await writeNodeFiles(layout, own);
  const parts = nodeParts({ layout, addresses: own, files, programs: start.programs });
  const cluster = new LocalCluster(layout, keeper, start.kubectl);
  const launch = (part: Part, look: () => Promise<string | undefined>) => launchPart(keeper, part, signal, look);
  const running = async (): Promise<undefined> => undefined;

  await Promise.all([
    launch(parts.etcd, async () => ((await exists(join(layout.folder, "etcd.sock"))) ? undefined : "no socket")),
    launch(parts.containerd, async () => ((await exists(containerdSocket(layout.folder))) ? undefined : "no socket")),
    launch(parts.registry, () => lookHttp(`http://${own.node}:${registryPort}/v2/`)),
  ]);
  // The images travel while the API server starts.
  const images = pushImages(start, `http://${own.node}:${registryPort}`);
  images.catch(() => undefined);
  await launch(parts["kube-apiserver"], () => lookApiServer(layout.folder, own.node));
  log(`API server ready after ${seconds()}: ${cluster.apiServer}`);
  await Promise.all([
    launch(parts["kube-controller-manager"], running),
    launch(parts["kube-scheduler"], running),
    launch(parts["kube-proxy"], running),
    launch(parts.kubelet, running),
  ]);
  await images;
  log(`images pushed after ${seconds()}`);
  await cluster.kubectl(["apply", "--server-side", "-f", "-"], addons(own.node, await createVolumes(layout.folder)));
  await untilNode(cluster);
  log(`node ready after ${seconds()}`);
  await installTekton(cluster);
  log(`Tekton ready after ${seconds()}`);
  await keeper.change((before) => ({ ...before, phase: "up" }));
  return cluster;
}

async function certificates(layout: ClusterLayout, node: string): Promise<void> {
  const { folder, name } = layout;
  const users = createUsers({ ...standardUsers, ...partUserGroups });
  const url = `https://${node}:${apiServerPort}`;
  const authority = await prepareApiServer({ name, folder, url, addresses: [node, kubernetesService], users });
  const client = {
    commonName: "kube-apiserver-kubelet-client",
    organization: "system:masters",
    use: "clientAuth",
  } as const;
  await issueCertificate(folder, "kubelet-client", client, authority);
  const server = {
    commonName: `system:node:${nodeName}`,
    alternativeNames: [`IP:${node}`],
    use: "serverAuth",
  } as const;
  await issueCertificate(folder, "kubelet", server, authority);
}

async function launchPart(
  keeper: StateKeeper,
  part: Part,
  signal: AbortSignal,
  look: () => Promise<string | undefined>,
): Promise<void> {
  const identity = await startDaemon(part);
  await keeper.record(part, identity);
  await untilReady({ part, identity, timeoutMs: readyTimeoutMs, signal, look });
}

async function lookHttp(url: string): Promise<string | undefined> {
  const answer = await fetch(url);
  return answer.ok ? undefined : `${url} answered ${answer.status}`;
}

async function lookApiServer(folder: string, node: string): Promise<string | undefined> {
  const authority = await readFile(join(folder, "ca.crt"), "utf8");
  const tokens = await readFile(join(folder, "tokens.csv"), "utf8");
  const token = /^([0-9a-f]+),admin,/m.exec(tokens)?.[1] ?? "";
  const url = `https://${node}:${apiServerPort}/readyz`;
  const { status, body } = await httpsGet({
    url,
    authority,
    headers: { authorization: `Bearer ${token}` },
    timeoutMs: 5000,
  });
  return status === 200 ? undefined : `/readyz answered ${status}: ${body}`;
}

async function pushImages({ programs }: NodeStart, registry: string): Promise<void> {
  for (const image of platformImages(programs)) await pushImage(registry, image);
}

/** A node object appears when kubelet has registered; only then is there something to wait for. */
async function untilNode(cluster: LocalCluster): Promise<void> {
  const deadline = performance.now() + readyTimeoutMs;
  while ((await cluster.kubectl(["get", "nodes", "-o", "name"])).trim() === "") {
    if (performance.now() > deadline)
      throw new Error(`no node registered; see ${join(cluster.layout.folder, "kubelet.log")}`);
    await pause(200);
  }
  await cluster.kubectl(["wait", "--for=condition=Ready", "node", "--all", "--timeout=120s"]);
}

async function installTekton(cluster: LocalCluster): Promise<void> {
  const [namespaces = "", definitions = "", rest = "", webhooks = "", custom = ""] = inStages(await tektonManifests());
  const apply = (yaml: string) => cluster.kubectl(["apply", "--server-side", "--force-conflicts", "-f", "-"], yaml);
  await apply(namespaces);
  await apply(definitions);
  await apply(rest);
  await apply(webhooks);
  await untilEstablished(cluster, "--all");
  await Promise.all(
    ["tekton-pipelines", "tekton-pipelines-resolvers", "kube-system"].map((namespace) =>
      cluster.kubectl(["wait", "--for=condition=Available", "deployment", "--all", "-n", namespace, "--timeout=180s"]),
    ),
  );
  await apply(custom);
}
