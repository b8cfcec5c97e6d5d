import type { Stage } from "./player.ts";
import { activates } from "./roles/restores/names.ts";

/** Whether the storage location of this hub is played as lost. */
export function isStorageLost({ faults, world }: Stage): boolean {
  if (faults.has("storage-lost-at-activation") && world.all("restores").some(activates)) {
    faults.inject({ kind: "storage-unavailable" });
    faults.clear("storage-lost-at-activation");
  }
  return faults.has("storage-unavailable");
}
