import { findCondition } from "../../acm/managed-cluster.ts";
import { critical, type Finding, judge, passed, skipped, warning } from "../../preflight/finding.ts";
import { nameList } from "../../preflight/name-list.ts";
import { allOf } from "../../preflight/reading.ts";
import type { PostflightCheck } from "../check.ts";
import type { NewHub, PodHealth } from "../observation.ts";

/** Part of observability → names of its pods. Thanos has a query frontend of a similar name. */
const parts = [
  ["Grafana", /^observability-grafana-/],
  ["API", /^observability-observatorium-api-/],
  ["Thanos query", /^observability-thanos-query-(?!frontend-)/],
] as const;

function whereInstalled(
  { observability }: NewHub,
  skip: boolean,
  unreadable: "critical" | "warning",
  decide: () => readonly Finding[],
): readonly Finding[] {
  if (skip) {
    return [skipped("secondary", "skipped by skip-observability-checks")];
  }
  return judge(observability, {
    hub: "secondary",
    unreadable,
    decide: (installed) => (installed ? decide() : [skipped("secondary", "observability is not installed")]),
  });
}

export const observabilityReady: PostflightCheck = {
  id: "observability-ready",
  number: 6,
  name: "Observability is ready",
  hub: "secondary",
  evaluate: (hub, { skipObservabilityChecks }) =>
    whereInstalled(hub, skipObservabilityChecks, "warning", () =>
      judge(hub.observabilities, {
        hub: "secondary",
        unreadable: "warning",
        decide: (instances) => {
          const unready = instances.filter(({ conditions }) => findCondition(conditions, "Ready")?.status !== "True");
          if (instances.length > 0 && unready.length === 0) {
            return [passed("secondary", `${nameList(instances.map(({ name }) => name))} is Ready`)];
          }
          const what = instances.length === 0 ? "there is no MultiClusterObservability" : "not Ready:";
          return [
            warning(
              "secondary",
              `${what} ${nameList(unready.map(({ name }) => name))}`.trim(),
              "see status.conditions of the MultiClusterObservability",
            ),
          ];
        },
      }),
    ),
};

export const observabilityPods: PostflightCheck = {
  id: "observability-pods",
  number: 7,
  name: "The pods of observability run",
  hub: "secondary",
  evaluate: (hub, { skipObservabilityChecks }) =>
    whereInstalled(hub, skipObservabilityChecks, "critical", () =>
      judge(allOf(hub.observabilities, hub.observabilityPods), {
        hub: "secondary",
        unreadable: "critical",
        decide: ([instances, pods]) =>
          instances.length === 0 ? [skipped("secondary", "there is no MultiClusterObservability")] : evaluatePods(pods),
      }),
    ),
};

function evaluatePods(pods: readonly PodHealth[]): readonly Finding[] {
  const idle = parts.filter(([, names]) => !pods.some((pod) => names.test(pod.name) && pod.phase === "Running"));
  const troubled = pods.filter(({ trouble }) => trouble !== "");
  const findings = [
    ...idle.map(([part]) => critical("secondary", `no pod of ${part} runs`, "see the events of its Deployment")),
    ...(troubled.length === 0
      ? []
      : [
          critical(
            "secondary",
            `in error: ${nameList(troubled.map(({ name, trouble }) => `${name} (${trouble})`))}`,
            "see their logs and events",
          ),
        ]),
  ];
  return findings.length > 0
    ? findings
    : [passed("secondary", "Grafana, API and Thanos query run, no pod is in error")];
}

export const grafanaRoute: PostflightCheck = {
  id: "grafana-route",
  number: 8,
  name: "The dashboards can be reached",
  hub: "secondary",
  evaluate: (hub, { skipObservabilityChecks }) =>
    whereInstalled(hub, skipObservabilityChecks, "warning", () =>
      judge(hub.grafanaRoute, {
        hub: "secondary",
        unreadable: "warning",
        decide: (exists) => [
          exists
            ? passed("secondary", "the Route grafana exists")
            : warning("secondary", "there is no Route grafana", "see why the MultiClusterObservability makes none"),
        ],
      }),
    ),
};
