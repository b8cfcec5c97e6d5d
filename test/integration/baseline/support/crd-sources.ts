import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { type CrdSource, crdSources } from "../../../../steps/baseline/crds/sources.ts";
import type { UpstreamFile } from "./crd-upstream.ts";

const folder = join(import.meta.dirname, "../../../fixtures/baseline/crds");

/** Files of the collection by which assets are judged, and the reduced CRDs that stand for them. */
const reduced: Readonly<Record<string, string>> = {
  "hco00.crd.yaml": "hyperconvergeds.hco.kubevirt.io",
  "kube-descheduler-operator.crd.yaml": "kubedeschedulers.operator.openshift.io.4.21",
  "kube-descheduler-operator-4.17.crd.yaml": "kubedeschedulers.operator.openshift.io.4.17",
  "kube-descheduler-operator-4.19.crd.yaml": "kubedeschedulers.operator.openshift.io.4.19",
  "kube-descheduler-operator-4.21.crd.yaml": "kubedeschedulers.operator.openshift.io.4.21",
  "forklift.konveyor.io_forkliftcontrollers.yaml": "forkliftcontrollers.forklift.konveyor.io",
  "cdi.kubevirt.io_storageprofiles.yaml": "storageprofiles.cdi.kubevirt.io",
  "0000_80_machine-config_01_machineconfigs.crd.yaml": "machineconfigs.machineconfiguration.openshift.io",
  "0000_80_machine-config_01_kubeletconfigs-Default.crd.yaml": "kubeletconfigs.machineconfiguration.openshift.io",
  "0000_10_config-operator_01_infrastructures-Default.crd.yaml": "infrastructures.config.openshift.io",
  "0000_10_config-operator_01_schedulers-SelfManagedHA-Default.crd.yaml": "schedulers.config.openshift.io",
  "0000_03_config-operator_01_securitycontextconstraints.crd.yaml": "securitycontextconstraints.security.openshift.io",
  "0podmonitorCustomResourceDefinition.yaml": "podmonitors.monitoring.coreos.com",
  "0prometheusruleCustomResourceDefinition.yaml": "prometheusrules.monitoring.coreos.com",
  "0servicemonitorCustomResourceDefinition.yaml": "servicemonitors.monitoring.coreos.com",
  "remediation.medik8s.io_nodehealthchecks.yaml": "nodehealthchecks.remediation.medik8s.io",
  "fence-agents-remediation.medik8s.io_fenceagentsremediationtemplates.yaml":
    "fenceagentsremediationtemplates.fence-agents-remediation.medik8s.io",
  "storage-based-remediation.medik8s.io_storagebasedremediationconfigs.yaml":
    "storagebasedremediationconfigs.storage-based-remediation.medik8s.io",
  "metallb.io_metallbs.yaml": "metallbs.metallb.io",
  "operators.coreos.com_subscriptions.yaml": "subscriptions.operators.coreos.com",
  "observability.openshift.io_uiplugins.yaml": "uiplugins.observability.openshift.io",
  "perses.dev_persesdashboards.yaml": "persesdashboards.perses.dev",
  "perses.dev_persesdatasources.yaml": "persesdatasources.perses.dev",
  "loki.grafana.com_lokistacks.yaml": "lokistacks.loki.grafana.com",
  "observability.openshift.io_clusterlogforwarders.yaml": "clusterlogforwarders.observability.openshift.io",
  "ifo.kubevirt.io_operationrulesets.yaml": "operationrulesets.ifo.kubevirt.io",
};

/** A CRD of a kind that no asset has. */
function otherCrd(index: number): string {
  const [kind, plural, group] = [`Other${index}`, `other${index}s`, "other.example.com"];
  const versions = [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }];
  return stringify({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: { group, names: { kind, plural }, scope: "Cluster", versions },
  });
}

function fileName({ file }: CrdSource): string {
  return file.split("/")[1] ?? "";
}

/** A file of a repository that the collection takes. */
export interface CollectedFile extends UpstreamFile {
  readonly source: CrdSource;
}

/** What the repositories of all sources have in a test. */
export async function upstreamFiles(): Promise<readonly CollectedFile[]> {
  return await Promise.all(
    crdSources.map(async (source, index) => {
      const fixture = reduced[fileName(source)];
      const text = fixture === undefined ? otherCrd(index) : await readFile(join(folder, `${fixture}.yaml`), "utf8");
      return { source, text };
    }),
  );
}

/** The source of a file by its name. @throws Error where the collection has none */
export function sourceOf(name: string): CrdSource {
  const found = crdSources.find((source) => fileName(source) === name);
  if (found === undefined) throw new Error(`the collection has no ${name}`);
  return found;
}
