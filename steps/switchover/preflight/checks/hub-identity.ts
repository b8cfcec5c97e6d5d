import { isSameHub } from "../../acm/hub-identity.ts";
import type { Check } from "../check.ts";
import { critical, judge, passed } from "../finding.ts";
import { allOf } from "../reading.ts";

/** The two kubeconfigs lead to two clusters. */
export const hubIdentityCheck: Check = {
  id: "hub-identity",
  number: 3,
  name: "Primary and secondary are different hubs",
  hubs: ["primary", "secondary"],
  modes: "both",
  onResume: "always",
  evaluate: ({ primary, secondary }) =>
    judge(allOf(primary.identity, secondary.identity), {
      hub: "both",
      unreadable: "critical",
      decide: ([first, second]) => {
        if (first === undefined || second === undefined) {
          const unknown = first === undefined ? "primary" : "secondary";
          return [
            critical(
              unknown,
              "the hub has neither a ClusterVersion id nor a uid of namespace kube-system",
              "check that the kubeconfig leads to an OpenShift cluster",
            ),
          ];
        }
        return isSameHub(first, second)
          ? [
              critical(
                "both",
                `both kubeconfigs lead to the same hub ${first.id} (${primary.server} and ${secondary.server})`,
                "give the kubeconfig and context of the other hub",
              ),
            ]
          : [passed("both", `primary is ${first.id}, secondary is ${second.id}`)];
      },
    }),
};
