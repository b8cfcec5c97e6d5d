import type { Json } from "../../lib/json/json.ts";
import { baselineError } from "../baseline-error.ts";
import { baselineExit } from "../failure/exit-code.ts";
import { servedApiVersion } from "../hco/served-version.ts";
import type { ManagedObject } from "../object/managed-object.ts";
import type { Cluster } from "./cluster.ts";

export const hcoName = "kubevirt-hyperconverged";
export const hcoCrd = "hyperconvergeds.hco.kubevirt.io";
const wanted = "hco.kubevirt.io/v1";

export type FoundHco =
  | { readonly state: "found"; readonly hco: ManagedObject; readonly apiVersion: string }
  | { readonly state: "absent"; readonly apiVersion: string }
  | { readonly state: "no-crd" };

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
      crd.error,
    );
  }
  if (crd.state === "missing") return undefined;
  return servedApiVersion(crd.definition, wanted);
}

/** Looks for the HyperConverged that is managed and that says what else is. @throws KubeError; FairleadError BASE-RUN-01 */
export async function findHco(cluster: Cluster, namespace: string): Promise<FoundHco> {
  const apiVersion = await versionIn(cluster);
  if (apiVersion === undefined) return { state: "no-crd" };
  const hco = await cluster.find({ apiVersion, kind: "HyperConverged" }, { name: hcoName, namespace });
  return hco === undefined ? { state: "absent", apiVersion } : { state: "found", hco, apiVersion };
}

/** Its generation, where the API counts one. Pure. */
export function generationOf(hco: ManagedObject): { readonly generation?: number } {
  const generation: Json | undefined = hco.metadata["generation"];
  return typeof generation === "number" ? { generation } : {};
}
