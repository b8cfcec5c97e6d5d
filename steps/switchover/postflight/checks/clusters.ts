import { type Finding, failed, judge, passed } from "../../preflight/finding.ts";
import { count, nameList } from "../../preflight/name-list.ts";
import type { PostflightCheck } from "../check.ts";
import type { FleetCluster, NewHub } from "../observation.ts";

interface Rule {
  readonly severity: "critical" | "warning";
  /** What is wrong with a cluster; `undefined` when nothing is. */
  readonly fault: (cluster: FleetCluster) => string | undefined;
  readonly fine: (clusters: number) => string;
  readonly faulty: string;
  readonly remediation: string;
}

function evaluateFleet({ fleet }: NewHub, rule: Rule): readonly Finding[] {
  return judge(fleet, {
    hub: "secondary",
    unreadable: rule.severity,
    decide: (clusters) => {
      const faults = clusters.map(rule.fault).filter((fault) => fault !== undefined);
      const message = `${count(faults.length, "cluster")} ${rule.faulty}: ${nameList(faults)}`;
      return faults.length === 0
        ? [passed("secondary", rule.fine(clusters.length))]
        : [failed("secondary", rule.severity, { message, remediation: rule.remediation, data: { clusters: faults } })];
    },
  });
}

export const clustersAvailable: PostflightCheck = {
  id: "clusters-available",
  number: 3,
  name: "All clusters are available",
  hub: "secondary",
  evaluate: (hub) =>
    evaluateFleet(hub, {
      severity: "critical",
      fault: ({ name, available }) => (available ? undefined : name),
      fine: (clusters) => `${count(clusters, "cluster")} available`,
      faulty: "not available",
      remediation: "see why their klusterlets do not reach this hub; run the switchover again to resume it",
    }),
};

export const clustersJoined: PostflightCheck = {
  id: "clusters-joined",
  number: 4,
  name: "All clusters have joined",
  hub: "secondary",
  evaluate: (hub) =>
    evaluateFleet(hub, {
      severity: "warning",
      fault: ({ name, joined }) => (joined ? undefined : name),
      fine: (clusters) => `${count(clusters, "cluster")} joined`,
      faulty: "not joined",
      remediation: "import them again, or detach those that are gone",
    }),
};

export const clustersImported: PostflightCheck = {
  id: "clusters-imported",
  number: 5,
  name: "No import is pending",
  hub: "secondary",
  evaluate: (hub) =>
    evaluateFleet(hub, {
      severity: "warning",
      fault: ({ name, importPending }) => (importPending === "" ? undefined : `${name} (${importPending})`),
      fine: () => "no import is pending",
      faulty: "with a pending import",
      remediation: "see the condition ManagedClusterImportSucceeded of each",
    }),
};

/** Left by the old hub's backup: a cluster that is lost would not be imported again. */
export const autoImportLeftovers: PostflightCheck = {
  id: "auto-import-leftovers",
  number: 16,
  name: "No cluster is kept from being imported",
  hub: "secondary",
  evaluate: (hub) =>
    evaluateFleet(hub, {
      severity: "warning",
      fault: ({ name, importStopped }) => (importStopped ? name : undefined),
      fine: () => "no cluster carries disable-auto-import",
      faulty: "with disable-auto-import",
      remediation: "remove the annotation import.open-cluster-management.io/disable-auto-import",
    }),
};
