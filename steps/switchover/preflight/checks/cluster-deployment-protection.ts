import type { Check } from "../check.ts";
import { critical, type Finding, judge, passed } from "../finding.ts";
import { count, nameList } from "../name-list.ts";
import type { HiveCluster } from "../observation.ts";
import { absentAsEmpty } from "../reading.ts";

/** Whether each is preserved. Pure. */
export function judgeProtection(deployments: readonly HiveCluster[]): Finding {
  const open = deployments
    .filter(({ preserveOnDelete }) => !preserveOnDelete)
    .map(({ namespace, name }) => `${namespace}/${name}`);
  return open.length === 0
    ? passed("primary", `${count(deployments.length, "ClusterDeployment")}, all preserved`)
    : critical(
        "primary",
        `preserveOnDelete is not true on ${count(open.length, "ClusterDeployment")}: ${nameList(open)}`,
        `oc patch clusterdeployment NAME -n NAMESPACE --type merge -p '{"spec":{"preserveOnDelete":true}}'`,
        { clusterDeployments: open },
      );
}

/**
 * No Hive cluster dies with its record: Hive destroys the machines of a deleted ClusterDeployment unless
 * `spec.preserveOnDelete` is true. No parameter skips this check.
 */
export const clusterDeploymentProtection: Check = {
  id: "cluster-deployment-protection",
  number: 20,
  name: "Hive clusters are preserved on delete",
  hubs: ["primary"],
  modes: "both",
  remedy: "set spec.preserveOnDelete to true in each ClusterDeployment named: nothing permits to go on without",
  onResume: "until-activation",
  evaluate: ({ primary }) =>
    judge(absentAsEmpty(primary.clusterDeployments), {
      hub: "primary",
      unreadable: "critical",
      decide: (deployments) => [judgeProtection(deployments)],
    }),
};
