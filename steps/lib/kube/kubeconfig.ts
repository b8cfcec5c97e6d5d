import { closestName } from "../step/closest-name.ts";
import { type Fields, KubeconfigFields, type PemSource } from "./kubeconfig-fields.ts";
import { type KubeconfigUser, readUser } from "./kubeconfig-user.ts";
import type { Kubeconfig, KubeconfigEntry } from "./load-kubeconfig.ts";

/** The fields of a cluster that a connection needs. */
export interface KubeconfigCluster {
  readonly server: URL;
  readonly certificateAuthority: PemSource | undefined;
  readonly tlsServerName: string | undefined;
  readonly proxyUrl: string | undefined;
}

/** What a context of a kubeconfig stands for. */
export interface SelectedContext {
  /** For messages: the kubeconfig's files. */
  readonly label: string;
  readonly contextName: string;
  readonly cluster: KubeconfigCluster;
  /** Where the cluster's relative paths start. */
  readonly clusterFolder: string;
  readonly user: KubeconfigUser;
  readonly userFolder: string;
}

const namesShown = 20;

function findContext(config: Kubeconfig, wanted: string | undefined, read: KubeconfigFields): KubeconfigEntry {
  const name = wanted ?? config.currentContext;
  const found = config.contexts.find((context) => context.name === name);
  if (found !== undefined) {
    return found;
  }
  const names = config.contexts.map((context) => context.name);
  const near = name === undefined ? undefined : closestName(name, names);
  const more = names.length > namesShown ? ` and ${names.length - namesShown} more` : "";
  return read.fail(
    "KUBE-22",
    name === undefined ? "has no current context" : `has no context "${name.slice(0, 200)}"`,
    names.length === 0 ? "it holds no context" : `it holds: ${names.slice(0, namesShown).join(", ")}${more}`,
    near === undefined ? "name one of its contexts" : `did you mean "${near}"?`,
  );
}

function targetOf(
  context: KubeconfigEntry,
  kind: "cluster" | "user",
  all: readonly KubeconfigEntry[],
  read: KubeconfigFields,
): KubeconfigEntry {
  const name = read.text(context.content, kind);
  return (
    all.find((entry) => entry.name === name) ??
    read.fail(
      "KUBE-23",
      `has a context "${context.name}" that points nowhere`,
      name === undefined ? `it names no ${kind}` : `there is no ${kind} "${name}"`,
      "write the kubeconfig anew",
    )
  );
}

function readServer(address: string | undefined, read: KubeconfigFields): URL {
  const url = address !== undefined && URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol !== "https:") {
    return read.fail(
      "KUBE-24",
      address === undefined ? "names no server" : `has the server "${address.slice(0, 200)}"`,
      "only https addresses are used",
      "write the https address of the API server",
    );
  }
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    return read.fail(
      "KUBE-24",
      `has a server address on ${url.host} with more than host, port and path`,
      "a login or a query in the address is no part of the Kubernetes API",
      "write the plain https address of the API server",
    );
  }
  return url;
}

function readCluster(fields: Fields, read: KubeconfigFields): KubeconfigCluster {
  const insecure = fields["insecure-skip-tls-verify"] ?? false;
  if (insecure !== false) {
    read.fail(
      "KUBE-24",
      "turns the verification of certificates off",
      "insecure-skip-tls-verify would send the credential to anyone who answers",
      "put certificate-authority-data into the kubeconfig instead",
    );
  }
  return {
    server: readServer(read.text(fields, "server"), read),
    certificateAuthority: read.pem(fields, "certificate-authority"),
    tlsServerName: read.text(fields, "tls-server-name"),
    proxyUrl: read.text(fields, "proxy-url"),
  };
}

/**
 * What a context of a kubeconfig stands for, each field checked. Pure.
 *
 * @param wanted name of the context; the current one when absent
 * @throws FairleadError KUBE-22 (no such context), KUBE-23 (incomplete or malformed), KUBE-24 (unsafe)
 */
export function selectContext(config: Kubeconfig, wanted: string | undefined): SelectedContext {
  const read = new KubeconfigFields(config.label);
  const context = findContext(config, wanted, read);
  const cluster = targetOf(context, "cluster", config.clusters, read);
  const user = targetOf(context, "user", config.users, read);
  return {
    label: config.label,
    contextName: context.name,
    cluster: readCluster(cluster.content, read),
    clusterFolder: cluster.folder,
    user: readUser(user, read),
    userFolder: user.folder,
  };
}
