import { type JsonObject, member } from "../../lib/json/json.ts";
import { crdVersions } from "../object/crd-versions.ts";

/**
 * The version by which a kind is read and applied: the wanted one where the cluster serves it, otherwise that of storage,
 * which every cluster serves. Older releases of HyperConverged have v1beta1 alone. Pure.
 *
 * @param crd the CustomResourceDefinition of the kind, as the cluster has it
 */
export function servedApiVersion(crd: JsonObject, wanted: string): string {
  const [group = ""] = wanted.split("/");
  const versions = crdVersions(crd);
  const isServed = versions.some(
    (version) => member(version, "served") === true && `${group}/${member(version, "name")}` === wanted,
  );
  const stored = versions.find((version) => member(version, "storage") === true);
  const name = stored === undefined ? undefined : member(stored, "name");
  return isServed || typeof name !== "string" ? wanted : `${group}/${name}`;
}
