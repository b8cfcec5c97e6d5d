import { join } from "node:path";
import { type ApiServerLayout, apiServerArguments, apiServerFiles } from "../../support/api-servers/arguments.ts";
import { kubeconfigFile } from "../../support/api-servers/test-api-server.ts";
import type { Part } from "./hub-state.ts";
import type { ObjectStorage } from "./storage-server.ts";

export const backupNamespace = "open-cluster-management-backup";
export const apiServerPort = 6443;
const controllerManagerPort = 10_257;

/** What the parts of one hub are made from. */
export interface HubBasis {
  readonly name: string;
  readonly folder: string;
  readonly namespace: string;
  readonly address: string;
  readonly etcdEndpoint: string;
  readonly programs: Readonly<Record<string, string>>;
}

/** What any program of a hub needs to be started. */
export type PartBasis = Pick<HubBasis, "name" | "folder" | "namespace" | "address" | "programs">;

export function hubUrl(address: string): string {
  return `https://${address}:${apiServerPort}`;
}

export function controllerManagerHealth(hub: HubBasis): string {
  return `https://${hub.address}:${controllerManagerPort}/healthz`;
}

/** Files that a hub has beside those of a plain test API server. */
export const hubFiles = {
  kubeletClientCertificate: "kubelet-client.crt",
  kubeletClientKey: "kubelet-client.key",
  kubeletCertificate: "kubelet.crt",
  kubeletKey: "kubelet.key",
} as const;

export function apiServer(hub: HubBasis): Part {
  const layout: ApiServerLayout = { ...hub, port: apiServerPort };
  return part(hub, "kube-apiserver", [
    ...apiServerArguments(layout),
    // Pods are objects that the simulator keeps; no ServiceAccount is mounted anywhere.
    "--disable-admission-plugins=ServiceAccount",
    // The simulator answers as the kubelet of the hub's only node: pod logs go through it.
    "--kubelet-preferred-address-types=InternalIP",
    `--kubelet-certificate-authority=${join(hub.folder, apiServerFiles.authority)}`,
    `--kubelet-client-certificate=${join(hub.folder, hubFiles.kubeletClientCertificate)}`,
    `--kubelet-client-key=${join(hub.folder, hubFiles.kubeletClientKey)}`,
  ]);
}

/** Garbage collection and namespaces only: owner references and deletions work, nothing makes pods. */
export function controllerManager(hub: HubBasis): Part {
  return part(hub, "kube-controller-manager", [
    `--kubeconfig=${kubeconfigFile(hub.folder, "kube-controller-manager")}`,
    "--controllers=garbage-collector-controller,namespace-controller",
    "--leader-elect=false",
    `--bind-address=${hub.address}`,
    `--secure-port=${controllerManagerPort}`,
    `--tls-cert-file=${join(hub.folder, apiServerFiles.serverCertificate)}`,
    `--tls-private-key-file=${join(hub.folder, apiServerFiles.serverKey)}`,
    // The default of 20 a second would make the deletion of a large fleet's namespaces take minutes.
    "--kube-api-qps=100",
    "--kube-api-burst=200",
  ]);
}

/** How a program of Velero reads and writes object storage. */
export interface VeleroStorage extends Pick<ObjectStorage, "accessKey" | "secretKey"> {
  /** Everything in this folder is started as a plugin. */
  readonly pluginFolder: string;
  readonly concurrentBackups: number;
}

/** Velero 1.18. Its controllers' metrics always listen on :8080, hence one Velero a network namespace. */
export function velero(hub: HubBasis, { pluginFolder, concurrentBackups, accessKey, secretKey }: VeleroStorage): Part {
  const temporary = join(hub.folder, "velero-tmp");
  return part(
    hub,
    "velero",
    [
      "server",
      `--namespace=${backupNamespace}`,
      `--kubeconfig=${kubeconfigFile(hub.folder, "velero")}`,
      `--plugin-dir=${pluginFolder}`,
      "--client-qps=100",
      "--client-burst=200",
      `--concurrent-backups=${concurrentBackups}`,
      "--log-format=json",
    ],
    {
      // Credentials of the storage location are written below TMPDIR, which two hubs must not share.
      ...{ TMPDIR: temporary, HOME: temporary },
      // Whenever a controller opens the location, they are written anew, into a file that is emptied first: a plugin
      // that reads it just then has none, and its Backup or Restore has failed for good. What stands here comes first.
      ...{ AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey },
    },
  );
}

export function part(
  hub: PartBasis,
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Part {
  return {
    name: `${hub.name}/${program}`,
    namespace: hub.namespace,
    command: hub.programs[program] ?? program,
    args,
    environment,
    folder: hub.folder,
    logFile: join(hub.folder, `${program}.log`),
  };
}
