import { stringify } from "yaml";

/** How the hub is reached; from the administrator's kubeconfig. */
export interface HubEndpoint {
  /** Name of the administrator's context, and of its cluster. */
  readonly context: string;
  readonly cluster: string;
  readonly server: string;
  /** PEM; absent where the system's authorities serve. */
  readonly authority?: string;
  readonly tlsServerName?: string;
  readonly proxyUrl?: string;
}

export interface AccountKubeconfig {
  readonly file: string;
  readonly context: string;
  readonly text: string;
}

/**
 * A kubeconfig of one account with one context. User and context are unique, so that it can be merged with others. Pure.
 */
export function accountKubeconfig(hub: HubEndpoint, account: string, token: string): AccountKubeconfig {
  const user = `${hub.context}-${account}`;
  const context = `${user}@${hub.cluster}`;
  const cluster = {
    server: hub.server,
    ...(hub.authority === undefined
      ? {}
      : { "certificate-authority-data": Buffer.from(hub.authority).toString("base64") }),
    ...(hub.tlsServerName === undefined ? {} : { "tls-server-name": hub.tlsServerName }),
    ...(hub.proxyUrl === undefined ? {} : { "proxy-url": hub.proxyUrl }),
  };
  return {
    file: kubeconfigFileName(hub.context, account),
    context,
    text: stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: hub.cluster, cluster }],
      users: [{ name: user, user: { token } }],
      contexts: [{ name: context, context: { cluster: hub.cluster, user } }],
      "current-context": context,
    }),
  };
}

/** File systems take names of 255 bytes. */
const maximumName = 200;

/** A context may hold slashes and colons: `default/api-east:6443/admin`. */
export function kubeconfigFileName(context: string, account: string): string {
  const plain = context
    .replaceAll(/[^A-Za-z0-9_.-]+/g, "-")
    .replace(/^[.-]+/, "")
    .slice(0, maximumName);
  return `${plain === "" ? "hub" : plain}-${account}.kubeconfig`;
}
