import type { JsonObject } from "../../../../steps/lib/json/json.ts";
import {
  byAnyPhase,
  byConditions,
  byPresence,
  clusterVersionConditions,
  conditions,
  operatorConditions,
  phases,
  printableStatuses,
  type Rules,
  withStatus,
} from "./in-flight-examples.ts";

/** What one OperationRuleSet is to be: whose objects it watches, and which operations it tells of them. */
export interface ExpectedRuleSet {
  readonly component: string;
  /** `<group>/<version> <resource>` */
  readonly target: string;
  /** `<group> <role>` of operations that belong together. */
  readonly correlation?: string;
  readonly rules: Rules;
}

const fenced = (reason: string, status = "False"): JsonObject =>
  withStatus({ conditions: [{ type: "FenceAgentActionSucceeded", status, reason }] });

const versions = (observedKubeVirtVersion: string, targetKubeVirtVersion: string): JsonObject =>
  withStatus({ observedKubeVirtVersion, targetKubeVirtVersion });

const outdated = (available: "True" | "False", count: number): JsonObject =>
  conditions({ Available: available }, { outdatedVirtualMachineInstanceWorkloads: count });

const history = (...states: readonly string[]): JsonObject =>
  withStatus({ history: states.map((state) => ({ state, version: "4.20.1" })) });

const replicas = (wanted: number, ready?: number): JsonObject => ({
  spec: { replicas: wanted },
  status: ready === undefined ? { replicas: wanted } : { replicas: wanted, readyReplicas: ready },
});

const specPaused = (paused: boolean): JsonObject => ({ spec: { paused }, status: {} });
const hcoChild = { component: "hco", correlation: "hco-stack child" } as const;
const dataMovement: Rules = { InProgress: byAnyPhase("Accepted", "Prepared", "InProgress"), ...phases("Canceling") };
const velero: Rules = {
  ...phases("InProgress"),
  WaitingForPluginOperations: byAnyPhase("WaitingForPluginOperations", "WaitingForPluginOperationsPartiallyFailed"),
  Finalizing: byAnyPhase("Finalizing", "FinalizingPartiallyFailed"),
};

