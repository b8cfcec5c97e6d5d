import { describeStorage } from "../acm/backup-storage.ts";
import { mapReading, type Reading, valueOr } from "../preflight/reading.ts";
import { type BackupState, backupState, type RestoreState, restoreState } from "./hub-facts.ts";
import { decideRole, type HubRole } from "./hub-role.ts";
import type { KnownContext, ServerContexts } from "./known-contexts.ts";
import type { HubSnapshot } from "./observe-hub.ts";
import type { Probe } from "./probe.ts";

/** A hub for people and programs. Field names are a contract. Texts are empty where a fact could not be read. */
export interface DiscoveredHub extends ServerContexts {
  readonly role: HubRole;
  readonly why: string;
  /** What could not be read, and what somebody should look at. */
  readonly warnings: readonly string[];
  /** The context that the facts were read with. */
  readonly used: KnownContext;
  readonly id: string;
  readonly acmVersion: string;
  readonly openShiftVersion: string;
  readonly kubernetesVersion: string;
  readonly backup: BackupState | undefined;
  readonly restore: RestoreState | undefined;
  readonly storage: readonly string[];
  /** -1 where the clusters could not be listed. */
  readonly clusters: { readonly available: number; readonly total: number };
}

/** Pure. */
export function describeHub(probe: Probe & { readonly state: "hub" }): DiscoveredHub {
  const { snapshot, server, contexts, used, kubernetesVersion } = probe;
  const backup = valueOr(mapReading(snapshot.schedules, backupState), undefined);
  const restore = valueOr(mapReading(snapshot.restores, restoreState), undefined);
  const fleet = valueOr(snapshot.fleet, undefined);
  const available = fleet?.filter((cluster) => cluster.available).length ?? -1;
  const verdict =
    backup === undefined || restore === undefined
      ? { role: "unknown" as const, why: "its backups or Restores could not be read", doubtful: false }
      : decideRole({ backup: backup.state, restore: restore.state, availableClusters: available });
  return {
    server,
    contexts,
    used,
    role: verdict.role,
    why: verdict.why,
    warnings: [...(verdict.doubtful ? [verdict.why] : []), ...unread(snapshot)],
    id: valueOr(snapshot.id, ""),
    acmVersion: valueOr(snapshot.acmVersion, ""),
    openShiftVersion: valueOr(snapshot.openShiftVersion, ""),
    kubernetesVersion,
    backup,
    restore,
    storage: valueOr(snapshot.storage, []).map(describeStorage),
    clusters: { available, total: fleet?.length ?? -1 },
  };
}

function unread(snapshot: HubSnapshot): readonly string[] {
  const readings: readonly Reading<unknown>[] = Object.values(snapshot);
  const texts = readings.flatMap((reading) =>
    reading.state === "unread" ? [`${reading.text.what}: ${reading.text.why}`] : [],
  );
  return [...new Set(texts)];
}
