import { objectName } from "../../acm/constants.ts";
import type { Check } from "../check.ts";
import { critical, type Finding, failed, judge, passed, skipped, warning } from "../finding.ts";
import { count, nameList } from "../name-list.ts";
import { allOf, read } from "../reading.ts";

/** Where observability is installed. Informs only. */
export const observability: Check = {
  id: "observability",
  number: 27,
  name: "Observability",
  hubs: ["primary", "secondary"],
  modes: "both",
  remedy: "install observability on both hubs or on neither, or set skip-observability-checks",
  onResume: "never",
  evaluate: ({ primary, secondary }) =>
    primary.namespaces.observability.state === "declared-down"
      ? judge(secondary.namespaces.observability, {
          hub: "secondary",
          unreadable: "warning",
          decide: (installed) => [passed("secondary", `${installed ? "" : "not "}on the secondary`)],
        })
      : judge(allOf(primary.namespaces.observability, secondary.namespaces.observability), {
          hub: "both",
          unreadable: "warning",
          decide: ([first, second]) => [passed("both", whereInstalled(first, second))],
        }),
};

function whereInstalled(primary: boolean, secondary: boolean): string {
  if (primary && secondary) {
    return "on both hubs";
  }
  if (primary || secondary) {
    return `on the ${primary ? "primary" : "secondary"} only`;
  }
  return "on neither hub";
}

/** The secondary's observability can reach its object storage once it wakes up. */
export const observabilitySecret: Check = {
  id: "observability-secret",
  number: 28,
  name: "Observability has its object storage",
  hubs: ["secondary"],
  modes: "both",
  remedy: "make the Secret thanos-object-storage on the new hub, or set skip-observability-checks",
  onResume: "never",
  evaluate: ({ secondary }, { namespaces, skipObservabilityChecks }) =>
    judge(allOf(secondary.namespaces.observability, secondary.observabilityStorage), {
      hub: "secondary",
      unreadable: skipObservabilityChecks ? "warning" : "critical",
      decide: ([installed, present]) => {
        if (!installed) {
          return [skipped("secondary", "observability is not installed")];
        }
        const secret = `Secret ${namespaces.observability}/${objectName.thanosObjectStorage}`;
        return present
          ? [passed("secondary", `${secret} exists`)]
          : [
              failed("secondary", skipObservabilityChecks ? "warning" : "critical", {
                message: `${secret} does not exist`,
                remediation: "create it with the object storage that the primary's observability uses",
              }),
            ];
      },
    }),
};

/** Observability of the secondary does not write: two writers on one bucket corrupt it. */
export const observabilitySecondaryIdle: Check = {
  id: "observability-secondary-idle",
  number: 29,
  name: "Observability of the secondary is idle",
  hubs: ["secondary"],
  modes: "both",
  remedy: "scale the compactor and the API of the new hub to 0, so that two hubs do not write to one bucket",
  onResume: "never",
  evaluate: ({ primary, secondary }, { skipObservabilityChecks }) => {
    if (skipObservabilityChecks) {
      return [skipped("secondary", "skipped by skip-observability-checks")];
    }
    // Of a hub that is declared down nobody knows whether its metrics will be missed.
    const onPrimary = primary.namespaces.observability;
    const readings = allOf(
      onPrimary.state === "declared-down" ? read(false) : onPrimary,
      secondary.namespaces.observability,
      secondary.observabilities,
      secondary.observabilityPods,
    );
    return judge(readings, {
      hub: "secondary",
      unreadable: "warning",
      absent: () => [skipped("secondary", "observability is not installed")],
      decide: ([onPrimary, onSecondary, instances, pods]) =>
        judgeIdle(onPrimary, onSecondary, { instances, pods: pods.map(({ name }) => name) }),
    });
  },
};

function judgeIdle(
  onPrimary: boolean,
  onSecondary: boolean,
  found: { readonly instances: readonly string[]; readonly pods: readonly string[] },
): readonly Finding[] {
  if (onPrimary && !onSecondary) {
    return [
      warning(
        "secondary",
        "observability runs on the primary but is not installed on the secondary: metrics will stop",
        "install it on the secondary, or accept the gap",
      ),
    ];
  }
  if (found.pods.length === 0) {
    return [passed("secondary", "no compactor or API pod runs")];
  }
  const running = `${count(found.pods.length, "pod")} of compactor or API: ${nameList(found.pods)}`;
  return found.instances.length > 0
    ? [
        critical(
          "secondary",
          `MultiClusterObservability ${nameList(found.instances)} writes to the object storage, ${running}`,
          "delete the MultiClusterObservability of the secondary, or scale compactor and API to 0",
        ),
      ]
    : [warning("secondary", `left over without a MultiClusterObservability: ${running}`, "scale them to 0")];
}
