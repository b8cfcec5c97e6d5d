import { join } from "node:path";
import { getCACertificates } from "node:tls";
import type { ConnectTarget } from "../step/types.ts";
import { homeFolder } from "./home-folder.ts";
import { identityOf } from "./identity.ts";
import { inClusterAccess, isInCluster } from "./in-cluster.ts";
import { type SelectedContext, selectContext } from "./kubeconfig.ts";
import { kubeconfigError } from "./kubeconfig-error.ts";
import { mergeKubeconfigs, readKubeconfig } from "./load-kubeconfig.ts";
import type { Login } from "./login.ts";
import { type LoginOptions, openLogin } from "./open-login.ts";
import { readCertificate } from "./pem.ts";
import { proxyFor, type Variable } from "./proxy-for.ts";
import { fileExists } from "./read-text-file.ts";
import type { Endpoint } from "./transport.ts";

/** Where a client connects, and as whom. */
export interface Access {
  readonly endpoint: Endpoint;
  readonly login: Login;
}

export interface AccessOptions extends LoginOptions {
  readonly variable: Variable;
  /** Bytes, 0 or less for no limit. */
  readonly maximumKubeconfigBytes: number;
}

/**
 * The authorities that vouch for the server: those of the kubeconfig, and those of a file `ca.crt` beside it (a Secret
 * may hold the authority under that key). `undefined` = those that Node trusts.
 */
async function authorities(selected: SelectedContext): Promise<string | undefined> {
  const { cluster, clusterFolder: folder, label } = selected;
  const own =
    cluster.certificateAuthority === undefined
      ? undefined
      : await readCertificate(cluster.certificateAuthority, { label, folder });
  if (!(await fileExists(join(folder, "ca.crt")))) {
    return own;
  }
  const extra = await readCertificate({ field: "ca.crt beside it", path: "ca.crt" }, { label, folder });
  return [own ?? getCACertificates("default").join("\n"), extra].join("\n");
}

async function accessByContext(selected: SelectedContext, options: AccessOptions): Promise<Access> {
  const { cluster, label, user } = selected;
  const login = await openLogin(selected, options);
  const certificateAuthority = await authorities(selected);
  const proxy = proxyFor(cluster.server, cluster.proxyUrl, options.variable, label);
  return {
    login,
    endpoint: {
      server: cluster.server,
      ...(certificateAuthority === undefined ? {} : { certificateAuthority }),
      ...(cluster.tlsServerName === undefined ? {} : { serverName: cluster.tlsServerName }),
      ...(proxy === undefined ? {} : { proxy }),
      identity: identityOf(login, options.clock, user.impersonate),
    },
  };
}

async function defaultAccess(context: string | undefined, options: AccessOptions): Promise<Access> {
  const { variable, maximumKubeconfigBytes: limit } = options;
  const listed = (variable("KUBECONFIG") ?? "").split(":").filter((path) => path !== "");
  const files = listed.length > 0 ? listed : [join(homeFolder(variable), ".kube", "config")];
  const found = await Promise.all(files.map(async (file) => ((await fileExists(file)) ? [file] : [])));
  const [first, ...others] = await Promise.all(found.flat().map((file) => readKubeconfig(file, limit)));
  if (first !== undefined) {
    return await accessByContext(selectContext(mergeKubeconfigs(first, others), context), options);
  }
  // As kubectl does. Never where KUBECONFIG is set: a mistyped path must not lead to another cluster.
  if (listed.length === 0 && isInCluster(variable)) {
    return await inClusterAccess(variable, options.clock);
  }
  throw kubeconfigError("KUBE-20", files.join(":"), {
    what: "does not exist",
    why:
      listed.length > 0 ? "KUBECONFIG names no file that exists" : "KUBECONFIG is not set and there is no default file",
    fix: "name a kubeconfig file, or set KUBECONFIG",
  });
}

/**
 * Finds out where to connect and how to log in. Reads files, sends nothing.
 *
 * @throws FairleadError KUBE-20 to KUBE-25
 */
export async function openAccess(target: ConnectTarget, options: AccessOptions): Promise<Access> {
  const { kubeconfig, context } = target;
  if (typeof kubeconfig === "string") {
    const config = await readKubeconfig(kubeconfig, options.maximumKubeconfigBytes);
    return await accessByContext(selectContext(config, context), options);
  }
  return kubeconfig.kind === "in-cluster"
    ? await inClusterAccess(options.variable, options.clock)
    : await defaultAccess(context, options);
}
