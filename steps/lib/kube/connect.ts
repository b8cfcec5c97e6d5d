import { readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { parse } from "yaml";
import type { Clock, Random } from "../clock/clock.ts";
import { FairleadError } from "../errors/fairlead-error.ts";
import type { Logger } from "../log/logger.ts";
import { hideSecret } from "../log/redact-text.ts";
import type { ConnectTarget } from "../step/types.ts";
import { type KubeconfigContext, selectContext } from "./kubeconfig.ts";
import { RestCalls } from "./rest-calls.ts";
import { RestClient } from "./rest-client.ts";
import { type Endpoint, Transport } from "./transport.ts";
import type { Credential, KubeClient } from "./types.ts";

export interface ConnectEnvironment {
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
  /** Reads one environment variable: KUBECONFIG and the proxy settings. */
  readonly variable?: (name: string) => string | undefined;
  readonly userAgent?: string;
  readonly concurrency?: number;
  /** Largest kubeconfig, bytes; default 10 MiB, 0 or less for no limit. */
  readonly maximumKubeconfigBytes?: number;
  /** Commands that an exec plugin may start; absent = any (on a laptop). */
  readonly allowedExecCommands?: readonly string[];
}

const defaultMaximumBytes = 10 * 1024 * 1024;
const serviceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

interface Login {
  readonly credential: () => Promise<Credential>;
  readonly clientCertificate?: Endpoint["clientCertificate"];
}

function unreadable(file: string, error: unknown): FairleadError {
  const why = error instanceof Error ? error.message : String(error);
  return new FairleadError(
    {
      id: "KUBE-20",
      what: `kubeconfig ${file} cannot be read`,
      why,
      fix: "check the path, or that the Secret is mounted and has the key kubeconfig",
    },
    { exitCode: 2, cause: error },
  );
}

async function readLimited(file: string, limit: number): Promise<string> {
  try {
    const { size } = await stat(file);
    if (limit > 0 && size > limit) {
      throw new Error(`it is ${size} bytes large, more than ${limit}`);
    }
    return await readFile(file, "utf8");
  } catch (error) {
    throw unreadable(file, error);
  }
}

function parseYaml(file: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    // The parser quotes the lines around a fault: they may hold a token.
    const where = error instanceof Error && "linePos" in error ? JSON.stringify(error.linePos) : "unknown place";
    throw unreadable(file, new Error(`it is no YAML (${where})`));
  }
}

function fromBase64(data: string | undefined): string | undefined {
  return data === undefined ? undefined : Buffer.from(data, "base64").toString("utf8");
}

async function fileOrData(
  folder: string,
  data: string | undefined,
  path: string | undefined,
): Promise<string | undefined> {
  const inline = fromBase64(data);
  if (inline !== undefined || path === undefined) {
    return inline;
  }
  const file = isAbsolute(path) ? path : join(folder, path);
  return await readFile(file, "utf8").catch((error: unknown) => {
    throw unreadable(file, error);
  });
}

async function tokenLogin(read: () => Promise<string>): Promise<Login> {
  return {
    credential: async () => {
      const token = (await read()).trim();
      hideSecret(token);
      return { kind: "token", token };
    },
  };
}

function refuseExec(command: string, environment: ConnectEnvironment, file: string): void {
  if (environment.allowedExecCommands !== undefined && !environment.allowedExecCommands.includes(command)) {
    throw new FairleadError(
      {
        id: "KUBE-25",
        what: `kubeconfig ${file} would start the program "${command}" to log in`,
        why: "inside a pod only listed login programs may run",
        fix: "use a kubeconfig with a token, for example of a ServiceAccount of the hub",
      },
      { exitCode: 2 },
    );
  }
}

// Exec plugins and OIDC are left to client-node, loaded only for a kubeconfig that asks for them: it is slow to start.
async function pluginLogin(text: string, contextName: string): Promise<Login> {
  const { KubeConfig } = await import("@kubernetes/client-node/dist/config.js");
  const config = new KubeConfig();
  config.loadFromString(text);
  config.setCurrentContext(contextName);
  const options: { headers?: Record<string, string>; cert?: string; key?: string } = {};
  await config.applyToHTTPSOptions(options);
  const certificate = options.cert;
  const key = options.key;
  return {
    credential: async () => {
      const headers: { headers?: Record<string, string> } = {};
      await config.applyToHTTPSOptions(headers);
      const token = /^Bearer (.+)$/.exec(headers.headers?.["Authorization"] ?? "")?.[1];
      if (token === undefined) {
        return { kind: "client-certificate" };
      }
      hideSecret(token);
      return { kind: "token", token };
    },
    ...(certificate === undefined || key === undefined ? {} : { clientCertificate: { certificate, key } }),
  };
}

async function loginOf(
  selected: KubeconfigContext,
  file: string,
  text: string,
  environment: ConnectEnvironment,
): Promise<Login> {
  const { user } = selected;
  const folder = dirname(file);
  if (user.exec !== undefined || user["auth-provider"] !== undefined) {
    if (user.exec !== undefined) {
      refuseExec(String(user.exec.command), environment, file);
    }
    return await pluginLogin(text, selected.contextName);
  }
  const { tokenFile, token } = user;
  if (tokenFile !== undefined) {
    return await tokenLogin(() => readFile(isAbsolute(tokenFile) ? tokenFile : join(folder, tokenFile), "utf8"));
  }
  if (token !== undefined) {
    return await tokenLogin(async () => token);
  }
  const certificate = await fileOrData(folder, user["client-certificate-data"], user["client-certificate"]);
  const key = await fileOrData(folder, user["client-key-data"], user["client-key"]);
  if (certificate !== undefined && key !== undefined) {
    return { credential: async () => ({ kind: "client-certificate" }), clientCertificate: { certificate, key } };
  }
  return { credential: async () => ({ kind: "none" }) };
}

