import { acmVersion } from "../acm/acm-version.ts";
import { component, objectName } from "../acm/constants.ts";
import type {
  AcmRestore,
  BackupSchedule,
  ClusterDeployment,
  Condition,
  MultiClusterHub,
  Pod,
} from "../acm/hub-objects.ts";
import { findCondition } from "../acm/managed-cluster.ts";
import type { AcmInstallation, Conditioned, HiveCluster, PodSummary } from "./observation.ts";

// What is kept of each object while its page arrives. All pure.

interface HasConditions {
  readonly metadata: { readonly name: string };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

export function conditioned({ metadata, status }: HasConditions): Conditioned {
  return { name: metadata.name, conditions: status?.conditions ?? [] };
}

export function acmInstallation({ metadata, spec, status }: MultiClusterHub): AcmInstallation {
  const entry = spec?.overrides?.components?.find(({ name }) => name === component.clusterBackup);
  return {
    name: metadata.name,
    version: acmVersion(status?.currentVersion),
    phase: status?.phase ?? "",
    ...(entry?.enabled === undefined ? {} : { backupEnabled: entry.enabled }),
  };
}

/** The one of the usual name, else the first. */
export function chooseInstallation(found: readonly AcmInstallation[]): AcmInstallation | undefined {
  return found.find(({ name }) => name === objectName.multiClusterHub) ?? found[0];
}

export function hiveCluster({ metadata, spec }: ClusterDeployment): HiveCluster {
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? "",
    preserveOnDelete: spec?.preserveOnDelete === true,
  };
}

export function podSummary({ metadata, status }: Pod): PodSummary {
  return {
    name: metadata.name,
    phase: status?.phase ?? "",
    ready: findCondition(status?.conditions, "Ready")?.status === "True",
  };
}

/** Without the per-cluster messages: 130 KB at 2,000 clusters. */
export function trimmedRestore({ metadata, spec, status }: AcmRestore): AcmRestore {
  const { messages: _messages, ...kept } = status ?? {};
  const { managedFields: _managed, ...meta } = metadata;
  return { metadata: meta, ...(spec === undefined ? {} : { spec }), status: kept };
}

export function trimmedSchedule({ metadata, spec, status }: BackupSchedule): BackupSchedule {
  const { managedFields: _managed, ...meta } = metadata;
  return { metadata: meta, ...(spec === undefined ? {} : { spec }), ...(status === undefined ? {} : { status }) };
}
