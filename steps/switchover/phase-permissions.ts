import type { SwitchoverPermission, SwitchoverStep } from "./permissions.ts";

// What the phases do on the hubs, beyond the reads of the preflight. Each row names the tasks whose run needs it.

type Target = SwitchoverPermission["target"];
type Scope = SwitchoverPermission["scope"];

const cluster = "cluster.open-cluster-management.io";
const velero = "velero.io";
const backup = { namespace: "backup" } as const;
const all: readonly SwitchoverStep[] = ["primary-prep", "activate", "post-activate", "finalize", "report-and-unlock"];
const tasks: readonly SwitchoverStep[] = ["primary-prep", "activate", "post-activate", "finalize"];

function row(
  target: Target,
  [group, resource]: readonly [group: string, resource: string],
  verbs: readonly string[],
  rest: {
    readonly scope: Scope;
    readonly steps: readonly SwitchoverStep[];
    readonly reason: string;
    readonly readOnly?: boolean;
  },
): SwitchoverPermission {
  return {
    target,
    group,
    resource,
    verbs,
    scope: rest.scope,
    steps: rest.steps,
    reason: rest.reason,
    readOnly: rest.readOnly ?? false,
  };
}

/** Waits fall back to polling without it. */
function watching(
  target: Target,
  api: readonly [string, string],
  scope: Scope,
  steps: readonly SwitchoverStep[],
): SwitchoverPermission {
  return {
    ...row(target, api, ["watch"], { scope, steps, reason: "wait by watching instead of polling" }),
    optional: "watch",
  };
}

function both(make: (target: Target) => readonly SwitchoverPermission[]): readonly SwitchoverPermission[] {
  return [...make("primary"), ...make("secondary")];
}

/** Rows of the four tasks and the last one. */
export const phasePermissions: readonly SwitchoverPermission[] = [
  ...both((target) => [
    row(target, ["", "namespaces"], ["get"], {
      scope: "cluster",
      steps: tasks,
      reason: "tell the hubs apart",
      readOnly: true,
    }),
    row(target, ["config.openshift.io", "clusterversions"], ["get"], {
      scope: "cluster",
      steps: tasks,
      reason: "tell the hubs apart",
      readOnly: true,
    }),
    row(target, ["operator.open-cluster-management.io", "multiclusterhubs"], ["list"], {
      scope: { namespace: "acm" },
      steps: tasks,
      reason: "version of ACM",
      readOnly: true,
    }),
    row(target, [cluster, "managedclusters"], ["list"], {
      scope: "cluster",
      steps: all,
      reason: "the fleet",
      readOnly: true,
    }),
    row(target, ["hive.openshift.io", "clusterdeployments"], ["list"], {
      scope: "cluster",
      steps: tasks,
      reason: "which clusters Hive provisioned",
      readOnly: true,
    }),
    row(target, [cluster, "backupschedules"], ["list"], {
      scope: backup,
      steps: ["primary-prep", "activate", "finalize"],
      reason: "who makes backups",
      readOnly: true,
    }),
    row(target, [cluster, "restores"], ["list"], {
      scope: backup,
      steps: ["activate", "finalize"],
      reason: "passive sync and activation",
      readOnly: true,
    }),
    row(target, [velero, "backups"], ["list"], {
      scope: backup,
      steps: ["primary-prep", "activate", "finalize"],
      reason: "which backups exist",
      readOnly: true,
    }),
    row(target, [velero, "restores"], ["list"], {
      scope: backup,
      steps: ["activate", "finalize"],
      reason: "what was restored",
      readOnly: true,
    }),
    row(target, [velero, "schedules"], ["list"], {
      scope: backup,
      steps: ["primary-prep", "finalize"],
      reason: "whether Velero Schedules run",
      readOnly: true,
    }),
    row(target, [velero, "backupstoragelocations"], ["list"], {
      scope: backup,
      steps: ["activate", "finalize"],
      reason: "where backups are kept",
      readOnly: true,
    }),
    row(target, [cluster, "managedclusters"], ["patch"], {
      scope: "cluster",
      steps: ["primary-prep", "activate", "post-activate"],
      reason: "annotations that stop and start imports",
    }),
    row(target, [cluster, "restores"], ["create", "get", "patch", "delete"], {
      scope: backup,
      steps: ["activate", "finalize"],
      reason: "activation and passive sync",
    }),
    row(target, [cluster, "backupschedules"], ["get", "patch", "delete"], {
      scope: backup,
      steps: ["primary-prep", "finalize"],
      reason: "pause backups on one hub, make them on the other",
    }),
    row(target, ["coordination.k8s.io", "leases"], ["get", "create", "update", "delete"], {
      scope: backup,
      steps: all,
      reason: "keep two operations off one hub",
    }),
    watching(target, [cluster, "backupschedules"], backup, ["primary-prep", "finalize"]),
    watching(target, [cluster, "restores"], backup, ["activate", "finalize"]),
    watching(target, [velero, "backups"], backup, ["primary-prep", "activate", "finalize"]),
    watching(target, [velero, "restores"], backup, ["activate", "finalize"]),
    watching(target, [velero, "schedules"], backup, ["primary-prep", "finalize"]),
    watching(target, [velero, "backupstoragelocations"], backup, ["activate", "finalize"]),
    watching(target, ["", "pods"], { namespace: "observability" }, ["primary-prep"]),
  ]),
  row("primary", ["apps", "statefulsets"], ["get"], {
    scope: { namespace: "observability" },
    steps: ["primary-prep"],
    reason: "the metrics compactor",
    readOnly: true,
  }),
  row("primary", ["apps", "statefulsets/scale"], ["get", "patch"], {
    scope: { namespace: "observability" },
    steps: ["primary-prep"],
    reason: "stop the metrics compactor",
  }),
  row("secondary", [cluster, "managedclusters"], ["get"], {
    scope: "cluster",
    steps: ["activate", "post-activate"],
    reason: "verify annotations",
    readOnly: true,
  }),
  row("secondary", [cluster, "backupschedules"], ["create"], {
    scope: backup,
    steps: ["finalize"],
    reason: "make backups on the new hub",
  }),
  row("secondary", ["multicluster.openshift.io", "multiclusterengines"], ["list"], {
    scope: "cluster",
    steps: ["finalize"],
    reason: "component that makes import tokens",
    readOnly: true,
  }),
  row("secondary", ["", "pods"], ["list"], {
    scope: backup,
    steps: ["finalize"],
    reason: "whether Velero runs",
    readOnly: true,
  }),
  row("secondary", ["", "pods"], ["list"], {
    scope: { namespace: "acm" },
    steps: ["finalize"],
    reason: "health of ACM",
    readOnly: true,
  }),
  row("secondary", ["", "configmaps"], ["get"], {
    scope: { namespace: "engine" },
    steps: ["activate"],
    reason: "auto-import strategy",
    readOnly: true,
  }),
  watching("secondary", [cluster, "managedclusters"], "cluster", ["post-activate"]),
  watching("secondary", ["", "pods"], backup, ["finalize"]),
  watching("secondary", ["", "pods"], { namespace: "acm" }, ["finalize"]),
  watching("secondary", ["operator.open-cluster-management.io", "multiclusterhubs"], { namespace: "acm" }, [
    "finalize",
  ]),
];
