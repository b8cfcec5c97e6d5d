import type { Player } from "../player.ts";

const owners = ["backupSchedules", "restores", "veleroSchedules"] as const;
const owned = ["veleroSchedules", "veleroRestores", "veleroBackups"] as const;

/** Garbage collection, where no controller-manager does it: what an object owned goes with it. */
export const garbagePlayer: Player = {
  name: "garbage",
  async play({ world, faults }) {
    if (faults.has("garbage-stays")) return;
    const alive = new Set(owners.flatMap((kind) => world.all(kind)).map((owner) => owner.metadata.uid));
    for (const kind of owned) {
      for (const object of world.all(kind)) {
        const owner = object.metadata.ownerReferences?.[0];
        const gone = owner !== undefined && !alive.has(owner.uid);
        if (gone && object.metadata.deletionTimestamp === undefined) await world.remove(kind, object);
      }
    }
  },
};
