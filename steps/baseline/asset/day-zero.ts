import { marker } from "../markers/marker-keys.ts";
import { type ManagedObject, textsOf } from "../object/managed-object.ts";
import type { DayZero } from "./desired-state.ts";

/** What the HyperConverged says of an asset's object before there is one: `platform.kubevirt.io/patch.<asset>`. Pure. */
export function dayZeroOf(hco: ManagedObject, asset: string): DayZero {
  const annotations = textsOf(hco, "annotations");
  return {
    patch: annotations[`${marker.patch}.${asset}`] ?? "",
    ignoreFields: annotations[`${marker.ignoreFields}.${asset}`] ?? "",
  };
}
