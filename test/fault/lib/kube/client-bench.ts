import type { Clock } from "../../../../steps/lib/clock/clock.ts";
import { systemClock } from "../../../../steps/lib/clock/system-clock.ts";
import type { ConnectEnvironment } from "../../../../steps/lib/kube/connect.ts";
import { KubeError } from "../../../../steps/lib/kube/kube-error.ts";
import type { KubeClient } from "../../../../steps/lib/kube/types.ts";
import { configMap, configMaps, freshName, open, signal } from "../../../integration/lib/kube/test-client.ts";
import { type ApiServers, startApiServers, type TestApiServer } from "../../../support/api-servers.ts";
import { type FaultProxy, startFaultProxy } from "../../../support/fault-proxy.ts";

/**
 * Real time, but pauses before a repetition last a two-hundredth of what was asked for; each is remembered. Limits of
 * requests and of silence are not shortened: they are as long as the test says, or end when it says so.
 */
export class HastyClock implements Clock {
  readonly pauses: number[] = [];
  /** Added to the monotonic time. */
  passed = 0;
  /** Length of a limit that ends by {@link expire} alone: a busy machine may need longer for an answer that does come. */
  untilTold: number | undefined;
  readonly #limits: ReadonlySet<number>;
  readonly #running = new Set<() => void>();

  constructor(limits: readonly number[]) {
    this.#limits = new Set(limits);
  }

  now(): number {
    return systemClock.now();
  }

  monotonic(): number {
    return systemClock.monotonic() + this.passed;
  }

  sleep(ms: number, until: AbortSignal): Promise<void> {
    if (ms === this.untilTold) return this.#sleepUntilTold(until);
    if (this.#limits.has(ms)) return systemClock.sleep(ms, until);
    this.pauses.push(ms);
    return systemClock.sleep(ms / 200, until);
  }

  /** The time of the limits that run now is over. */
  expire(): void {
    for (const end of this.#running) end();
    this.#running.clear();
  }

  #sleepUntilTold(until: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#running.delete(resolve);
        reject(until.reason);
      };
      this.#running.add(resolve);
      if (until.aborted) onAbort();
      else until.addEventListener("abort", onAbort, { once: true });
    });
  }
}

// Those that a client has by itself.
const requestTimeoutMs = 30_000;
const watchIdleMs = 90_000;

/** A client that reaches a real API server through a proxy with faults, and one that reaches it straight. */
export class ClientBench {
  readonly servers: ApiServers;
  readonly hub: TestApiServer;
  readonly proxy: FaultProxy;
  /** Past the proxy: sets the scene and looks what became of it. */
  readonly direct: KubeClient;

  private constructor(servers: ApiServers, proxy: FaultProxy, direct: KubeClient) {
    this.servers = servers;
    this.hub = servers.server("primary");
    this.proxy = proxy;
    this.direct = direct;
  }

  static async open(): Promise<ClientBench> {
    const servers = await startApiServers(["primary"]);
    const hub = servers.server("primary");
    const proxy = await startFaultProxy({ target: hub.url, targetAuthority: hub.caFile });
    return new ClientBench(servers, proxy, (await open(hub.kubeconfig())).client);
  }

  async close(): Promise<void> {
    await this.direct.close();
    await this.proxy.stop();
    await this.servers.stop();
  }

  /** A client behind the proxy, with the lengths of its own limits beside that of a request. */
  async client(more: Partial<ConnectEnvironment> = {}, limits: readonly number[] = [], kubeconfig?: string) {
    const clock = new HastyClock([requestTimeoutMs, watchIdleMs, ...limits]);
    const file = kubeconfig ?? (await this.proxy.kubeconfig(this.hub.kubeconfig()));
    const { client, lines } = await open(file, { clock, random: { next: () => 0.999, hex: () => "ab" }, ...more });
    return { client, lines, clock };
  }

  /** A ConfigMap on the server, made past the proxy. */
  async made(data: Readonly<Record<string, string>> = { a: "1" }) {
    return await this.direct.create(configMaps, configMap(freshName("object"), data), { signal });
  }

  async look(name: string) {
    return await this.direct.find(configMaps, { name, namespace: "default" }, { signal });
  }

  /** How often the proxy saw this verb on ConfigMaps since the last call. */
  seen(verb: string): number {
    const count = this.proxy.count({ verb, resource: "configmaps" });
    const before = this.#seen.get(verb) ?? 0;
    this.#seen.set(verb, count);
    return count - before;
  }

  readonly #seen = new Map<string, number>();
}

/** The error that `work` ends with. */
export async function failure(work: Promise<unknown>): Promise<KubeError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof KubeError) return error;
    throw error;
  }
  throw new Error("nothing failed");
}
