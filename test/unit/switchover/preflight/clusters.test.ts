import { acmVersion } from "../../../../steps/switchover/acm/acm-version.ts";
import { clusterDeploymentProtection } from "../../../../steps/switchover/preflight/checks/cluster-deployment-protection.ts";
import { clusterHealth } from "../../../../steps/switchover/preflight/checks/cluster-health.ts";
import { clusterSelection } from "../../../../steps/switchover/preflight/checks/cluster-selection.ts";
import {
  observability,
  observabilitySecondaryIdle,
  observabilitySecret,
} from "../../../../steps/switchover/preflight/checks/observability.ts";
import { secondaryClusters } from "../../../../steps/switchover/preflight/checks/secondary-clusters.ts";
import type { Observation, SecondaryObservation } from "../../../../steps/switchover/preflight/observation.ts";
import { read } from "../../../../steps/switchover/preflight/reading.ts";
import { absent, acm, down, fleet, forbidden, hubs, managedCluster, onPrimary, onSecondary } from "./observations.ts";
import { describeRules, type Expected } from "./rule-table.ts";

const deployment = (name: string, preserveOnDelete: boolean) => ({ name, namespace: `${name}-ns`, preserveOnDelete });

describeRules(clusterDeploymentProtection, [
  { given: "none", finds: [["passed primary", "0 ClusterDeployments"]] },
  {
    given: "A-05: no Hive",
    observed: onPrimary({ clusterDeployments: absent("ClusterDeployment.hive.openshift.io") }),
    finds: [["passed primary"]],
  },
  {
    given: "all preserved",
    observed: onPrimary({ clusterDeployments: read([deployment("a", true)]) }),
    finds: [["passed primary", "1 ClusterDeployment, all preserved"]],
  },
  {
    given: "A-03: one of two not preserved",
    observed: onPrimary({ clusterDeployments: read([deployment("a", true), deployment("b", false)]) }),
    finds: [["critical primary", "b-ns/b", "preserveOnDelete"]],
  },
  {
    given: "more than a message can hold",
    observed: onPrimary({
      clusterDeployments: read(Array.from({ length: 12 }, (_, index) => deployment(`d${index}`, false))),
    }),
    finds: [["critical primary", "on 12 ClusterDeployments: d0-ns/d0"]],
  },
  {
    given: "any that may not be listed",
    observed: onPrimary({ clusterDeployments: forbidden }),
    finds: [["critical primary", "could not be checked", "grant it"]],
  },
]);

const well: readonly Expected[] = [
  ["passed primary", "1 node"],
  ["passed primary", "1 ClusterOperator"],
  ["passed primary", "1 ClusterVersion"],
  ["passed secondary"],
  ["passed secondary"],
  ["passed secondary"],
];
const changed = (index: number, ...expected: readonly Expected[]) => well.toSpliced(index, 1, ...expected);
const operator = (available: string, degraded: string, reason?: string) => [
  { type: "Available", status: available },
  { type: "Degraded", status: degraded, ...(reason === undefined ? {} : { reason }) },
];

describeRules(clusterHealth, [
  { given: "healthy hubs", finds: well },
  {
    given: "a node that is not ready, and one that says nothing",
    observed: onPrimary({
      nodes: read([
        { name: "n1", conditions: [{ type: "Ready", status: "False", reason: "KubeletDown" }] },
        { name: "n2", conditions: [] },
      ]),
    }),
    finds: changed(0, ["warning primary", "node n1 is not Ready (KubeletDown), node n2 is not Ready", "mend the hub"]),
  },
  {
    given: "a degraded operator and one that is not available",
    observed: onSecondary({
      clusterOperators: read([
        { name: "dns", conditions: operator("True", "True", "NoPods") },
        { name: "etcd", conditions: operator("False", "False") },
      ]),
    }),
    finds: changed(4, ["warning secondary", "dns is Degraded (NoPods), ClusterOperator etcd is not Available"]),
  },
  {
    given: "an update under way",
    observed: onPrimary({ clusterVersion: read([{ type: "Progressing", status: "True" }]) }),
    finds: changed(2, ["warning primary", "ClusterVersion version is Progressing"]),
  },
  {
    given: "an update under way, where health is strict",
    observed: onPrimary({ clusterVersion: read([{ type: "Progressing", status: "True" }]) }),
    settings: { strictHealth: true },
    finds: changed(2, ["critical primary"]),
  },
  {
    given: "no OpenShift",
    observed: onSecondary({
      clusterOperators: absent("ClusterOperator.config.openshift.io"),
      clusterVersion: absent("ClusterVersion.config.openshift.io"),
    }),
    settings: { strictHealth: true },
    finds: well.toSpliced(4, 2, ["skipped secondary", "no ClusterOperator"], ["skipped secondary"]),
  },
  {
    given: "operators that may not be listed",
    observed: onPrimary({ clusterOperators: forbidden }),
    finds: changed(1, ["warning primary", "could not be checked"]),
  },
]);

