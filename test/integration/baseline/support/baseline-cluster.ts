import { type ApiServers, startApiServers, type TestApiServer } from "../../../support/api-servers.ts";
import { type DeschedulerRelease, installPlatform } from "../../../support/baseline/install-platform.ts";
import { pooledServers } from "../../switchover/support/hub-pool.ts";

export type { DeschedulerRelease } from "../../../support/baseline/install-platform.ts";

const name = "cluster";

/** An API server with RBAC, the CRDs of a virtualization platform and its namespaces, and no controller. */
export async function baselineCluster(release: DeschedulerRelease = "4.21"): Promise<ApiServers> {
  return await pooledServers(`baseline cluster with descheduler ${release}`, async () => {
    const servers = await startApiServers([name]);
    await installPlatform(servers.server(name), release);
    return servers;
  });
}

/** The server of such a cluster. */
export function serverOf(servers: ApiServers): TestApiServer {
  return servers.server(name);
}
