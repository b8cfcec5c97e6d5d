import type { Check } from "../check.ts";
import { judge, passed, warning } from "../finding.ts";
import { count } from "../name-list.ts";

/** A standby hub usually has no fleet of its own. */
export const secondaryClusters: Check = {
  id: "secondary-clusters",
  number: 30,
  name: "The secondary manages no clusters",
  hubs: ["secondary"],
  modes: "both",
  remedy: "make sure that the clusters on the new hub belong there: those of an earlier switchover are taken over",
  onResume: "never",
  evaluate: ({ secondary }) =>
    judge(secondary.fleet, {
      hub: "secondary",
      unreadable: "warning",
      decide: ({ clusters }) => [
        clusters.length === 0
          ? passed("secondary", "no ManagedCluster but the hub itself")
          : warning(
              "secondary",
              `it already has ${count(clusters.length, "ManagedCluster")}, ${clusters.filter(({ available }) => available).length} available`,
              "make sure that they belong there: those of an earlier switchover are taken over",
            ),
      ],
    }),
};
