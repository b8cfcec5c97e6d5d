import { type JsonObject, valueAt } from "../../lib/json/json.ts";
import type { NodeFacts } from "./node.ts";

/** How the cluster is built. Without the APIs of OpenShift everything but the nodes is empty or false. */
export interface Topology {
  readonly totalNodeCount: number;
  readonly masterCount: number;
  /** Nodes that are workers and no masters. */
  readonly workerCount: number;
  /** Every master is a worker too, and there is no other worker. */
  readonly isCompact: boolean;
  readonly controlPlaneTopology: string;
  /** The control plane runs outside of this cluster (hosted control planes). */
  readonly isHCP: boolean;
  readonly cloudProvider: string;
  readonly isAWS: boolean;
  readonly isAzure: boolean;
  readonly isGCP: boolean;
  readonly isBareMetal: boolean;
  readonly isVSphere: boolean;
  readonly isOpenStack: boolean;
  readonly hasSchedulableMasters: boolean;
}

/** Objects of config.openshift.io/v1 named `cluster`; absent where the cluster has none, or not the API. */
export interface ClusterConfig {
  readonly infrastructure?: JsonObject;
  readonly scheduler?: JsonObject;
}

const roleLabel = "node-role.kubernetes.io";

function hasRole({ labels }: NodeFacts, ...roles: readonly string[]): boolean {
  return roles.some((role) => Object.hasOwn(labels, `${roleLabel}/${role}`));
}

function textAt(object: JsonObject | undefined, ...path: readonly string[]): string {
  const value = valueAt(object, path);
  return typeof value === "string" ? value : "";
}

type PlatformFacts = Omit<
  Topology,
  "totalNodeCount" | "masterCount" | "workerCount" | "isCompact" | "hasSchedulableMasters"
>;

/** What follows from who runs the control plane, and on what the cluster runs. Pure. */
export function platformFacts(controlPlaneTopology: string, cloudProvider: string): PlatformFacts {
  return {
    controlPlaneTopology,
    isHCP: controlPlaneTopology === "External",
    cloudProvider,
    isAWS: cloudProvider === "AWS",
    isAzure: cloudProvider === "Azure",
    isGCP: cloudProvider === "GCP",
    isBareMetal: cloudProvider === "BareMetal",
    isVSphere: cloudProvider === "VSphere",
    isOpenStack: cloudProvider === "OpenStack",
  };
}

/** Pure. */
export function describeTopology(nodes: readonly NodeFacts[], { infrastructure, scheduler }: ClusterConfig): Topology {
  const masters = nodes.filter((node) => hasRole(node, "master", "control-plane"));
  const workers = nodes.filter((node) => hasRole(node, "worker") && !masters.includes(node));
  const controlPlaneTopology = textAt(infrastructure, "status", "controlPlaneTopology");
  const cloudProvider = textAt(infrastructure, "status", "platformStatus", "type");
  return {
    totalNodeCount: nodes.length,
    masterCount: masters.length,
    workerCount: workers.length,
    isCompact: masters.length > 0 && masters.every((node) => hasRole(node, "worker")) && workers.length === 0,
    ...platformFacts(controlPlaneTopology, cloudProvider),
    hasSchedulableMasters: valueAt(scheduler, ["spec", "mastersSchedulable"]) === true,
  };
}
