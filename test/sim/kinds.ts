import type { SimKind } from "./kube/sim-client.ts";

function kind(group: string, version: string, plural: string, name: string, statusEndpoint = true): SimKind {
  return { group, version, plural, kind: name, statusEndpoint };
}

const admission = "admissionregistration.k8s.io";

/** Every kind that a player reads or writes. Velero's kinds have no status endpoint. */
export const kinds = {
  namespaces: kind("", "v1", "namespaces", "Namespace"),
  secrets: kind("", "v1", "secrets", "Secret", false),
  configMaps: kind("", "v1", "configmaps", "ConfigMap", false),
  pods: kind("", "v1", "pods", "Pod"),
  deployments: kind("apps", "v1", "deployments", "Deployment"),
  statefulSets: kind("apps", "v1", "statefulsets", "StatefulSet"),
  managedClusters: kind("cluster.open-cluster-management.io", "v1", "managedclusters", "ManagedCluster"),
  backupSchedules: kind("cluster.open-cluster-management.io", "v1beta1", "backupschedules", "BackupSchedule"),
  restores: kind("cluster.open-cluster-management.io", "v1beta1", "restores", "Restore"),
  clusterDeployments: kind("hive.openshift.io", "v1", "clusterdeployments", "ClusterDeployment"),
  clusterVersions: kind("config.openshift.io", "v1", "clusterversions", "ClusterVersion"),
  multiClusterHubs: kind("operator.open-cluster-management.io", "v1", "multiclusterhubs", "MultiClusterHub"),
  multiClusterObservabilities: kind(
    "observability.open-cluster-management.io",
    "v1beta2",
    "multiclusterobservabilities",
    "MultiClusterObservability",
  ),
  multiClusterEngines: kind("multicluster.openshift.io", "v1", "multiclusterengines", "MultiClusterEngine"),
  hubComponents: kind(
    "operator.open-cluster-management.io",
    "v1",
    "internalhubcomponents",
    "InternalHubComponent",
    false,
  ),
  clusterManagementAddOns: kind(
    "addon.open-cluster-management.io",
    "v1alpha1",
    "clustermanagementaddons",
    "ClusterManagementAddOn",
  ),
  managedServiceAccounts: kind(
    "authentication.open-cluster-management.io",
    "v1beta1",
    "managedserviceaccounts",
    "ManagedServiceAccount",
  ),
  veleroBackups: kind("velero.io", "v1", "backups", "Backup", false),
  veleroRestores: kind("velero.io", "v1", "restores", "Restore", false),
  veleroSchedules: kind("velero.io", "v1", "schedules", "Schedule", false),
  storageLocations: kind("velero.io", "v1", "backupstoragelocations", "BackupStorageLocation", false),
  admissionPolicies: kind(admission, "v1", "validatingadmissionpolicies", "ValidatingAdmissionPolicy"),
  admissionBindings: kind(admission, "v1", "validatingadmissionpolicybindings", "ValidatingAdmissionPolicyBinding"),
  webhooks: kind(admission, "v1", "validatingwebhookconfigurations", "ValidatingWebhookConfiguration"),
} as const;

export type KindName = keyof typeof kinds;
export const kindNames = Object.keys(kinds) as readonly KindName[];
