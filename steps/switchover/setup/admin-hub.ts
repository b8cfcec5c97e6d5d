import { selectContext } from "../../lib/kube/kubeconfig.ts";
import { readKubeconfig } from "../../lib/kube/load-kubeconfig.ts";
import { readCertificate } from "../../lib/kube/pem.ts";
import type { HubEndpoint } from "./account-kubeconfig.ts";

/**
 * How the context of the administrator's kubeconfig reaches its hub, without its login.
 *
 * @throws FairleadError KUBE-20 to KUBE-24 for a kubeconfig that cannot be used
 */
export async function readEndpoint(file: string, wanted: string | undefined, limit: number): Promise<HubEndpoint> {
  const config = await readKubeconfig(file, limit);
  const { contextName, cluster, clusterFolder, label } = selectContext(config, wanted);
  const named = config.contexts.find(({ name }) => name === contextName)?.content["cluster"];
  const source = cluster.certificateAuthority;
  return {
    context: contextName,
    cluster: String(named),
    server: cluster.server.href.replace(/\/$/, ""),
    ...(source === undefined ? {} : { authority: await readCertificate(source, { label, folder: clusterFolder }) }),
    ...(cluster.tlsServerName === undefined ? {} : { tlsServerName: cluster.tlsServerName }),
    ...(cluster.proxyUrl === undefined ? {} : { proxyUrl: cluster.proxyUrl }),
  };
}
