import { newHubRows } from "./new-hub-permissions.ts";
import { oldHubRows } from "./old-hub-permissions.ts";
import {
  acm,
  all,
  backup,
  clusterVersions,
  multiClusterHubs,
  namespaces,
  type Row,
  read,
  tasks,
  write,
} from "./permission-rows.ts";
import type { SwitchoverPermission } from "./permissions.ts";

// What the phases do on the hubs, beyond the reads of the preflight. Each row names the tasks whose run needs it.

const onBoth: readonly Row[] = [
  read(namespaces, ["get"], { scope: "cluster", steps: tasks, reason: "tell the hubs apart" }),
  read(clusterVersions, ["get"], { scope: "cluster", steps: tasks, reason: "tell the hubs apart" }),
  read(multiClusterHubs, ["list"], { scope: acm, steps: tasks, reason: "version of ACM" }),
  write(["coordination.k8s.io", "leases"], ["get", "create", "update", "delete"], {
    scope: backup,
    steps: all,
    reason: "keep two operations off one hub",
  }),
];

function on(target: SwitchoverPermission["target"], rows: readonly Row[]): readonly SwitchoverPermission[] {
  return rows.map((row) => ({ target, ...row }));
}

/** Rows of the four tasks and the last one. */
export const phasePermissions: readonly SwitchoverPermission[] = [
  ...on("primary", [...onBoth, ...oldHubRows]),
  ...on("secondary", [...onBoth, ...newHubRows]),
];
