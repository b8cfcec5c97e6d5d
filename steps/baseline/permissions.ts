import type { Permission } from "../lib/step/types.ts";

const platform = { namespace: "platform" } as const;

/** What it takes to see what a cluster wants; what its assets look up is in the role that is generated from them. */
export const readPermissions: readonly Permission[] = [
  {
    target: "cluster",
    group: "apiextensions.k8s.io",
    resource: "customresourcedefinitions",
    verbs: ["get"],
    scope: "cluster",
    readOnly: true,
    reason: "see which kinds the cluster has",
  },
  {
    target: "cluster",
    group: "",
    resource: "nodes",
    verbs: ["list"],
    scope: "cluster",
    readOnly: true,
    reason: "detect hardware and topology",
  },
  {
    target: "cluster",
    group: "config.openshift.io",
    resource: "infrastructures",
    verbs: ["get"],
    scope: "cluster",
    readOnly: true,
    reason: "see how the cluster is built",
  },
  {
    target: "cluster",
    group: "config.openshift.io",
    resource: "schedulers",
    verbs: ["get"],
    scope: "cluster",
    readOnly: true,
    reason: "see whether masters take workloads",
  },
  {
    target: "cluster",
    group: "cdi.kubevirt.io",
    resource: "storageprofiles",
    verbs: ["list"],
    scope: "cluster",
    readOnly: true,
    reason: "find a storage class for shared file systems",
  },
];

/** What runs keep beside the HyperConverged. */
const ownPermissions: readonly Permission[] = [
  {
    target: "cluster",
    group: "",
    resource: "configmaps",
    verbs: ["create", "get", "update"],
    scope: platform,
    readOnly: false,
    reason: "leave to the next run what it needs",
  },
  {
    target: "cluster",
    group: "coordination.k8s.io",
    resource: "leases",
    verbs: ["create", "delete", "get", "list", "update", "watch"],
    scope: platform,
    readOnly: false,
    reason: "keep a second run away, or wait for a first one",
  },
];

/** What a run needs beside its assets: those are the role that is generated from them, object by object. */
export const reconcilePermissions: readonly Permission[] = [
  ...readPermissions,
  {
    target: "cluster",
    group: "",
    resource: "namespaces",
    verbs: ["get"],
    scope: "cluster",
    readOnly: true,
    reason: "leave out what has no namespace to be in",
  },
  {
    target: "cluster",
    group: "machineconfiguration.openshift.io",
    resource: "machineconfigpools",
    verbs: ["list"],
    scope: "cluster",
    readOnly: true,
    reason: "tell which nodes reboot",
  },
  ...ownPermissions,
  {
    target: "cluster",
    group: "events.k8s.io",
    resource: "events",
    verbs: ["create", "get", "patch"],
    scope: platform,
    readOnly: false,
    reason: "tell what became of the platform",
  },
];

/** What resuming needs beside the objects that it resumes. */
export const resumePermissions: readonly Permission[] = [...readPermissions, ...ownPermissions];
