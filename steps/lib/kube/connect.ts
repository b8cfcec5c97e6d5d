import type { Clock, Random } from "../clock/clock.ts";
import type { Logger } from "../log/logger.ts";
import type { ConnectTarget } from "../step/types.ts";
import { openAccess } from "./access.ts";
import type { Variable } from "./proxy-for.ts";
import { RestCalls } from "./rest-calls.ts";
import { RestClient } from "./rest-client.ts";
import { Transport } from "./transport.ts";
import type { KubeClient } from "./types.ts";

export interface ConnectEnvironment {
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
  /** Reads one environment variable: `KUBECONFIG`, `HOME`, the proxy settings, and where a pod's API server is. */
  readonly variable?: Variable;
  readonly userAgent?: string;
  /** Requests at once, default 16; two more are kept for high priority. */
  readonly concurrency?: number;
  /** Largest kubeconfig, bytes; default 10 MiB, 0 or less for no limit. The target's own setting wins. */
  readonly maximumKubeconfigBytes?: number;
  /** Programs that an exec plugin may start; absent = any (on a laptop). */
  readonly allowedExecCommands?: readonly string[];
  /** Largest answer, bytes; default 64 MiB. */
  readonly maximumAnswerBytes?: number;
  /** A watch without a byte for this long is taken for dead, ms; default 90,000. */
  readonly watchIdleMs?: number;
}

const defaultMaximumKubeconfigBytes = 10 * 1024 * 1024;
// API servers write a bookmark to a quiet watch about once a minute (Kubernetes 1.35).
const defaultWatchIdleMs = 90_000;

/**
 * Opens a client. Nothing is sent yet.
 *
 * @throws FairleadError KUBE-20 to KUBE-25 when the kubeconfig cannot be used, each naming the file and the remedy
 * @example const hub = await connect({ name: "primary", kubeconfig: "/workspace/kubeconfig", fieldManager: "fairlead-switchover" }, { log, clock, random });
 */
export async function connect(target: ConnectTarget, environment: ConnectEnvironment): Promise<KubeClient> {
  const { log, clock, random, maximumAnswerBytes } = environment;
  const { endpoint, login } = await openAccess(target, {
    log,
    clock,
    variable: environment.variable ?? (() => undefined),
    allowedExecCommands: environment.allowedExecCommands,
    maximumKubeconfigBytes:
      target.maximumKubeconfigBytes ?? environment.maximumKubeconfigBytes ?? defaultMaximumKubeconfigBytes,
  });
  const transport = new Transport(endpoint, {
    userAgent: environment.userAgent ?? "fairlead",
    clock,
    ...(maximumAnswerBytes === undefined ? {} : { maximumBodyBytes: maximumAnswerBytes }),
  });
  const server = endpoint.server.href.replace(/\/$/, "");
  const calls = new RestCalls({
    target: target.name,
    server,
    transport,
    login,
    clock,
    random,
    log,
    concurrency: environment.concurrency ?? 16,
  });
  return new RestClient({
    name: target.name,
    server,
    calls,
    login,
    fieldManager: target.fieldManager,
    clock,
    random,
    log,
    watchIdleMs: environment.watchIdleMs ?? defaultWatchIdleMs,
    close: () => transport.close(),
  });
}
