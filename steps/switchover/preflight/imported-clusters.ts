import { hiveClusterNames } from "../acm/managed-cluster.ts";
import type { PrimaryObservation } from "./observation.ts";
import { absentAsEmpty, allOf, mapReading, type Reading } from "./reading.ts";

/** Names of the joined clusters that Hive did not provision: each needs a token to be imported by another hub. */
export function importedClusters(hub: PrimaryObservation): Reading<readonly string[]> {
  return mapReading(allOf(hub.fleet, absentAsEmpty(hub.clusterDeployments)), ([fleet, deployments]) => {
    const hive = hiveClusterNames(deployments);
    return fleet.clusters.filter(({ name, joined }) => joined && !hive.has(name)).map(({ name }) => name);
  });
}
