import { namedVeleroRestores, type VeleroRestoreSummary } from "../../acm/acm-restore.ts";
import { type BackupSummary, type RestorableType, resolveLatest, restorableTypes } from "../../acm/backup.ts";
import type { AcmRestore } from "../../acm/hub-objects.ts";

const passiveTypes = ["credentials", "resources", "resourcesGeneric"] as const satisfies readonly RestorableType[];

const words: Readonly<Record<RestorableType, string>> = {
  managedClusters: "managed clusters",
  credentials: "credentials",
  resources: "resources",
  resourcesGeneric: "generic resources",
};

/** Newest usable backups of the old hub that the new hub does not see yet. Pure. */
export function notYetVisible(
  onPrimary: readonly BackupSummary[],
  onSecondary: readonly BackupSummary[],
): readonly string[] {
  const visible = new Set(onSecondary.filter((backup) => backup.phase !== "Deleting").map((backup) => backup.name));
  return restorableTypes
    .map((type) => resolveLatest(onPrimary, type)?.name)
    .filter((name): name is string => name !== undefined && !visible.has(name));
}

/**
 * Kinds whose last restored backup is not the one that `latest` would take now, each by itself: the names in the status
 * may belong to different sets. A kind without any backup is left out. Pure.
 *
 * A patch with newer backups pending leaves out ordinary generic objects on ACM 2.13–2.16 and ordinary credentials on
 * 2.11 and 2.12.
 */
export function staleKinds(
  restore: AcmRestore,
  veleroRestores: readonly VeleroRestoreSummary[],
  visible: readonly BackupSummary[],
): readonly string[] {
  const restored = new Map(
    namedVeleroRestores(restore).map(({ kind, name }) => [
      kind,
      veleroRestores.find((candidate) => candidate.name === name)?.backupName ?? "",
    ]),
  );
  return passiveTypes
    .filter((type) => {
      const latest = resolveLatest(visible, type);
      return latest !== undefined && restored.get(type) !== latest.name;
    })
    .map(
      (type) =>
        `${words[type]} (restored ${restored.get(type) || "nothing"}, newest ${resolveLatest(visible, type)?.name})`,
    );
}
