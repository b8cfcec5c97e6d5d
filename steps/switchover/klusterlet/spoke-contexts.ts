import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { FairleadError } from "../../lib/errors/fairlead-error.ts";
import { errorWords } from "../../lib/kube/error-words.ts";
import { type Kubeconfig, readKubeconfig } from "../../lib/kube/load-kubeconfig.ts";
import { switchoverError } from "../switchover-error.ts";

/** One way to a managed cluster. */
export interface SpokeContext {
  /** Names it among all: what a write to it has as its target. */
  readonly target: string;
  readonly file: string;
  readonly context: string;
  /** Host of the cluster's API server; empty where the kubeconfig names none. */
  readonly host: string;
}

/** The host of an address, without its port; empty when it is no address. */
export function hostOf(address: string): string {
  return URL.canParse(address) ? new URL(address).hostname : "";
}

/** Pure. */
export function contextsIn(config: Kubeconfig): readonly SpokeContext[] {
  const servers = new Map(config.clusters.map(({ name, content }) => [name, content["server"]]));
  return config.contexts.map(({ name, content }) => {
    const { cluster } = content as { readonly cluster?: unknown };
    const server = typeof cluster === "string" ? servers.get(cluster) : undefined;
    const host = typeof server === "string" ? hostOf(server) : "";
    return { target: `spoke/${basename(config.label)}/${name}`, file: config.label, context: name, host };
  });
}

/** A mounted Secret has its data twice more, in hidden folders. */
async function filesAt(path: string): Promise<readonly string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const names = (await readdir(path)).filter((name) => !name.startsWith(".")).toSorted();
    const files = await Promise.all(
      names.map(async (name) => ((await stat(join(path, name))).isFile() ? [join(path, name)] : [])),
    );
    return files.flat();
  } catch (error) {
    throw switchoverError(
      "SW-KLU-01",
      {
        what: `spoke-kubeconfigs "${path.slice(0, 200)}" cannot be read`,
        why: errorWords(error),
        fix: "give a kubeconfig, or a folder of kubeconfigs, that this user may read; or leave it out",
      },
      "invalid",
    );
  }
}

/**
 * Every context of the kubeconfigs of managed clusters: a file, or a folder of them. A file that is none is told and
 * left out: a repair that can be done without must not stop a switchover.
 *
 * @param limit bytes of a file, 0 or less for any size
 * @throws FairleadError SW-KLU-01 when the file or folder itself cannot be read
 */
export async function readSpokeContexts(
  path: string,
  limit: number,
  warn: (message: string) => void,
): Promise<readonly SpokeContext[]> {
  const contexts: SpokeContext[] = [];
  for (const file of await filesAt(path)) {
    try {
      contexts.push(...contextsIn(await readKubeconfig(file, limit)));
    } catch (error) {
      if (!(error instanceof FairleadError)) throw error;
      warn(`left out of spoke-kubeconfigs: ${error.text.what}: ${error.text.why}`);
    }
  }
  return contexts;
}

/**
 * The way to each cluster: a kubeconfig of the host that the hub has for the cluster, else the context of the cluster's
 * name. Pure.
 */
export function matchSpokes(
  clusters: readonly { readonly name: string; readonly host: string }[],
  contexts: readonly SpokeContext[],
): ReadonlyMap<string, SpokeContext> {
  const byHost = Map.groupBy(contexts, ({ host }) => host);
  const byName = new Map(contexts.map((one) => [one.context, one] as const));
  return new Map(
    clusters.flatMap(({ name, host }) => {
      const sameHost = host === "" ? [] : (byHost.get(host) ?? []);
      const found = sameHost.find(({ context }) => context === name) ?? sameHost[0] ?? byName.get(name);
      return found === undefined ? [] : [[name, found] as const];
    }),
  );
}
