import { readdir, readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { parseAllDocuments } from "yaml";
import { exists } from "../../support/api-servers/etcd.ts";
import { moduleFolder } from "../programs/module-folder.ts";
import { SetupError } from "../programs/setup-error.ts";

/** CustomResourceDefinitions without which a hub is no hub. */
export const requiredCrds = [
  "addondeploymentconfigs.addon.open-cluster-management.io",
  "backupschedules.cluster.open-cluster-management.io",
  "backups.velero.io",
  "backupstoragelocations.velero.io",
  "clusterdeployments.hive.openshift.io",
  "clustermanagementaddons.addon.open-cluster-management.io",
  "clusterversions.config.openshift.io",
  "dataprotectionapplications.oadp.openshift.io",
  "managedclusteraddons.addon.open-cluster-management.io",
  "managedclusters.cluster.open-cluster-management.io",
  "managedclustersets.cluster.open-cluster-management.io",
  "manifestworks.work.open-cluster-management.io",
  "multiclusterengines.multicluster.openshift.io",
  "multiclusterhubs.operator.open-cluster-management.io",
  "multiclusterobservabilities.observability.open-cluster-management.io",
  "restores.cluster.open-cluster-management.io",
  "restores.velero.io",
  "schedules.velero.io",
] as const;

/** Applied where one of the folders has them; a real backup operator wants them all. */
const optionalCrds = [
  "channels.apps.open-cluster-management.io",
  "clusteroperators.config.openshift.io",
  "clusterpools.hive.openshift.io",
  "infrastructures.config.openshift.io",
  "internalhubcomponents.operator.open-cluster-management.io",
  "managedclustersetbindings.cluster.open-cluster-management.io",
  "managedserviceaccounts.authentication.open-cluster-management.io",
  "placementdecisions.cluster.open-cluster-management.io",
  "placements.cluster.open-cluster-management.io",
  "routes.route.openshift.io",
] as const;

/** Files of the CRDs to apply to a hub: for each name the first folder that has it. Folders are searched deeply. */
export async function findCrdFiles(folders: readonly string[]): Promise<readonly string[]> {
  const wanted: ReadonlySet<string> = new Set([...requiredCrds, ...optionalCrds]);
  const found = new Map<string, string>();
  for (const file of await yamlFiles(folders)) {
    const text = await readFile(file, "utf8");
    if (!text.includes("CustomResourceDefinition")) continue;
    // Velero serves all of its own group; of others only what a hub needs. Parsing is dear, so the text is asked first.
    const mentioned = text.includes(".velero.io\n") || [...wanted].some((name) => text.includes(name));
    for (const name of mentioned ? crdNames(text) : []) {
      if ((wanted.has(name) || name.endsWith(".velero.io")) && !found.has(name)) found.set(name, file);
    }
  }
  const missing = requiredCrds.filter((name) => !found.has(name));
  if (missing.length > 0) {
    throw new SetupError({
      id: "HUB-05",
      what: `no file defines ${missing.join(", ")}`,
      why: `searched: ${folders.join(", ")}`,
      fix: "set CRDS_DIR to a folder that holds these CustomResourceDefinitions",
    });
  }
  return [...new Set(found.values())];
}

const handWritten = resolve(import.meta.dirname, "../../sim/crds");

/**
 * Where CRDs are looked for, best first: pinned Go modules, the caller's folders, and for kinds that no module holds
 * those written by hand beside the simulator.
 */
export async function crdFolders(own: readonly string[]): Promise<readonly string[]> {
  return [...(await moduleCrdFolders()), ...own, ...((await exists(handWritten)) ? [handWritten] : [])];
}

/** Folders of pinned Go modules that ship the CRDs of Velero and Open Cluster Management. */
async function moduleCrdFolders(): Promise<readonly string[]> {
  const velero = await moduleFolder("velero", "github.com/vmware-tanzu/velero");
  const management = await moduleFolder("open-cluster-management", "open-cluster-management.io/api");
  return [
    join(velero, "config/crd/v1/bases"),
    join(velero, "config/crd/v2alpha1/bases"),
    ...["addon/v1alpha1", "cluster/v1", "cluster/v1beta1", "cluster/v1beta2", "work/v1"].map((path) =>
      join(management, path),
    ),
  ];
}

async function yamlFiles(folders: readonly string[]): Promise<readonly string[]> {
  const files: string[] = [];
  for (const folder of folders) {
    const entries = await readdir(folder, { recursive: true });
    // Sorted by file name: what is chosen does not depend on the file system.
    const yaml = entries
      .filter((entry) => /\.ya?ml$/.test(entry))
      .sort((a, b) => basename(a).localeCompare(basename(b)));
    files.push(...yaml.map((entry) => join(folder, entry)));
  }
  return files;
}

function crdNames(text: string): readonly string[] {
  return parseAllDocuments(text).flatMap((document) => {
    const value: unknown = document.toJS();
    return isCrd(value) ? [value.metadata.name] : [];
  });
}

function isCrd(value: unknown): value is { readonly metadata: { readonly name: string } } {
  if (typeof value !== "object" || value === null || !("kind" in value) || !("metadata" in value)) return false;
  const { kind, metadata } = value;
  return kind === "CustomResourceDefinition" && typeof metadata === "object" && metadata !== null && "name" in metadata;
}
