import { marker } from "../markers/marker-keys.ts";
import { onTheHyperConverged, type UserSetting } from "../markers/user-setting.ts";
import { type ManagedObject, textIn } from "../object/managed-object.ts";
import type { DayZero } from "./desired-state.ts";

/** What the HyperConverged says of an asset's object before there is one: `platform.kubevirt.io/patch.<asset>`. Pure. */
export function dayZeroOf(hco: ManagedObject, asset: string): DayZero {
  const said = (key: string): UserSetting => onTheHyperConverged(key, textIn(hco, "annotations", key) ?? "");
  return { patch: said(`${marker.patch}.${asset}`), ignoreFields: said(`${marker.ignoreFields}.${asset}`) };
}