describeRules(secondaryClusters, [
  { given: "none", finds: [["passed secondary"]] },
  {
    given: "some",
    observed: onSecondary({ fleet: fleet(managedCluster("x"), managedCluster("y", { available: false })) }),
    finds: [["warning secondary", "2 ManagedClusters, 1 available", "make sure"]],
  },
]);

const healthy = hubs();

function installed(primary: boolean, secondary: boolean, more: Partial<SecondaryObservation> = {}): Observation {
  const on = (hub: "primary" | "secondary", is: boolean) => ({
    namespaces: { ...healthy[hub].namespaces, observability: read(is) },
  });
  return hubs(on("primary", primary), {
    ...on("secondary", secondary),
    observabilityStorage: read(secondary),
    ...more,
  });
}

describeRules(observability, [
  { given: "none", finds: [["passed both", "on neither hub"]] },
  { given: "both", observed: installed(true, true), finds: [["passed both", "on both hubs"]] },
  { given: "A-21: the primary only", observed: installed(true, false), finds: [["passed both", "primary only"]] },
  { given: "the secondary only", observed: installed(false, true), finds: [["passed both", "secondary only"]] },
]);

const noSecret = installed(true, true, { observabilityStorage: read(false) });

describeRules(observabilitySecret, [
  { given: "no observability", finds: [["skipped secondary"]] },
  {
    given: "its Secret",
    observed: installed(true, true),
    finds: [["passed secondary", "thanos-object-storage exists"]],
  },
  {
    given: "A-22: no Secret",
    observed: noSecret,
    finds: [["critical secondary", "thanos-object-storage does not exist", "create it"]],
  },
  {
    given: "A-22: no Secret, where observability does not count",
    observed: noSecret,
    settings: { skipObservabilityChecks: true },
    finds: [["warning secondary", "thanos-object-storage does not exist"]],
  },
]);

const pods = read([{ name: "compactor-0", phase: "Running", ready: true }]);

describeRules(observabilitySecondaryIdle, [
  { given: "no observability", finds: [["passed secondary"]] },
  {
    given: "A-21: observability on the primary only",
    observed: installed(true, false),
    finds: [["warning secondary", "not installed on the secondary", "install it"]],
  },
  {
    given: "one that writes",
    observed: installed(true, true, { observabilities: read(["observability"]), observabilityPods: pods }),
    finds: [["critical secondary", "writes to the object storage", "scale compactor"]],
  },
  {
    given: "pods that were left over",
    observed: installed(true, true, { observabilityPods: pods }),
    finds: [["warning secondary", "left over", "scale them to 0"]],
  },
  {
    given: "one that is scaled down",
    observed: installed(true, true, { observabilities: read(["observability"]) }),
    finds: [["passed secondary"]],
  },
  {
    given: "A-22: one that writes, where observability does not count",
    observed: installed(true, true, { observabilities: read(["observability"]), observabilityPods: pods }),
    settings: { skipObservabilityChecks: true },
    finds: [["skipped secondary", "skip-observability-checks"]],
  },
  { given: "a primary that is down", observed: down("primary"), finds: [["skipped secondary"]] },
]);

const chosen = { clusterSelector: "stage=canary" };
const first = (name: string, changes = {}) => managedCluster(name, { selected: true, ...changes });

describeRules(clusterSelection, [
  { given: "all move at once", finds: [["skipped primary"], ["skipped secondary"]] },
  {
    given: "W-11: one of two moves first",
    settings: chosen,
    observed: onPrimary({ fleet: fleet(first("a"), managedCluster("b", { selected: false })) }),
    finds: [["passed primary", "to move first, 1 of 2 clusters: a"], ["passed secondary"]],
  },
  {
    given: "W-11: labels that only a cluster has which is not joined",
    settings: chosen,
    observed: onPrimary({ fleet: fleet(first("a", { joined: false }), managedCluster("b", { selected: false })) }),
    finds: [["critical primary", "no joined cluster carries the labels stage=canary"], ["passed secondary"]],
  },
  {
    given: "W-11: none that moves first is available",
    settings: chosen,
    observed: onPrimary({ fleet: fleet(first("a", { available: false }), managedCluster("b", { selected: false })) }),
    finds: [
      ["passed primary"],
      ["critical primary", "none of the clusters that move first is available"],
      ["passed secondary"],
    ],
  },
  {
    given: "W-11: every cluster moves first",
    settings: chosen,
    observed: onPrimary({ fleet: fleet(first("a")) }),
    finds: [["passed primary"], ["warning primary", "every cluster moves first"], ["passed secondary"]],
  },
  {
    given: "W-11: a new hub whose Restores have no labels",
    settings: chosen,
    observed: onSecondary({ acm: acm({ version: acmVersion("2.11.4") }) }),
    finds: [
      ["critical primary", "no joined cluster"],
      ["critical secondary", "ACM 2.11"],
    ],
  },
  {
    given: "W-11: the old hub cannot be read",
    settings: chosen,
    observed: onPrimary({ fleet: forbidden }),
    finds: [["critical primary"], ["passed secondary"]],
  },
]);
