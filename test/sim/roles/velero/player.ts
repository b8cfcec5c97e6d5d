import type { Player, Stage } from "../../player.ts";
import { isStorageLost } from "../../storage.ts";
import { playBackupSync, playBackups } from "./backups.ts";
import { playRestores } from "./restores.ts";
import { playSchedules } from "./schedules.ts";

// Velero 1.18 where it is played: schedules, one backup at a time, object storage that both hubs share, restores that
// really make objects.

async function playLocations(stage: Stage): Promise<void> {
  const phase = isStorageLost(stage) ? "Unavailable" : "Available";
  for (const location of stage.world.all("storageLocations")) {
    await stage.world.setStatus("storageLocations", location, {
      phase,
      message: phase === "Available" ? "" : "access denied",
    });
  }
}

async function playSync(stage: Stage): Promise<void> {
  if (!isStorageLost(stage)) await playBackupSync(stage);
}

const parts = [playLocations, playSchedules, playBackups, playSync, playRestores];

export const veleroPlayer: Player = {
  name: "velero",
  async play(stage) {
    for (const part of parts) {
      // It may go down in the middle.
      if (stage.faults.has("velero-down")) return;
      await part(stage);
    }
  },
};
