import { marker } from "../markers/marker-keys.ts";
import { type ManagedObject, textIn } from "../object/managed-object.ts";
import type { DayZero } from "./desired-state.ts";

/** What the HyperConverged says of an asset's object before there is one: `platform.kubevirt.io/patch.<asset>`. Pure. */
export function dayZeroOf(hco: ManagedObject, asset: string): DayZero {
  return {
    patch: textIn(hco, "annotations", `${marker.patch}.${asset}`) ?? "",
    ignoreFields: textIn(hco, "annotations", `${marker.ignoreFields}.${asset}`) ?? "",
  };
}
