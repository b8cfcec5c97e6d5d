import { isSameHub } from "../../acm/hub-identity.ts";
import type { Check } from "../check.ts";
import { critical, type Finding, judge, passed } from "../finding.ts";
import type { PrimaryObservation, SecondaryObservation } from "../observation.ts";
import { allOf } from "../reading.ts";

/** The two kubeconfigs lead to two clusters. */
export const hubIdentityCheck: Check = {
  id: "hub-identity",
  number: 3,
  name: "Primary and secondary are different hubs",
  hubs: ["primary", "secondary"],
  modes: "both",
  remedy: "give kubeconfigs of two different hubs",
  onResume: "always",
  evaluate: ({ primary, secondary }) =>
    primary.identity.state === "declared-down" ? judgeAlone(secondary) : judgeBoth(primary, secondary),
};

const unreadable = "the hub has neither a ClusterVersion id nor a uid of namespace kube-system";
const fix = "check that the kubeconfig leads to an OpenShift cluster";

function judgeAlone({ identity }: SecondaryObservation): readonly Finding[] {
  return judge(identity, {
    hub: "secondary",
    unreadable: "critical",
    decide: (found) => [
      found === undefined
        ? critical("secondary", unreadable, fix)
        : passed("secondary", `secondary is ${found.id}; the primary is declared down and was not asked`),
    ],
  });
}

function judgeBoth(primary: PrimaryObservation, secondary: SecondaryObservation): readonly Finding[] {
  return judge(allOf(primary.identity, secondary.identity), {
    hub: "both",
    unreadable: "critical",
    decide: ([first, second]) => {
      if (first === undefined || second === undefined) {
        const unknown = first === undefined ? "primary" : "secondary";
        return [critical(unknown, unreadable, fix)];
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
  });
}
