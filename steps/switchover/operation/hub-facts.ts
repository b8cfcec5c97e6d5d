import type { KubeClient } from "../../lib/kube/types.ts";
import { acmVersion } from "../acm/acm-version.ts";
import { objectName } from "../acm/constants.ts";
import { type HubName, hubIdentity } from "../acm/hub-identity.ts";
import type { HubNamespaces } from "../acm/namespaces.ts";
import { clusterVersions, multiClusterHubs, namespaces as namespaceResource } from "../acm/resources.ts";
import type { HubFacts } from "../phases/switchover-context.ts";
import { switchoverError } from "../switchover-error.ts";

/**
 * Who a hub is and which ACM it runs: three reads.
 *
 * @throws KubeError; FairleadError SW-RUN-01 when the hub has no readable identity
 */
export async function readHubFacts(
  client: KubeClient,
  hub: HubName,
  namespaces: HubNamespaces,
  signal: AbortSignal,
): Promise<HubFacts> {
  const [version, system, hubs] = await Promise.all([
    client.find(clusterVersions, { name: objectName.clusterVersion }, { signal }),
    client.find(namespaceResource, { name: objectName.identityNamespace }, { signal }),
    client.list(multiClusterHubs, { namespace: namespaces.acm }, { signal }),
  ]);
  const identity = hubIdentity(version, system);
  if (identity === undefined) {
    throw switchoverError(
      "SW-RUN-01",
      {
        what: `the ${hub} hub has no readable identity`,
        why: "neither ClusterVersion version nor namespace kube-system can be read",
        fix: "grant get on both, see rbac/switchover",
      },
      "refused",
    );
  }
  return { id: identity.id, version: acmVersion(hubs.items[0]?.status?.currentVersion) };
}
