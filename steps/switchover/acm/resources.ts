import type { KubeObject, Resource } from "../../lib/kube/types.ts";
import type {
  AcmRestore,
  Application,
  BackupSchedule,
  BackupStorageLocation,
  ClusterDeployment,
  ClusterOperator,
  ClusterVersion,
  ConfigMap,
  CustomResourceDefinition,
  DataProtectionApplication,
  FluxObject,
  Lease,
  ManagedCluster,
  MultiClusterEngine,
  MultiClusterHub,
  MultiClusterObservability,
  Node,
  Pod,
  Route,
  Secret,
  VeleroBackup,
  VeleroRestore,
  VeleroSchedule,
  Workload,
} from "./hub-objects.ts";

// One table of every API that a switchover talks to.

export const namespaces: Resource = core("namespaces", "Namespace", "cluster");
export const nodes: Resource<Node> = core("nodes", "Node", "cluster");
export const pods: Resource<Pod> = core("pods", "Pod", "namespaced");
export const secrets: Resource<Secret> = core("secrets", "Secret", "namespaced");
export const configMaps: Resource<ConfigMap> = core("configmaps", "ConfigMap", "namespaced");

export const deployments: Resource<Workload> = {
  group: "apps",
  version: "v1",
  plural: "deployments",
  kind: "Deployment",
  scope: "namespaced",
};
export const statefulSets: Resource<Workload> = {
  group: "apps",
  version: "v1",
  plural: "statefulsets",
  kind: "StatefulSet",
  scope: "namespaced",
};
export const leases: Resource<Lease> = {
  group: "coordination.k8s.io",
  version: "v1",
  plural: "leases",
  kind: "Lease",
  scope: "namespaced",
};
export const customResourceDefinitions: Resource<CustomResourceDefinition> = {
  group: "apiextensions.k8s.io",
  version: "v1",
  plural: "customresourcedefinitions",
  kind: "CustomResourceDefinition",
  scope: "cluster",
};

export const clusterVersions: Resource<ClusterVersion> = {
  group: "config.openshift.io",
  version: "v1",
  plural: "clusterversions",
  kind: "ClusterVersion",
  scope: "cluster",
};
export const clusterOperators: Resource<ClusterOperator> = {
  group: "config.openshift.io",
  version: "v1",
  plural: "clusteroperators",
  kind: "ClusterOperator",
  scope: "cluster",
};
export const routes: Resource<Route> = {
  group: "route.openshift.io",
  version: "v1",
  plural: "routes",
  kind: "Route",
  scope: "namespaced",
};

export const multiClusterHubs: Resource<MultiClusterHub> = {
  group: "operator.open-cluster-management.io",
  version: "v1",
  plural: "multiclusterhubs",
  kind: "MultiClusterHub",
  scope: "namespaced",
};
export const multiClusterEngines: Resource<MultiClusterEngine> = {
  group: "multicluster.openshift.io",
  version: "v1",
  plural: "multiclusterengines",
  kind: "MultiClusterEngine",
  scope: "cluster",
};
export const multiClusterObservabilities: Resource<MultiClusterObservability> = {
  group: "observability.open-cluster-management.io",
  version: "v1beta2",
  plural: "multiclusterobservabilities",
  kind: "MultiClusterObservability",
  scope: "cluster",
};
export const managedClusters: Resource<ManagedCluster> = {
  group: "cluster.open-cluster-management.io",
  version: "v1",
  plural: "managedclusters",
  kind: "ManagedCluster",
  scope: "cluster",
};
export const clusterDeployments: Resource<ClusterDeployment> = {
  group: "hive.openshift.io",
  version: "v1",
  plural: "clusterdeployments",
  kind: "ClusterDeployment",
  scope: "namespaced",
};

export const backupSchedules: Resource<BackupSchedule> = {
  group: "cluster.open-cluster-management.io",
  version: "v1beta1",
  plural: "backupschedules",
  kind: "BackupSchedule",
  scope: "namespaced",
};
/** The Restore of ACM's backup operator, which makes Velero Restores. */
export const acmRestores: Resource<AcmRestore> = {
  group: "cluster.open-cluster-management.io",
  version: "v1beta1",
  plural: "restores",
  kind: "Restore",
  scope: "namespaced",
};

export const veleroBackups: Resource<VeleroBackup> = velero("backups", "Backup");
export const veleroRestores: Resource<VeleroRestore> = velero("restores", "Restore");
export const veleroSchedules: Resource<VeleroSchedule> = velero("schedules", "Schedule");
export const backupStorageLocations: Resource<BackupStorageLocation> = velero(
  "backupstoragelocations",
  "BackupStorageLocation",
);
export const dataProtectionApplications: Resource<DataProtectionApplication> = {
  group: "oadp.openshift.io",
  version: "v1alpha1",
  plural: "dataprotectionapplications",
  kind: "DataProtectionApplication",
  scope: "namespaced",
};

/** Argo CD's. */
export const applications: Resource<Application> = {
  group: "argoproj.io",
  version: "v1alpha1",
  plural: "applications",
  kind: "Application",
  scope: "namespaced",
};
/** Flux's, as Flux 2.3 and later serves them. */
export const kustomizations: Resource<FluxObject> = {
  group: "kustomize.toolkit.fluxcd.io",
  version: "v1",
  plural: "kustomizations",
  kind: "Kustomization",
  scope: "namespaced",
};
export const helmReleases: Resource<FluxObject> = {
  group: "helm.toolkit.fluxcd.io",
  version: "v2",
  plural: "helmreleases",
  kind: "HelmRelease",
  scope: "namespaced",
};

/** Instances of Argo CD that its operator runs; their version differs by release, see their CRD. */
export function argoCds(version: string): Resource {
  return { group: "argoproj.io", version, plural: "argocds", kind: "ArgoCD", scope: "namespaced" };
}

function core<T extends KubeObject>(plural: string, kind: string, scope: "cluster" | "namespaced"): Resource<T> {
  return { group: "", version: "v1", plural, kind, scope };
}

function velero<T extends KubeObject>(plural: string, kind: string): Resource<T> {
  return { group: "velero.io", version: "v1", plural, kind, scope: "namespaced" };
}
