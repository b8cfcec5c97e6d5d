import { catalogSchema } from "../../../../steps/baseline/catalog/catalog.schema.ts";
import { type LoadedAssets, loadAssets } from "../../../../steps/baseline/catalog/load-assets.ts";
import { shippedAssets } from "../../../../steps/baseline/catalog/shipped-assets.ts";
import type { ManagedObject } from "../../../../steps/baseline/object/managed-object.ts";
import { compileValidator } from "../../../../steps/lib/schema/compile-validator.ts";

/** The assets that come with the program. */
export async function shipped(): Promise<LoadedAssets> {
  return loadAssets(await shippedAssets(), await compileValidator(catalogSchema));
}

/** A HyperConverged that opts in, with these annotations below `platform.kubevirt.io/`. */
export function optedIn(annotations: Readonly<Record<string, string>> = {}, version = "v1"): ManagedObject {
  const long = Object.entries({ autopilot: "true", ...annotations }).map(([key, value]) => [
    `platform.kubevirt.io/${key}`,
    value,
  ]);
  return {
    apiVersion: `hco.kubevirt.io/${version}`,
    kind: "HyperConverged",
    metadata: {
      name: "kubevirt-hyperconverged",
      namespace: "openshift-cnv",
      annotations: Object.fromEntries(long),
    },
    spec: {},
  };
}
