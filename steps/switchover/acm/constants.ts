// Names that ACM, its backup operator and Velero fix. Product versions where they differ stand beside the reader.

export const annotation = {
  /** Its presence, with any value, stops a hub from importing the cluster. */
  disableAutoImport: "import.open-cluster-management.io/disable-auto-import",
  /** An empty value triggers one import under `ImportOnly`; the controller rewrites it to `Completed`. */
  immediateImport: "import.open-cluster-management.io/immediate-import",
  /** RFC 3339, on the token Secret of a ManagedServiceAccount. */
  tokenExpiration: "expirationTimestamp",
  /** Any edit makes the backup operator look for newer backups before its sync interval ends. */
  syncRequest: "acm-switchover/sync-request",
  /** On a Restore that this program created to activate clusters: which attempt made it. */
  activation: "acm-switchover/activation",
  /** On an Argo CD Application: the run that turned its automated sync off. */
  pausedBy: "acm-switchover.argoproj.io/paused-by",
  /** Argo CD's own mark on what an Application manages: `name:group/kind:namespace/name`. */
  argoTracking: "argocd.argoproj.io/tracking-id",
  lastApplied: "kubectl.kubernetes.io/last-applied-configuration",
} as const;

export const label = {
  localCluster: "local-cluster",
  backupScheduleType: "cluster.open-cluster-management.io/backup-schedule-type",
  /** ClusterVersion id of the hub that produced the backup. */
  backupCluster: "cluster.open-cluster-management.io/backup-cluster",
  /** On `acm-restore-clusters-*`: the hub whose Restore ended, whether or not it activated anything. */
  restoreCluster: "cluster.open-cluster-management.io/restore-cluster",
  veleroScheduleName: "velero.io/schedule-name",
  managedServiceAccountToken: "authentication.open-cluster-management.io/is-managed-serviceaccount",
} as const;

export const finalizer = {
  /** From ACM 2.14: deletion waits for the Velero Restores. */
  acmRestore: "restores.cluster.open-cluster-management.io/finalizer",
  veleroRestore: "restores.velero.io/external-resources-finalizer",
} as const;

/** The Velero Schedules that one BackupSchedule owns. A second BackupSchedule cannot have them. */
export const veleroScheduleName = {
  managedClusters: "acm-managed-clusters-schedule",
  credentials: "acm-credentials-schedule",
  resources: "acm-resources-schedule",
  resourcesGeneric: "acm-resources-generic-schedule",
  validation: "acm-validation-policy-schedule",
} as const;

export const restoreName = {
  passiveSync: "restore-acm-passive-sync",
  activate: "restore-acm-activate",
  full: "restore-acm-full",
  /** Activates the clusters that move first. */
  selected: "restore-acm-selected",
} as const;

/** Names of what a switchover creates to activate clusters. */
export const activationRestoreNames: ReadonlySet<string> = new Set([
  restoreName.activate,
  restoreName.full,
  restoreName.selected,
]);

export const objectName = {
  clusterVersion: "version",
  identityNamespace: "kube-system",
  multiClusterHub: "multiclusterhub",
  localCluster: "local-cluster",
  importControllerConfig: "import-controller-config",
  lease: "acm-switchover",
  grafanaRoute: "grafana",
  /** Container of Velero's pod. */
  veleroContainer: "velero",
  thanosObjectStorage: "thanos-object-storage",
  /** On a managed cluster: how its klusterlet reaches its hub. */
  hubKubeconfigSecret: "hub-kubeconfig-secret",
  /** On a managed cluster: how its klusterlet registers with a hub. */
  bootstrapKubeconfigSecret: "bootstrap-hub-kubeconfig",
  klusterlet: "klusterlet",
  thanosCompactor: "observability-thanos-compact",
  observatoriumApi: "observability-observatorium-api",
  /** Name prefix of the tokens that ManagedServiceAccounts put into the clusters' namespaces. */
  managedServiceAccountSecretPrefix: "auto-import-account",
} as const;

/** Names of the CustomResourceDefinitions that tell whether Argo CD is there, and whether its operator runs it. */
export const argoCrd = { applications: "applications.argoproj.io", argoCds: "argocds.argoproj.io" } as const;

/** Names of the CustomResourceDefinitions that tell whether Flux is there; it may run without its Helm part. */
export const fluxCrd = {
  kustomizations: "kustomizations.kustomize.toolkit.fluxcd.io",
  helmReleases: "helmreleases.helm.toolkit.fluxcd.io",
} as const;

/** Label selectors of the pods that are looked at. */
export const podSelector = {
  velero: "app.kubernetes.io/name=velero",
  thanosCompactor: "app.kubernetes.io/name=thanos-compact",
  observatoriumApi: "app.kubernetes.io/name=observatorium-api",
  observability: "observability.open-cluster-management.io/name=observability",
  metricsCollector: "app=metrics-collector",
} as const;

/** Components of MultiClusterHub and MultiClusterEngine. */
export const component = { clusterBackup: "cluster-backup", managedServiceAccount: "managedserviceaccount" } as const;

export const managedClusterCondition = {
  available: "ManagedClusterConditionAvailable",
  joined: "ManagedClusterJoined",
  accepted: "HubAcceptedManagedCluster",
  imported: "ManagedClusterImportSucceeded",
} as const;

export const importStrategy = { key: "autoImportStrategy", importOnly: "ImportOnly", sync: "ImportAndSync" } as const;

/** The field manager of every write of this area. */
export const fieldManager = "acm-switchover";
