import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { type Addresses, type ClusterLayout, dnsService, podSubnet, registryName, registryPort } from "./layout.ts";

export interface NodeFiles {
  readonly containerd: string;
  readonly kubelet: string;
  readonly registry: string;
}

function cniConfiguration(): unknown {
  const ipam = { type: "host-local", ranges: [[{ subnet: podSubnet }]], routes: [{ dst: "0.0.0.0/0" }] };
  return {
    cniVersion: "1.0.0",
    name: "fairlead",
    plugins: [
      { type: "bridge", bridge: "pods0", isGateway: true, ipMasq: true, hairpinMode: true, ipam },
      { type: "portmap", capabilities: { portMappings: true } },
    ],
  };
}

/** TOML, which no other part of the project needs. Paths of the cluster's own folder hold no quotes. */
function containerdConfiguration(folder: string, socket: string): string {
  return `version = 2
root = "${folder}/containerd/root"
state = "${folder}/containerd/state"
[grpc]
  address = "${socket}"
[plugins."io.containerd.internal.v1.opt"]
  path = "${folder}/containerd/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${registryName}/platform/pause:1"
  disable_apparmor = true
  restrict_oom_score_adj = true
  # Network namespaces of pods are mounts below the state folder, so that a clean-up by folder finds them.
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${folder}/cni"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "${folder}/registries"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
`;
}

function kubeletConfiguration(folder: string, socket: string, cgroup: string): unknown {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    failCgroupV1: false,
    cgroupDriver: "cgroupfs",
    cgroupRoot: `/${cgroup}`,
    cgroupsPerQOS: true,
    enforceNodeAllocatable: [],
    failSwapOn: false,
    localStorageCapacityIsolation: false,
    containerRuntimeEndpoint: `unix://${socket}`,
    // Below /var/log/pods, its default, the kubelet of another cluster on this machine removes them as unknown.
    podLogsDir: `${folder}/pod-logs`,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: false },
      x509: { clientCAFile: join(folder, "ca.crt") },
    },
    // Only the API server's certificate logs in.
    authorization: { mode: "AlwaysAllow" },
    tlsCertFile: join(folder, "kubelet.crt"),
    tlsPrivateKeyFile: join(folder, "kubelet.key"),
    clusterDNS: [dnsService],
    clusterDomain: "cluster.local",
    resolvConf: join(folder, "resolv.conf"),
    evictionHard: { "nodefs.available": "1%", "imagefs.available": "1%", "memory.available": "100Mi" },
    imageGCHighThresholdPercent: 100,
    serializeImagePulls: false,
  };
}

export function containerdSocket(folder: string): string {
  return join(folder, "containerd.sock");
}

/** Writes every configuration file that the node's parts read. */
export async function writeNodeFiles(layout: ClusterLayout, own: Addresses): Promise<NodeFiles> {
  const { folder } = layout;
  const mirror = join(folder, "registries", registryName);
  const made = ["cni", "kubelet", "registry", "tmp"].map((name) => join(folder, name));
  for (const path of [...made, mirror]) await mkdir(path, { recursive: true });
  const socket = containerdSocket(folder);
  const files = {
    containerd: join(folder, "containerd.toml"),
    kubelet: join(folder, "kubelet.yaml"),
    registry: join(folder, "registry.yaml"),
  };
  const registry = {
    version: 0.1,
    log: { level: "warn" },
    storage: { filesystem: { rootdirectory: join(folder, "registry") }, delete: { enabled: true } },
    http: { addr: `:${registryPort}` },
  };
  await writeFile(join(folder, "cni", "10-fairlead.conflist"), JSON.stringify(cniConfiguration()));
  // Pods must resolve nothing beyond the cluster.
  await writeFile(join(folder, "resolv.conf"), "options ndots:5\n");
  const server = `http://${own.node}:${registryPort}`;
  const hosts = `server = "${server}"\n[host."${server}"]\n  capabilities = ["pull", "resolve"]\n`;
  await writeFile(join(mirror, "hosts.toml"), hosts);
  await writeFile(files.containerd, containerdConfiguration(folder, socket));
  await writeFile(files.kubelet, stringify(kubeletConfiguration(folder, socket, layout.cgroup)));
  await writeFile(files.registry, stringify(registry));
  return files;
}
