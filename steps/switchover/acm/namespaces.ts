/** Where ACM lives on both hubs. Each is overridable by the parameter `namespaces`. */
export interface HubNamespaces {
  /** MultiClusterHub. */
  readonly acm: string;
  /** BackupSchedule, Restore, and Velero's objects: ACM's OADP lives here, not in `openshift-adp`. */
  readonly backup: string;
  readonly observability: string;
  readonly engine: string;
}

/** The names that the products install with. */
export const defaultNamespaces: HubNamespaces = {
  acm: "open-cluster-management",
  backup: "open-cluster-management-backup",
  observability: "open-cluster-management-observability",
  engine: "multicluster-engine",
};
