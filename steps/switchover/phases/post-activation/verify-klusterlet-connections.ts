import { reconnectKlusterlets } from "../../klusterlet/klusterlet-step.ts";

/** Most clusters are led over by the import; where that fails, the cluster itself is told where its hub is. */
export const verifyKlusterletConnections = reconnectKlusterlets({
  name: "verify_klusterlet_connections",
  title: "Lead klusterlets that do not find the new hub",
  hub: "secondary",
  waitsFirst: true,
});
