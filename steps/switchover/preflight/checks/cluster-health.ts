import type { Condition } from "../../acm/hub-objects.ts";
import { findCondition } from "../../acm/managed-cluster.ts";
import type { Check } from "../check.ts";
import { type Finding, failed, judge, passed, skipped } from "../finding.ts";
import { nameList } from "../name-list.ts";
import type { Conditioned, HubObservation } from "../observation.ts";
import type { Reading } from "../reading.ts";
import type { PreflightSettings } from "../settings.ts";

/** The clusters that carry the hubs are healthy. */
export const clusterHealth: Check = {
  id: "cluster-health",
  number: 31,
  name: "The hubs' own clusters are healthy",
  hubs: ["primary", "secondary"],
  modes: "both",
  remedy: "mend the nodes and operators named; they block only with strict-health",
  onResume: "never",
  evaluate: ({ primary, secondary }, settings) => [primary, secondary].flatMap((hub) => evaluateHub(hub, settings)),
};

interface Part {
  readonly what: string;
  readonly reading: Reading<readonly Conditioned[]>;
  /** Why this one is not healthy; `undefined` when it is. */
  readonly ailment: (conditions: readonly Condition[]) => string | undefined;
}

function evaluateHub(hub: HubObservation, settings: PreflightSettings): readonly Finding[] {
  const version: Reading<readonly Conditioned[]> =
    hub.clusterVersion.state === "read"
      ? {
          state: "read",
          value:
            hub.clusterVersion.value === undefined ? [] : [{ name: "version", conditions: hub.clusterVersion.value }],
        }
      : hub.clusterVersion;
  const parts: readonly Part[] = [
    { what: "node", reading: hub.nodes, ailment: (conditions) => unless(conditions, "Ready", "True", "not Ready") },
    {
      what: "ClusterOperator",
      reading: hub.clusterOperators,
      ailment: (conditions) =>
        unless(conditions, "Available", "True", "not Available") ?? whenTrue(conditions, "Degraded"),
    },
    { what: "ClusterVersion", reading: version, ailment: (conditions) => whenTrue(conditions, "Progressing") },
  ];
  return parts.flatMap((part) => evaluatePart(hub, part, settings.strictHealth ? "critical" : "warning"));
}

function evaluatePart(hub: HubObservation, part: Part, severity: "critical" | "warning"): readonly Finding[] {
  return judge(part.reading, {
    hub: hub.hub,
    unreadable: severity,
    absent: () => [skipped(hub.hub, `the hub has no ${part.what}`)],
    decide: (objects) => {
      if (objects.length === 0) {
        return [skipped(hub.hub, `the hub has no ${part.what}`)];
      }
      const ill = objects.flatMap(({ name, conditions }) => {
        const ailment = part.ailment(conditions);
        return ailment === undefined ? [] : [`${part.what} ${name} is ${ailment}`];
      });
      return ill.length === 0
        ? [passed(hub.hub, `${objects.length} ${part.what} healthy`)]
        : [
            failed(hub.hub, severity, {
              message: nameList(ill),
              remediation: "mend the hub's own cluster first, or accept the risk of a switchover on it",
            }),
          ];
    },
  });
}

function unless(conditions: readonly Condition[], type: string, status: string, ailment: string): string | undefined {
  const condition = findCondition(conditions, type);
  return condition?.status === status ? undefined : `${ailment}${reason(condition)}`;
}

function whenTrue(conditions: readonly Condition[], type: string): string | undefined {
  const condition = findCondition(conditions, type);
  return condition?.status === "True" ? `${type}${reason(condition)}` : undefined;
}

function reason(condition: Condition | undefined): string {
  return condition?.reason === undefined || condition.reason === "" ? "" : ` (${condition.reason})`;
}
