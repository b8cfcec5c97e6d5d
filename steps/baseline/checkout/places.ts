/** Files of the project that the baseline's assets decide, by their paths below the checkout. */
export const places = {
  assets: "assets/baseline",
  clusterRole: "rbac/baseline/cluster-role.yaml",
  watchRole: "triggers/baseline/watcher/cluster-role.yaml",
  featureDocument: "assets/baseline/features.json",
  featureTable: "docs/baseline/features.md",
  crdLock: "crds.lock.json",
  alertTests: "test/fixtures/baseline/alerts",
} as const;
