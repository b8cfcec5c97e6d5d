/** Objects of the program's own, in the namespace of the HyperConverged. */
export const ownNames = {
  /** The ConfigMap in which one run leaves its state to the next. */
  state: "virt-platform-autopilot-state",
  /** The Lease that keeps a second run away. */
  lease: "virt-platform-autopilot-reconcile",
  clusterRole: "virt-platform-autopilot-role",
  /** What a watcher needs beside it. */
  watchRole: "virt-platform-autopilot-watch",
} as const;
