import type { Check } from "../check.ts";
import { judge, passed, warning } from "../finding.ts";
import { importedClusters } from "../imported-clusters.ts";
import { nameList } from "../name-list.ts";
import { allOf } from "../reading.ts";

/** The backup operator can tell each imported cluster where it is: without a URL it says "no serverUrl property". */
export const reimportable: Check = {
  id: "reimportable",
  number: 32,
  name: "Imported clusters have an address",
  hubs: ["primary"],
  modes: "both",
  remedy: "give the clusters named a client config URL in their ManagedCluster",
  onResume: "never",
  evaluate: ({ primary }) =>
    judge(allOf(importedClusters(primary), primary.fleet), {
      hub: "primary",
      unreadable: "warning",
      decide: ([imported, fleet]) => {
        const names = new Set(imported);
        const mute = fleet.clusters.filter(({ name, hasUrl }) => names.has(name) && !hasUrl).map(({ name }) => name);
        return [
          mute.length === 0
            ? passed("primary", "every imported cluster has a client config URL")
            : warning(
                "primary",
                `no spec.managedClusterClientConfigs URL, so no import by token: ${nameList(mute)}`,
                "set the cluster's API URL there, or import these by hand after the switchover",
                { clusters: mute },
              ),
        ];
      },
    }),
};
