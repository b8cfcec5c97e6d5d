import { join } from "node:path";
import { apiServerArguments, apiServerFiles } from "../../support/api-servers/arguments.ts";
import { etcdOnSocket } from "../../support/api-servers/etcd.ts";
import { kubeconfigFile } from "../../support/api-servers/test-api-server.ts";
import type { Part } from "../hub/hub-state.ts";
import { type Addresses, apiServerPort, type ClusterLayout, nodeName, podSubnet, serviceSubnet } from "./layout.ts";
import type { NodeFiles } from "./node-files.ts";

export const partNames = [
  "etcd",
  "containerd",
  "registry",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kube-proxy",
  "kubelet",
] as const;
export type PartName = (typeof partNames)[number];

/** Users of the parts themselves; Kubernetes binds their roles to these very names. */
export const partUsers = {
  "kube-controller-manager": "system:kube-controller-manager",
  "kube-scheduler": "system:kube-scheduler",
  "kube-proxy": "system:kube-proxy",
  kubelet: `system:node:${nodeName}`,
} as const;

export const partUserGroups: Readonly<Record<string, readonly string[]>> = {
  [partUsers["kube-controller-manager"]]: [],
  [partUsers["kube-scheduler"]]: [],
  [partUsers["kube-proxy"]]: [],
  [partUsers.kubelet]: ["system:nodes"],
};

export interface NodeBasis {
  readonly layout: ClusterLayout;
  readonly addresses: Addresses;
  readonly files: NodeFiles;
  readonly programs: Readonly<Record<string, string>>;
}

function part(basis: NodeBasis, name: PartName, command: string, args: readonly string[]): Part {
  const { folder, namespace } = basis.layout;
  const environment = { HOME: folder, TMPDIR: join(folder, "tmp") };
  return { name, namespace, command, args, environment, folder, logFile: join(folder, `${name}.log`) };
}

function built(basis: NodeBasis, name: PartName, args: readonly string[]): Part {
  return part(basis, name, basis.programs[name] ?? name, args);
}

// Where a whole cluster needs another value than a bare test server.
const replaced = ["--endpoint-reconciler-type", "--service-cluster-ip-range", "--authorization-mode"];

function apiServer(basis: NodeBasis): Part {
  const { folder, name } = basis.layout;
  const { endpoint } = etcdOnSocket(folder);
  const layout = { name, folder, address: basis.addresses.node, port: apiServerPort, etcdEndpoint: endpoint };
  return built(basis, "kube-apiserver", [
    ...apiServerArguments(layout).filter((argument) => !replaced.some((flag) => argument.startsWith(`${flag}=`))),
    "--endpoint-reconciler-type=lease",
    `--service-cluster-ip-range=${serviceSubnet}`,
    "--authorization-mode=Node,RBAC",
    "--allow-privileged=true",
    "--kubelet-preferred-address-types=InternalIP",
    `--kubelet-certificate-authority=${join(folder, apiServerFiles.authority)}`,
    `--kubelet-client-certificate=${join(folder, "kubelet-client.crt")}`,
    `--kubelet-client-key=${join(folder, "kubelet-client.key")}`,
  ]);
}

// The folders that kubelet makes for a subPath are for any user id: a hostPath volume knows no fsGroup, which gives the
// group its rights on real storage.
function withOpenFolders(part: Part): Part {
  return { ...part, command: "/bin/sh", args: ["-c", 'umask 000; exec "$0" "$@"', part.command, ...part.args] };
}

function controllerManager(basis: NodeBasis): Part {
  const { folder } = basis.layout;
  return built(basis, "kube-controller-manager", [
    `--kubeconfig=${kubeconfigFile(folder, partUsers["kube-controller-manager"])}`,
    `--service-account-private-key-file=${join(folder, apiServerFiles.serviceAccountKey)}`,
    `--root-ca-file=${join(folder, apiServerFiles.authority)}`,
    "--use-service-account-credentials=true",
    "--leader-elect=false",
    "--kube-api-qps=100",
    "--kube-api-burst=200",
  ]);
}

function kubelet(basis: NodeBasis): Part {
  const { folder } = basis.layout;
  return built(basis, "kubelet", [
    `--config=${basis.files.kubelet}`,
    `--kubeconfig=${kubeconfigFile(folder, partUsers.kubelet)}`,
    `--root-dir=${join(folder, "kubelet")}`,
    `--hostname-override=${nodeName}`,
    `--node-ip=${basis.addresses.node}`,
  ]);
}

function proxy(basis: NodeBasis): Part {
  return built(basis, "kube-proxy", [
    `--kubeconfig=${kubeconfigFile(basis.layout.folder, partUsers["kube-proxy"])}`,
    "--proxy-mode=iptables",
    `--cluster-cidr=${podSubnet}`,
    `--hostname-override=${nodeName}`,
    // The limits of connection tracking belong to the machine.
    "--conntrack-max-per-core=0",
  ]);
}

function scheduler(basis: NodeBasis): Part {
  const kubeconfig = kubeconfigFile(basis.layout.folder, partUsers["kube-scheduler"]);
  return built(basis, "kube-scheduler", [`--kubeconfig=${kubeconfig}`, "--leader-elect=false"]);
}

/** Every process of the node by name. */
export function nodeParts(basis: NodeBasis): Readonly<Record<PartName, Part>> {
  return {
    etcd: built(basis, "etcd", etcdOnSocket(basis.layout.folder).args),
    containerd: part(basis, "containerd", "containerd", ["--config", basis.files.containerd]),
    registry: part(basis, "registry", "docker-registry", ["serve", basis.files.registry]),
    "kube-apiserver": apiServer(basis),
    "kube-controller-manager": controllerManager(basis),
    "kube-scheduler": scheduler(basis),
    "kube-proxy": proxy(basis),
    kubelet: withOpenFolders(kubelet(basis)),
  };
}
