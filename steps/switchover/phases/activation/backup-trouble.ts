import { describeStorage, isUsable, type StorageLocation } from "../../acm/backup-storage.ts";
import { describeVelero } from "../hub-reads.ts";

/** What of a hub's backups a restore depends on. */
export interface BackupServices {
  readonly storage: readonly StorageLocation[];
  /** Velero's pods: whether each is Ready. */
  readonly velero: readonly boolean[];
}

/** `; Velero has no pod; storage is Available`; empty while both work. Pure. */
export function troubleOf({ storage, velero }: BackupServices): string {
  const usable = storage.some(isUsable);
  if (usable && velero.some(Boolean)) return "";
  const where = usable
    ? "storage is Available"
    : `storage: ${storage.map(describeStorage).join(", ") || "there is no location"}`;
  return `; ${describeVelero(velero)}; ${where}`;
}
