import { isJsonArray, isJsonObject, type JsonObject, member, valueAt } from "../../lib/json/json.ts";

/** Host devices of a bus that virtual machines may have. */
export type Bus = "pciHostDevices" | "usbHostDevices";

/** HyperConverged v1 has them among what concerns virtualization, v1beta1 at the top of its spec. */
const places = [
  ["spec", "virtualization", "permittedHostDevices"],
  ["spec", "permittedHostDevices"],
] as const;

/** What a HyperConverged permits of a bus and has not disabled. Pure. */
export function permittedDevices(hco: JsonObject, bus: Bus): readonly JsonObject[] {
  const lists = places.map((place) => valueAt(hco, [...place, bus]));
  return lists
    .flatMap((list) => (isJsonArray(list) ? list : []))
    .filter(isJsonObject)
    .filter((device) => member(device, "disabled") !== true);
}
