/** Where a file of the CRD collection comes from. */
export interface CrdSource {
  /** Its place in the collection, `<category>/<name>`. */
  readonly file: string;
  /** `<owner>/<name>` on GitHub, or on a mirror of it. */
  readonly repo: string;
  /** A branch: what it points at moves, so that what was taken is in the lock file. */
  readonly ref: string;
  /** Of the file in the repository. */
  readonly path: string;
  /** The release of a CRD that the collection has already: for tests of older clusters, never installed with the others. */
  readonly release?: string;
}

type Category =
  | "kubevirt"
  | "openshift"
  | "prometheus"
  | "remediation"
  | "operators"
  | "observability"
  | "oadp"
  | "inflightoperations";

function nameOf(path: string): string {
  return path.split("/").at(-1) ?? path;
}

function from(category: Category, repo: string, ref: string, ...paths: readonly string[]): readonly CrdSource[] {
  return paths.map((path) => ({ file: `${category}/${nameOf(path)}`, repo, ref, path }));
}

function manifests(names: readonly string[]): readonly string[] {
  return names.map((name) => `bundle/manifests/${name}.yaml`);
}

function deschedulerOf(release: string): CrdSource {
  return {
    file: `kubevirt/kube-descheduler-operator-${release}.crd.yaml`,
    repo: "openshift/cluster-kube-descheduler-operator",
    ref: `release-${release}`,
    path: "manifests/kube-descheduler-operator.crd.yaml",
    release,
  };
}

const velero = [
  "backuprepositories",
  "backups",
  "backupstoragelocations",
  "datadownloads",
  "datauploads",
  "deletebackuprequests",
  "downloadrequests",
  "podvolumebackups",
  "podvolumerestores",
  "restores",
  "schedules",
  "serverstatusrequests",
  "volumesnapshotlocations",
].map((plural) => `velero.io_${plural}`);

const oadp = [
  "cloudstorages",
  "dataprotectionapplications",
  "dataprotectiontests",
  "nonadminbackups",
  "nonadminbackupstoragelocationrequests",
  "nonadminbackupstoragelocations",
  "nonadmindownloadrequests",
  "nonadminrestores",
  "virtualmachinebackupsdiscoveries",
  "virtualmachinefilerestores",
].map((plural) => `oadp.openshift.io_${plural}`);

const observability = [
  "monitoring.rhobs_monitoringstacks",
  "monitoring.rhobs_podmonitors",
  "monitoring.rhobs_prometheusrules",
  "monitoring.rhobs_servicemonitors",
  "observability.openshift.io_uiplugins",
  "perses.dev_persesdashboards",
  "perses.dev_persesdatasources",
];

const generated = "zz_generated.crd-manifests";

/**
 * The CRDs that assets, the detection of hardware and topology, and the objects in flight need: what objects are linted
 * against, and what plurals and scopes are read from.
 */
export const crdSources: readonly CrdSource[] = [
  ...from(
    "kubevirt",
    "kubevirt/hyperconverged-cluster-operator",
    "main",
    "deploy/crds/hco00.crd.yaml",
    "deploy/crds/application-aware-quota00.crd.yaml",
  ),
  ...from(
    "kubevirt",
    "openshift/cluster-kube-descheduler-operator",
    "main",
    "manifests/kube-descheduler-operator.crd.yaml",
  ),
  ...["4.17", "4.19", "4.21"].map(deschedulerOf),
  ...from(
    "kubevirt",
    "kubev2v/forklift",
    "main",
    "operator/config/crd/bases/forklift.konveyor.io_forkliftcontrollers.yaml",
  ),
  // CDI has this CRD in its Go source alone; a consumer of it keeps a file.
  ...from(
    "kubevirt",
    "kubevirt/kubevirt-migration-controller",
    "main",
    "config/crd/bases/cdi.kubevirt.io_storageprofiles.yaml",
  ),
  ...from(
    "openshift",
    "openshift/api",
    "master",
    `machineconfiguration/v1/${generated}/0000_80_machine-config_01_machineconfigs.crd.yaml`,
    `machineconfiguration/v1/${generated}/0000_80_machine-config_01_kubeletconfigs-Default.crd.yaml`,
    `config/v1/${generated}/0000_10_config-operator_01_infrastructures-Default.crd.yaml`,
    `config/v1/${generated}/0000_10_config-operator_01_schedulers-SelfManagedHA-Default.crd.yaml`,
    `monitoring/v1/${generated}/0000_50_monitoring_01_alertingrules.crd.yaml`,
    `security/v1/${generated}/0000_03_config-operator_01_securitycontextconstraints.crd.yaml`,
  ),
  ...from(
    "prometheus",
    "prometheus-operator/kube-prometheus",
    "main",
    "manifests/setup/0podmonitorCustomResourceDefinition.yaml",
    "manifests/setup/0prometheusruleCustomResourceDefinition.yaml",
    "manifests/setup/0servicemonitorCustomResourceDefinition.yaml",
  ),
  ...from(
    "remediation",
    "medik8s/node-healthcheck-operator",
    "main",
    "config/crd/bases/remediation.medik8s.io_nodehealthchecks.yaml",
  ),
  ...from(
    "remediation",
    "medik8s/self-node-remediation",
    "main",
    "config/crd/bases/self-node-remediation.medik8s.io_selfnoderemediations.yaml",
    "config/crd/bases/self-node-remediation.medik8s.io_selfnoderemediationtemplates.yaml",
  ),
  ...from(
    "remediation",
    "medik8s/fence-agents-remediation",
    "main",
    "config/crd/bases/fence-agents-remediation.medik8s.io_fenceagentsremediations.yaml",
    "config/crd/bases/fence-agents-remediation.medik8s.io_fenceagentsremediationtemplates.yaml",
  ),
  ...from(
    "remediation",
    "medik8s/storage-based-remediation",
    "main",
    "config/crd/bases/storage-based-remediation.medik8s.io_storagebasedremediationconfigs.yaml",
  ),
  ...from(
    "remediation",
    "medik8s/node-maintenance-operator",
    "main",
    "bundle/manifests/nodemaintenance.medik8s.io_nodemaintenances.yaml",
  ),
  ...from("operators", "metallb/metallb-operator", "main", "config/crd/bases/metallb.io_metallbs.yaml"),
  ...from("operators", "nmstate/kubernetes-nmstate", "main", "bundle/manifests/nmstate.io_nmstates.yaml"),
  ...from(
    "operators",
    "operator-framework/api",
    "master",
    "crds/operators.coreos.com_operatorgroups.yaml",
    "crds/operators.coreos.com_subscriptions.yaml",
  ),
  ...from("observability", "rhobs/observability-operator", "main", ...manifests(observability)),
  ...from("observability", "grafana/loki", "main", "operator/config/crd/bases/loki.grafana.com_lokistacks.yaml"),
  ...from(
    "observability",
    "openshift/cluster-logging-operator",
    "master",
    "config/crd/bases/observability.openshift.io_clusterlogforwarders.yaml",
  ),
  ...from("oadp", "openshift/oadp-operator", "oadp-dev", ...manifests([...oadp, ...velero])),
  ...from(
    "inflightoperations",
    "openshift-virtualization/inflightoperations",
    "main",
    "config/crd/bases/ifo.kubevirt.io_operationrulesets.yaml",
  ),
];
