import { findCondition } from "../../acm/managed-cluster.ts";
import type { Check } from "../check.ts";
import { critical, type Finding, judge, passed, warning } from "../finding.ts";
import { count, nameList } from "../name-list.ts";
import type { HubObservation } from "../observation.ts";
import { allOf } from "../reading.ts";

/** Velero runs in the backup namespace. */
export const oadp: Check = {
  id: "oadp",
  number: 12,
  name: "Velero runs",
  hubs: ["primary", "secondary"],
  modes: "both",
  remedy: "install OADP, or start the Velero Deployment in the backup namespace",
  onResume: "always",
  evaluate: ({ primary, secondary }, { namespaces }) =>
    [primary, secondary].flatMap((hub) => evaluateVelero(hub, namespaces.backup)),
};

function evaluateVelero({ hub, namespaces, veleroPods }: HubObservation, backup: string): readonly Finding[] {
  return judge(allOf(namespaces.backup, veleroPods), {
    hub,
    unreadable: "critical",
    decide: ([exists, pods]) => {
      if (!exists || pods.length === 0) {
        const why = exists ? "has no Velero pod" : "does not exist";
        return [
          critical(
            hub,
            `namespace ${backup} ${why}`,
            "create a DataProtectionApplication there and wait for its Velero pod",
          ),
        ];
      }
      const ready = pods.filter((pod) => pod.ready);
      return ready.length > 0
        ? [passed(hub, `${count(ready.length, "Velero pod")} ready`)]
        : [
            warning(
              hub,
              `no Velero pod is ready: ${nameList(pods.map(({ name, phase }) => `${name} (${phase})`))}`,
              "see the pod's events and log; without Velero no backup, restore or deletion of one ends",
            ),
          ];
    },
  });
}

/** OADP has accepted its configuration. */
export const dpa: Check = {
  id: "dpa",
  number: 13,
  name: "DataProtectionApplication is reconciled",
  hubs: ["primary", "secondary"],
  modes: "both",
  remedy: "mend what the status of the DataProtectionApplication names",
  onResume: "never",
  evaluate: ({ primary, secondary }, { namespaces }) =>
    [primary, secondary].flatMap((hub) => evaluateDataProtection(hub, namespaces.backup)),
};

function evaluateDataProtection({ hub, dataProtection }: HubObservation, backup: string): readonly Finding[] {
  return judge(dataProtection, {
    hub,
    unreadable: "critical",
    decide: (applications) => {
      if (applications.length === 0) {
        return [
          critical(
            hub,
            `namespace ${backup} has no DataProtectionApplication`,
            "create one with the backup storage of the fleet",
          ),
        ];
      }
      const open = applications.flatMap(({ name, conditions }) => {
        const condition = findCondition(conditions, "Reconciled");
        return condition?.status === "True" ? [] : [`${name}: ${condition?.message ?? "no condition Reconciled"}`];
      });
      return open.length === 0
        ? [passed(hub, `${nameList(applications.map(({ name }) => name))} reconciled`)]
        : [
            critical(
              hub,
              `not reconciled: ${nameList(open)}`,
              "correct the DataProtectionApplication as its condition says",
            ),
          ];
    },
  });
}
