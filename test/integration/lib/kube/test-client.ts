import { systemClock, systemRandom } from "../../../../steps/lib/clock/system-clock.ts";
import { type ConnectEnvironment, connect } from "../../../../steps/lib/kube/connect.ts";
import type { KubeClient, KubeObject, Resource } from "../../../../steps/lib/kube/types.ts";
import type { Logger } from "../../../../steps/lib/log/logger.ts";
import type { ConnectTarget } from "../../../../steps/lib/step/types.ts";
import { startApiServers, type TestApiServer } from "../../../support/api-servers.ts";

export const { signal } = new AbortController();

export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

export const configMaps: Resource<ConfigMap> = {
  group: "",
  version: "v1",
  plural: "configmaps",
  kind: "ConfigMap",
  scope: "namespaced",
};

export function configMap(name: string, data: Readonly<Record<string, string>> = {}, namespace = "default"): ConfigMap {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data };
}

let names = 0;

/** A name that no other test of this file uses. */
export function freshName(prefix = "thing"): string {
  names += 1;
  return `${prefix}-${names}`;
}

/** A logger and the lines that it got, as `level message`. */
export function recordingLog(): { readonly log: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const at = (level: string) => (message: string) => void lines.push(`${level} ${message}`);
  const log: Logger = { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error"), child: () => log };
  return { log, lines };
}

export interface TestClient {
  readonly client: KubeClient;
  readonly lines: readonly string[];
}

/** A client on a kubeconfig file (or another target), with its log lines. */
export async function open(
  target: string | Partial<ConnectTarget>,
  more: Partial<ConnectEnvironment> = {},
): Promise<TestClient> {
  const { log, lines } = recordingLog();
  const wanted = typeof target === "string" ? { kubeconfig: target } : target;
  const client = await connect(
    { name: "primary", kubeconfig: { kind: "default" }, fieldManager: "fairlead-test", ...wanted },
    { log, clock: systemClock, random: systemRandom, ...more },
  );
  return { client, lines };
}

/** The text of the error that `work` ends with. */
export async function refusal(work: Promise<unknown>): Promise<{ id: string; what: string; why: string; fix: string }> {
  try {
    await work;
  } catch (error) {
    if (typeof error === "object" && error !== null && "text" in error) {
      // Errors for people have these four members.
      return error.text as { id: string; what: string; why: string; fix: string };
    }
    throw error;
  }
  throw new Error("nothing was refused");
}

/** A server, the client under test on it, and another that changes the world beside it. */
export interface TwoClients {
  readonly hub: TestApiServer;
  readonly client: KubeClient;
  readonly others: KubeClient;
  close(): Promise<void>;
}

export async function openTwoClients(): Promise<TwoClients> {
  const servers = await startApiServers(["primary"]);
  const hub = servers.server("primary");
  const { client } = await open(hub.kubeconfig());
  const { client: others } = await open(hub.kubeconfig());
  return {
    hub,
    client,
    others,
    close: async () => {
      await client.close();
      await others.close();
      await servers.stop();
    },
  };
}