/** By the name of the OperationRuleSet. */
export const expectedRuleSets: Readonly<Record<string, ExpectedRuleSet>> = {
  "datavolume-rules": {
    component: "cdi",
    target: "cdi.kubevirt.io/v1beta1 datavolumes",
    rules: phases(
      "ImportScheduled",
      "ImportInProgress",
      "CloneScheduled",
      "CloneInProgress",
      "SnapshotForSmartCloneInProgress",
      "CloneFromSnapshotSourceInProgress",
      "SmartClonePVCInProgress",
      "CSICloneInProgress",
      "UploadScheduled",
      "UploadReady",
      "Pending",
      "WaitForFirstConsumer",
      "PVCBound",
      "PendingPopulation",
      "PrepClaimInProgress",
      "ExpansionInProgress",
      "NamespaceTransferInProgress",
      "RebindInProgress",
    ),
  },
  "volumesnapshot-rules": {
    component: "csi",
    target: "snapshot.storage.k8s.io/v1 volumesnapshots",
    rules: {
      Provisioning: {
        holds: [withStatus({ readyToUse: false }), withStatus({ boundVolumeSnapshotContentName: "content" })],
        fails: [withStatus({ readyToUse: true })],
      },
    },
  },
  "fenceagentsremediation-rules": {
    component: "far",
    target: "fence-agents-remediation.medik8s.io/v1alpha1 fenceagentsremediations",
    rules: {
      Remediating: byConditions({ Processing: "True" }),
      Failing: {
        holds: [fenced("FenceAgentFailed")],
        fails: [
          fenced("FenceAgentTimedOut"),
          fenced("RemediationFinishedNodeNotFound"),
          fenced("FenceAgentFailed", "True"),
        ],
      },
      TimingOut: {
        holds: [fenced("FenceAgentTimedOut")],
        fails: [fenced("FenceAgentFailed"), fenced("FenceAgentTimedOut", "True")],
      },
    },
  },
  "plan-rules": {
    component: "forklift",
    target: "forklift.konveyor.io/v1beta1 plans",
    rules: { Executing: byPresence("Executing") },
  },
  "aaq-rules": {
    ...hcoChild,
    target: "aaq.kubevirt.io/v1alpha1 aaqs",
    rules: { ...operatorConditions, ...phases("Deleting", "Upgrading") },
  },
  "cdi-rules": {
    ...hcoChild,
    target: "cdi.kubevirt.io/v1beta1 cdis",
    rules: { ...operatorConditions, ...phases("Deleting", "Upgrading") },
  },
  "cnao-rules": {
    ...hcoChild,
    target: "networkaddonsoperator.network.kubevirt.io/v1 networkaddonsconfigs",
    rules: operatorConditions,
  },
  "hco-rules": {
    component: "hco",
    correlation: "hco-stack root",
    target: "hco.kubevirt.io/v1beta1 hyperconvergeds",
    rules: operatorConditions,
  },
  "hpp-rules": {
    ...hcoChild,
    target: "hostpathprovisioner.kubevirt.io/v1beta1 hostpathprovisioners",
    rules: operatorConditions,
  },
  "kubevirt-rules": {
    ...hcoChild,
    target: "kubevirt.io/v1 kubevirts",
    rules: {
      ...operatorConditions,
      ...phases("Deleting"),
      Upgrading: {
        holds: [versions("v1.5.0", "v1.6.0")],
        fails: [versions("v1.6.0", "v1.6.0"), withStatus({ targetKubeVirtVersion: "v1.6.0" })],
      },
      UpdateRollingOut: { holds: [outdated("True", 3)], fails: [outdated("True", 0), outdated("False", 3)] },
    },
  },
  "ssp-rules": {
    ...hcoChild,
    target: "ssp.kubevirt.io/v1beta3 ssps",
    rules: {
      ...operatorConditions,
      Paused: { holds: [withStatus({ paused: true })], fails: [withStatus({ paused: false }), specPaused(true)] },
      ...phases("Deleting", "Upgrading"),
    },
  },
  "vm-lifecycle-rules": {
    component: "kubevirt",
    target: "kubevirt.io/v1 virtualmachines",
    rules: printableStatuses("Migrating", "Starting", "Stopping", "Provisioning", "Terminating", "WaitingForReceiver"),
  },
  "vmi-rules": {
    component: "kubevirt",
    target: "kubevirt.io/v1 virtualmachineinstances",
    rules: {
      ...phases("Pending", "Scheduling", "Scheduled", "WaitingForSync"),
      Provisioning: byConditions({ Provisioning: "True" }),
      VCPUChange: byConditions({ HotVCPUChange: "True" }),
      MemoryChange: byConditions({ HotMemoryChange: "True" }),
    },
  },
  "vmim-rules": {
    component: "kubevirt",
    target: "kubevirt.io/v1 virtualmachineinstancemigrations",
    rules: phases("Pending", "Scheduling", "Scheduled", "Running", "PreparingTarget"),
  },
  "vm-clone-rules": {
    component: "kubevirt",
    target: "clone.kubevirt.io/v1beta1 virtualmachineclones",
    rules: phases("SnapshotInProgress", "CreatingTargetVM", "RestoreInProgress", "Failed"),
  },
  "vm-export-rules": {
    component: "kubevirt",
    target: "export.kubevirt.io/v1beta1 virtualmachineexports",
    rules: phases("Pending"),
  },
  "vm-restore-rules": {
    component: "kubevirt",
    target: "snapshot.kubevirt.io/v1beta1 virtualmachinerestores",
    rules: phases("InProgress", "Failed"),
  },
  "vm-snapshot-rules": {
    component: "kubevirt",
    target: "snapshot.kubevirt.io/v1beta1 virtualmachinesnapshots",
    rules: phases("InProgress", "Failed"),
  },
  "nnce-rules": {
    component: "nmstate",
    correlation: "network-config child",
    target: "nmstate.io/v1beta1 nodenetworkconfigurationenactments",
    rules: {
      Configuring: byConditions({ Progressing: "True" }),
      Pending: byConditions({ Pending: "True" }),
      Failing: byConditions({ Failing: "True" }),
    },
  },
  "nncp-rules": {
    component: "nmstate",
    correlation: "network-config root",
    target: "nmstate.io/v1 nodenetworkconfigurationpolicies",
    rules: {
      Configuring: {
        holds: [conditions({ Progressing: "True" }), conditions({ Progressing: "True", Degraded: "False" })],
        fails: [conditions({ Progressing: "True", Degraded: "True" }), conditions({ Progressing: "False" })],
      },
      ConfiguringDegraded: byConditions({ Progressing: "True", Degraded: "True" }),
    },
  },
  "nodemaintenance-rules": {
    component: "nodemaintenance",
    target: "nodemaintenance.medik8s.io/v1beta1 nodemaintenances",
    rules: { Draining: byAnyPhase("Running") },
  },
  "velero-backup-rules": {
    component: "oadp",
    correlation: "data-protection root",
    target: "velero.io/v1 backups",
    rules: velero,
  },
  "velero-restore-rules": {
    component: "oadp",
    correlation: "data-protection root",
    target: "velero.io/v1 restores",
    rules: velero,
  },
  "velero-datadownload-rules": {
    component: "oadp",
    correlation: "data-protection child",
    target: "velero.io/v2alpha1 datadownloads",
    rules: dataMovement,
  },
  "velero-dataupload-rules": {
    component: "oadp",
    correlation: "data-protection child",
    target: "velero.io/v2alpha1 datauploads",
    rules: dataMovement,
  },
  "velero-podvolumebackup-rules": {
    component: "oadp",
    correlation: "data-protection child",
    target: "velero.io/v1 podvolumebackups",
    rules: dataMovement,
  },
  "velero-podvolumerestore-rules": {
    component: "oadp",
    correlation: "data-protection child",
    target: "velero.io/v1 podvolumerestores",
    rules: dataMovement,
  },
  "velero-deletebackuprequest-rules": {
    component: "oadp",
    correlation: "data-protection root",
    target: "velero.io/v1 deletebackuprequests",
    rules: { Deleting: byAnyPhase("InProgress") },
  },
  "csv-rules": {
    component: "olm",
    correlation: "olm-install child",
    target: "operators.coreos.com/v1alpha1 clusterserviceversions",
    rules: { ...phases("Pending", "Installing", "Replacing", "Deleting"), Failing: byAnyPhase("Failed") },
  },
  "installplan-rules": {
    component: "olm",
    correlation: "olm-install child",
    target: "operators.coreos.com/v1alpha1 installplans",
    rules: phases("Planning", "Installing", "RequiresApproval"),
  },
  "subscription-rules": {
    component: "olm",
    correlation: "olm-install root",
    target: "operators.coreos.com/v1alpha1 subscriptions",
    rules: { Unpacking: byPresence("BundleUnpacking"), InstallPlanPending: byPresence("InstallPlanPending") },
  },
  "build-rules": {
    component: "openshift",
    target: "build.openshift.io/v1 builds",
    rules: phases("Pending", "Running"),
  },
  "clusteroperator-rules": {
    component: "openshift",
    correlation: "cluster-update child",
    target: "config.openshift.io/v1 clusteroperators",
    rules: { ...operatorConditions, NotUpgradeable: byConditions({ Upgradeable: "False" }) },
  },
  "clusterversion-rules": {
    component: "openshift",
    correlation: "cluster-update root",
    target: "config.openshift.io/v1 clusterversions",
    rules: {
      ...clusterVersionConditions,
      NotUpgradeable: byConditions({ Upgradeable: "False" }),
      PartialUpdate: {
        holds: [history("Partial"), history("Partial", "Completed")],
        fails: [history("Completed", "Partial"), history()],
      },
    },
  },
  "machine-rules": {
    component: "openshift",
    target: "machine.openshift.io/v1beta1 machines",
    rules: phases("Provisioning", "Provisioned", "Deleting", "Failed"),
  },
  "machineconfigpool-rules": {
    component: "openshift",
    target: "machineconfiguration.openshift.io/v1 machineconfigpools",
    rules: {
      Updating: byConditions({ Updating: "True", Degraded: "False" }),
      UpdatingDegraded: byConditions({ Updating: "True", Degraded: "True" }),
      Degraded: byConditions({ Updating: "False", Degraded: "True" }),
      NodeDegraded: byConditions({ NodeDegraded: "True" }),
      RenderDegraded: byConditions({ RenderDegraded: "True" }),
      Building: byConditions({ Building: "True" }),
      BuildFailed: byConditions({ BuildFailed: "True" }),
      Paused: { holds: [specPaused(true)], fails: [specPaused(false), withStatus({ paused: true })] },
    },
  },
  "machineset-rules": {
    component: "openshift",
    target: "machine.openshift.io/v1beta1 machinesets",
    rules: {
      // The API leaves a zero out: without readyReplicas none is ready.
      ScalingUp: { holds: [replicas(3, 1), replicas(1)], fails: [replicas(3, 3), replicas(1, 2), replicas(0)] },
      ScalingDown: { holds: [replicas(1, 2), replicas(0, 1)], fails: [replicas(2, 2), replicas(3, 1), replicas(0)] },
    },
  },
  "storageversionmigration-rules": {
    component: "openshift",
    correlation: "cluster-update child",
    target: "migration.k8s.io/v1alpha1 storageversionmigrations",
    rules: { Migrating: byConditions({ Running: "True" }) },
  },
};
