import { importsOnlyOnce } from "../../acm/acm-version.ts";
import { importStrategy } from "../../acm/constants.ts";
import { strategyFrom } from "../../acm/import-strategy.ts";
import { critical, type Finding, judge, passed, warning } from "../../preflight/finding.ts";
import { nameList } from "../../preflight/name-list.ts";
import type { AcmInstallation } from "../../preflight/observation.ts";
import { chooseInstallation } from "../../preflight/projections.ts";
import type { PostflightCheck } from "../check.ts";

export const mchHealth: PostflightCheck = {
  id: "mch-health",
  number: 14,
  name: "MultiClusterHub is healthy",
  hub: "secondary",
  evaluate: ({ installations }) =>
    judge(installations, {
      hub: "secondary",
      unreadable: "critical",
      decide: (found) => [evaluateInstallations(found)],
    }),
};

function evaluateInstallations([only, ...more]: readonly AcmInstallation[]): Finding {
  if (only === undefined || more.length > 0) {
    return critical(
      "secondary",
      only === undefined ? "there is no MultiClusterHub" : `there are ${more.length + 1} MultiClusterHubs, not one`,
      "check that the kubeconfig leads to the new hub, and the parameter namespaces",
    );
  }
  return only.phase === "Running"
    ? passed("secondary", `MultiClusterHub ${only.name} is Running`)
    : critical(
        "secondary",
        `MultiClusterHub ${only.name} is ${only.phase || "without a phase"}, not Running`,
        "see its status.conditions, and wait until it is Running",
      );
}

export const acmPods: PostflightCheck = {
  id: "acm-pods",
  number: 15,
  name: "The pods of ACM run",
  hub: "secondary",
  evaluate: ({ acmPods: reading }) =>
    judge(reading, {
      hub: "secondary",
      unreadable: "warning",
      decide: (pods) => {
        const ill = pods.filter(
          ({ phase, trouble }) => trouble !== "" || (phase !== "Running" && phase !== "Succeeded"),
        );
        return ill.length === 0
          ? [passed("secondary", `${pods.length} pods of ACM run`)]
          : [
              warning(
                "secondary",
                `not running: ${nameList(ill.map(({ name, phase, trouble }) => `${name} (${trouble || phase || "no phase"})`))}`,
                "see their logs and events",
              ),
            ];
      },
    }),
};

/** What a switchover set for itself must not stay. */
export const autoImportStrategy: PostflightCheck = {
  id: "auto-import-strategy",
  number: 17,
  name: "Auto-import strategy is the default",
  hub: "secondary",
  evaluate: ({ installations, importStrategy: reading }) =>
    judge(installations, {
      hub: "secondary",
      unreadable: "warning",
      decide: (found) => {
        const version = chooseInstallation(found)?.version;
        return version === undefined || !importsOnlyOnce(version)
          ? [passed("secondary", "not applicable before ACM 2.14")]
          : judge(reading, {
              hub: "secondary",
              unreadable: "warning",
              decide: (strategy) => [judgeStrategy(strategy)],
            });
      },
    }),
};

function judgeStrategy(text: string): Finding {
  const { value: strategy, doubt } = strategyFrom(text);
  if (doubt !== undefined) {
    return warning("secondary", doubt.why, doubt.fix);
  }
  return strategy === importStrategy.importOnly
    ? passed("secondary", "ImportOnly, the default")
    : warning(
        "secondary",
        `the strategy is ${strategy}: this hub imports its clusters again and again`,
        "set autoImportStrategy back to ImportOnly in ConfigMap import-controller-config",
      );
}
