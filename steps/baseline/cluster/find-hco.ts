import type { Json } from "../../lib/json/json.ts";
import { baselineError } from "../baseline-error.ts";
import { baselineExit } from "../failure/exit-code.ts";
import type { ManagedObject } from "../object/managed-object.ts";
import type { Cluster } from "./cluster.ts";
import { servesVersion, storageVersion } from "./known-crd.ts";

export const hcoName = "kubevirt-hyperconverged";
export const hcoCrd = "hyperconvergeds.hco.kubevirt.io";
const group = "hco.kubevirt.io";

export type FoundHco =
  | { readonly state: "found"; readonly hco: ManagedObject; readonly apiVersion: string }
  | { readonly state: "absent"; readonly apiVersion: string }
  | { readonly state: "no-crd" };

/** `v1` where the cluster serves it, else what it stores: HyperConverged v1 came with OpenShift Virtualization 4.21. */
async function versionIn(cluster: Cluster): Promise<string | undefined> {
  const crd = await cluster.crd(hcoCrd);
  if (crd.state === "unreadable") {
    throw baselineError(
      "BASE-RUN-01",
      {
        what: `CustomResourceDefinition ${hcoCrd} cannot be read`,
        why: crd.reason,
        fix: "let this account get customresourcedefinitions, and see that the API answers",
      },
      baselineExit.error,
    );
  }
  if (crd.state === "missing") return undefined;
  return servesVersion(crd.definition, "v1") ? "v1" : storageVersion(crd.definition);
}

/** Looks for the HyperConverged that is managed and that says what else is. @throws KubeError; FairleadError BASE-RUN-01 */
export async function findHco(cluster: Cluster, namespace: string): Promise<FoundHco> {
  const version = await versionIn(cluster);
  if (version === undefined) return { state: "no-crd" };
  const apiVersion = `${group}/${version}`;
  const hco = await cluster.find({ apiVersion, kind: "HyperConverged" }, { name: hcoName, namespace });
  return hco === undefined ? { state: "absent", apiVersion } : { state: "found", hco, apiVersion };
}

/** Its generation, where the API counts one. Pure. */
export function generationOf(hco: ManagedObject): { readonly generation?: number } {
  const generation: Json | undefined = hco.metadata["generation"];
  return typeof generation === "number" ? { generation } : {};
}
