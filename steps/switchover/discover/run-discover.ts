import { access } from "node:fs/promises";
import { join } from "node:path";
import { homeFolder } from "../../lib/kube/home-folder.ts";
import { readKubeconfig } from "../../lib/kube/load-kubeconfig.ts";
import type { KubeClient } from "../../lib/kube/types.ts";
import { formatOutput } from "../../lib/step/output.ts";
import { kubeconfigKey, kubeconfigLimit } from "../connect-hubs.ts";
import { withFailure } from "../operation/with-outcome.ts";
import { resolveNamespaces } from "../parameters.ts";
import { writeJsonReport } from "../preflight/write-json-report.ts";
import { switchoverError } from "../switchover-error.ts";
import { resolveTuning, tuningSetting } from "../tuning.ts";
import { askKlusterlets, findContested } from "./contested-clusters.ts";
import type { DiscoverContext } from "./declaration.ts";
import { type Discovery, discoveryNotes, discoveryOf, discoveryTable } from "./discovery.ts";
import { contextsByServer } from "./known-contexts.ts";
import { type ProbeEnvironment, probeServer } from "./probe.ts";

/** The work of the step `discover`. */
export async function runDiscover(context: DiscoverContext): Promise<void> {
  await withFailure(context.results, async () => {
    await publish(context, await discoverHubs(context));
  });
}

async function discoverHubs(context: DiscoverContext): Promise<Discovery> {
  const { params, setting, signal, clock } = context;
  const tuning = await resolveTuning(params.tuning, setting(tuningSetting));
  const limit = kubeconfigLimit(setting);
  const configs = await Promise.all((await kubeconfigFiles(context)).map((file) => readKubeconfig(file, limit)));
  const servers = contextsByServer(configs, params.contexts);
  const clients: KubeClient[] = [];
  context.onExit(async () => {
    await Promise.all(clients.map((client) => client.close()));
  });
  const environment: ProbeEnvironment = {
    connect: context.connect,
    onClient: (client) => clients.push(client),
    namespaces: resolveNamespaces(params.namespaces),
    connectTimeoutMs: tuning.discoverConnect * 1000,
    signal,
  };
  const probed = await Promise.all(servers.map((server) => probeServer(server, environment)));
  const contested = await askKlusterlets(findContested(probed), probed, signal);
  return discoveryOf(
    probed.map(({ probe }) => probe),
    contested,
    clock.now(),
  );
}

async function kubeconfigFiles({ workspace, run, setting }: DiscoverContext): Promise<readonly string[]> {
  const folders = [workspace("primary-kubeconfig"), workspace("secondary-kubeconfig")];
  const mounted = folders.filter((folder) => folder !== undefined).map((folder) => join(folder, kubeconfigKey));
  if (mounted.length > 0) {
    return mounted;
  }
  if (run.inTekton) {
    throw switchoverError(
      "SW-DIS-03",
      {
        what: "no kubeconfig is bound",
        why: "inside a pod there is no other way to a hub",
        fix: `bind primary-kubeconfig or secondary-kubeconfig to a Secret with the key ${kubeconfigKey}`,
      },
      "invalid",
    );
  }
  const listed = (setting("KUBECONFIG") ?? "").split(":").filter((path) => path !== "");
  if (listed.length < 2) {
    return [listed[0] ?? join(homeFolder(setting), ".kube", "config")];
  }
  // As kubectl does: files of a list may be absent.
  const present = await Promise.all(listed.map(async (file) => ((await exists(file)) ? [file] : [])));
  return present.flat();
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    return false;
  }
}

async function publish(context: DiscoverContext, discovery: Discovery): Promise<void> {
  const { params, results, print, summarize, workspace, random, run } = context;
  results.set("outcome", "succeeded");
  results.set("hubs", String(discovery.hubs.length));
  results.set("unreachable", String(discovery.unreachable.length));
  results.set("proposal", discovery.proposal.operation);
  results.set("summary", discovery.summary);
  print(await formatOutput(params.output, discovery, () => discoveryTable(discovery)));
  if (params.output === "table") print(`\n${discoveryNotes(discovery).join("\n")}`);
  summarize({ what: discovery.summary });
  const folder = workspace("output");
  if (folder !== undefined) {
    const path = await writeJsonReport(join(folder, "discover.json"), discovery, { random, inTekton: run.inTekton });
    results.set("report", path);
    summarize({ what: discovery.summary, more: path });
  }
}
