import type { Kubeconfig } from "../../lib/kube/load-kubeconfig.ts";
import { closestName } from "../../lib/step/closest-name.ts";
import { switchoverError } from "../switchover-error.ts";

/** One way to a cluster. */
export interface KnownContext {
  /** Path of the kubeconfig. */
  readonly kubeconfig: string;
  readonly context: string;
}

/** All ways to one API server. */
export interface ServerContexts {
  /** `https://host:port`; empty for a context that leads nowhere. */
  readonly server: string;
  readonly contexts: readonly KnownContext[];
}

/**
 * The contexts of the kubeconfigs, or those that are wanted, by API server: `oc login` makes one per project, and each
 * of a server tells the same. Pure.
 *
 * @throws FairleadError SW-DIS-01 for a wanted context that no kubeconfig has
 */
export function contextsByServer(configs: readonly Kubeconfig[], wanted: readonly string[]): readonly ServerContexts[] {
  const all = configs.flatMap((config) =>
    config.contexts.map(({ name, content }) => ({
      server: serverOf(config, content["cluster"]),
      known: { kubeconfig: config.label, context: name },
    })),
  );
  refuseUnknown(
    wanted,
    all.map(({ known }) => known.context),
  );
  const chosen = wanted.length === 0 ? all : all.filter(({ known }) => wanted.includes(known.context));
  const groups = new Map<string, readonly KnownContext[]>();
  for (const { server, known } of chosen) {
    // Contexts that lead nowhere have nothing in common.
    const key = server === "" ? ` ${known.kubeconfig} ${known.context}` : server;
    groups.set(key, [...(groups.get(key) ?? []), known]);
  }
  return [...groups].map(([key, contexts]) => ({ server: key.startsWith(" ") ? "" : key, contexts }));
}

function serverOf({ clusters }: Kubeconfig, cluster: unknown): string {
  const address = clusters.find(({ name }) => name === cluster)?.content["server"];
  return typeof address === "string" ? serverKey(address) : "";
}

/** `https://host:port` of an API server's address, the same for each way to write it; empty when it is none. */
export function serverKey(address: string): string {
  if (!URL.canParse(address)) {
    return "";
  }
  const { protocol, hostname, port } = new URL(address);
  return hostname === "" ? "" : `${protocol}//${hostname}:${port === "" ? "443" : port}`;
}

function refuseUnknown(wanted: readonly string[], names: readonly string[]): void {
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown === undefined) {
    return;
  }
  const near = closestName(unknown, names);
  throw switchoverError(
    "SW-DIS-01",
    {
      what: `there is no context "${unknown}"`,
      why: names.length === 0 ? "the kubeconfigs hold no context" : `there are: ${names.slice(0, 20).join(", ")}`,
      fix: near === undefined ? "name contexts of the kubeconfigs, or none for all" : `did you mean "${near}"?`,
    },
    "invalid",
  );
}
