import { isAtLeast, minorOf } from "../../acm/acm-version.ts";
import { hiveClusterNames } from "../../acm/managed-cluster.ts";
import type { Check } from "../check.ts";
import { critical, type Finding, judge, passed, skipped, warning } from "../finding.ts";
import { count, nameList } from "../name-list.ts";
import type { Observation } from "../observation.ts";
import { absentAsEmpty, allOf, valueOr } from "../reading.ts";
import type { PreflightSettings } from "../settings.ts";

const notGiven = "cluster-selector is not given: all clusters move at once";
const labels = "change cluster-selector, or the labels of the clusters (then make a backup, which must hold them)";

/** The clusters that shall move first are some, and can be moved without the others. */
export const clusterSelection: Check = {
  id: "cluster-selection",
  number: 36,
  name: "The clusters that move first can",
  hubs: ["primary", "secondary"],
  modes: "passive",
  remedy: "choose imported, connected clusters by cluster-selector; the new hub must have ACM 2.12 or later",
  onResume: "never",
  evaluate: (observation, { clusterSelector }) => [
    ...judgeClusters(observation, clusterSelector),
    ...(clusterSelector === undefined ? [skipped("secondary", notGiven)] : judgeVersion(observation)),
  ],
};

/** The API of 2.11 has no labelSelector on a Restore and drops it: every cluster would move. */
function judgeVersion({ secondary }: Observation): readonly Finding[] {
  const version = valueOr(secondary.acm, undefined)?.version ?? { known: false, text: "unknown" };
  return isAtLeast(version, "2.12")
    ? [passed("secondary", `ACM ${minorOf(version)} knows labels on a Restore`)]
    : [
        critical(
          "secondary",
          `ACM ${minorOf(version)} may not know labels on a Restore (2.12 does), so that every cluster would move at once`,
          "leave cluster-selector out, or upgrade the new hub",
        ),
      ];
}

function judgeClusters({ primary }: Observation, selector: PreflightSettings["clusterSelector"]): readonly Finding[] {
  return judge(allOf(primary.fleet, absentAsEmpty(primary.clusterDeployments)), {
    hub: "primary",
    unreadable: "critical",
    decide: ([fleet, deployments]) => {
      if (selector === undefined) return [skipped("primary", notGiven)];
      const joined = fleet.clusters.filter((cluster) => cluster.joined);
      const chosen = joined.filter((cluster) => cluster.selected === true);
      const names = chosen.map(({ name }) => name);
      if (names.length === 0) {
        return [critical("primary", `no joined cluster carries the labels ${selector}`, labels)];
      }
      const provisioned = hiveClusterNames(deployments);
      const hive = names.filter((name) => provisioned.has(name));
      const connected = chosen.filter(({ available }) => available);
      return [
        passed("primary", `to move first, ${names.length} of ${count(joined.length, "cluster")}: ${nameList(names)}`, {
          clusters: names,
        }),
        // What connects it again, its ClusterDeployment, does not carry the cluster's labels.
        ...(hive.length === 0
          ? []
          : [
              critical(
                "primary",
                `provisioned by Hive, so that they cannot connect before all the others: ${nameList(hive)}`,
                labels,
                { clusters: hive },
              ),
            ]),
        ...(connected.length > 0
          ? []
          : [critical("primary", "none of the clusters that move first is available: they prove nothing", labels)]),
        ...(names.length < joined.length
          ? []
          : [warning("primary", "every cluster moves first: there is no other that would be spared", labels)]),
      ];
    },
  });
}