function bypassesProxy(host: string, list: string): boolean {
  return list
    .split(",")
    .map((part) => part.trim().replace(/^\*?\./, ""))
    .some((part) => part !== "" && (part === "*" || host === part || host.endsWith(`.${part}`)));
}

function proxyOf(server: URL, own: string | undefined, environment: ConnectEnvironment): string | undefined {
  if (own !== undefined) {
    return own;
  }
  const variable = (name: string): string | undefined =>
    environment.variable?.(name) ?? environment.variable?.(name.toLowerCase());
  const proxy = variable("HTTPS_PROXY");
  return proxy === undefined || proxy === "" || bypassesProxy(server.hostname, variable("NO_PROXY") ?? "")
    ? undefined
    : proxy;
}

async function endpointOfKubeconfig(
  file: string,
  target: ConnectTarget,
  environment: ConnectEnvironment,
): Promise<{ readonly endpoint: Endpoint; readonly credential: Login["credential"] }> {
  const text = await readLimited(file, environment.maximumKubeconfigBytes ?? defaultMaximumBytes);
  const selected = selectContext(parseYaml(file, text), file, target.context);
  const { cluster } = selected;
  const folder = dirname(file);
  const own = await fileOrData(folder, cluster["certificate-authority-data"], cluster["certificate-authority"]);
  // A Secret may hold the authority beside the kubeconfig, under the key that Kubernetes uses for it.
  const beside = await readFile(join(folder, "ca.crt"), "utf8").catch(() => undefined);
  const authority = own ?? beside;
  const login = await loginOf(selected, file, text, environment);
  const server = new URL(cluster.server);
  const proxy = proxyOf(server, cluster["proxy-url"], environment);
  return {
    credential: login.credential,
    endpoint: {
      server,
      ...(authority === undefined ? {} : { certificateAuthority: authority }),
      ...(login.clientCertificate === undefined ? {} : { clientCertificate: login.clientCertificate }),
      ...(cluster["tls-server-name"] === undefined ? {} : { serverName: cluster["tls-server-name"] }),
      ...(proxy === undefined ? {} : { proxy }),
      authorization: () => authorizationHeader(login.credential),
    },
  };
}

async function authorizationHeader(credential: Login["credential"]): Promise<string | undefined> {
  const current = await credential();
  return current.kind === "token" ? `Bearer ${current.token}` : undefined;
}

async function endpointInCluster(
  environment: ConnectEnvironment,
): Promise<{ readonly endpoint: Endpoint; readonly credential: Login["credential"] }> {
  const certificateAuthority = await readFile(join(serviceAccountFolder, "ca.crt"), "utf8").catch((error: unknown) => {
    throw unreadable(serviceAccountFolder, error);
  });
  // The token is read for each request: the kubelet renews it in place.
  const login = await tokenLogin(() => readFile(join(serviceAccountFolder, "token"), "utf8"));
  const host = environment.variable?.("KUBERNETES_SERVICE_HOST") ?? "kubernetes.default.svc";
  const port = environment.variable?.("KUBERNETES_SERVICE_PORT") ?? "443";
  const server = new URL(`https://${host.includes(":") ? `[${host}]` : host}:${port}`);
  return {
    credential: login.credential,
    endpoint: { server, certificateAuthority, authorization: () => authorizationHeader(login.credential) },
  };
}

function defaultKubeconfig(environment: ConnectEnvironment): string {
  const listed = environment
    .variable?.("KUBECONFIG")
    ?.split(":")
    .find((path) => path !== "");
  const home = environment.variable?.("HOME");
  return listed ?? join(home === undefined || home === "" ? homedir() : home, ".kube", "config");
}

/**
 * Opens a client. Nothing is sent yet.
 *
 * @throws FairleadError KUBE-20 … KUBE-25 when the kubeconfig cannot be used, each naming the file and the remedy
 * @example const hub = await connect({ name: "primary", kubeconfig: "/workspace/kubeconfig", fieldManager: "fairlead-switchover" }, { log, clock, random });
 */
export async function connect(target: ConnectTarget, environment: ConnectEnvironment): Promise<KubeClient> {
  const { kubeconfig } = target;
  const inCluster = typeof kubeconfig === "object" && kubeconfig.kind === "in-cluster";
  const file = typeof kubeconfig === "string" ? kubeconfig : defaultKubeconfig(environment);
  const { endpoint, credential } = inCluster
    ? await endpointInCluster(environment)
    : await endpointOfKubeconfig(file, target, environment);
  const { log, clock, random } = environment;
  const server = endpoint.server.href.replace(/\/$/, "");
  const transport = new Transport(endpoint, environment.userAgent ?? "fairlead", clock);
  const calls = new RestCalls({
    target: target.name,
    server,
    transport,
    clock,
    random,
    log,
    concurrency: environment.concurrency ?? 16,
  });
  return new RestClient({
    name: target.name,
    server,
    calls,
    credential,
    fieldManager: target.fieldManager,
    clock,
    random,
    log,
    close: () => transport.close(),
  });
}
