import type { Player, Stage } from "../../player.ts";
import { playBackupSync, playBackups } from "./backups.ts";
import { playRestores } from "./restores.ts";
import { playSchedules } from "./schedules.ts";

// Velero 1.18 where it is played: schedules, one backup at a time, object storage that both hubs share, restores that
// really make objects.

async function playLocations({ world, faults }: Stage): Promise<void> {
  const phase = faults.has("storage-unavailable") ? "Unavailable" : "Available";
  for (const location of world.all("storageLocations")) {
    await world.setStatus("storageLocations", location, {
      phase,
      message: phase === "Available" ? "" : "access denied",
    });
  }
}

export const veleroPlayer: Player = {
  name: "velero",
  async play(stage) {
    if (stage.faults.has("velero-down")) return;
    await playLocations(stage);
    await playSchedules(stage);
    await playBackups(stage);
    if (!stage.faults.has("storage-unavailable")) await playBackupSync(stage);
    await playRestores(stage);
  },
};
