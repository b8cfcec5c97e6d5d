import { namedVeleroRestores, type VeleroRestoreSummary } from "../../acm/acm-restore.ts";
import { type AcmVersion, needsTwoStageRestore } from "../../acm/acm-version.ts";
import { type BackupSummary, resolveLatest } from "../../acm/backup.ts";
import { pinBackups } from "../../acm/backup-family.ts";
import { restoreName } from "../../acm/constants.ts";
import type { AcmRestore } from "../../acm/hub-objects.ts";
import type { LastRestored, RestoreOrder } from "../../state/operation-memory.ts";

/** What decides the names in a Restore that is created for the activation. */
export interface OrderInput {
  readonly method: "passive" | "full";
  readonly version: AcmVersion;
  readonly pinBackup: boolean;
  /** Backups visible on the new hub. */
  readonly visible: readonly BackupSummary[];
  /** Backups that the new hub restored last, where that is known. */
  readonly lastRestored: LastRestored | undefined;
  /** The first of two stages has ended; `lastRestored` is what it restored. */
  readonly dataIsRestored: boolean;
}

export type OrderDecision =
  | { readonly state: "decided"; readonly order: RestoreOrder; readonly warning?: string }
  | { readonly state: "impossible"; readonly why: string };

/** The backups that the Velero Restores in the status of a Restore were made from; absent where it names none. Pure. */
export function lastRestoredOf(restore: AcmRestore, veleroRestores: readonly VeleroRestoreSummary[]): LastRestored {
  const backupOf = (kind: "credentials" | "resources"): string | undefined => {
    const named = namedVeleroRestores(restore).find((entry) => entry.kind === kind)?.name;
    const backup = veleroRestores.find((one) => one.name === named)?.backupName ?? "";
    return backup === "" ? undefined : backup;
  };
  const credentials = backupOf("credentials");
  const resources = backupOf("resources");
  return { ...(credentials === undefined ? {} : { credentials }), ...(resources === undefined ? {} : { resources }) };
}

/** All three `latest`, or those of one set: never `skip` beside the managed clusters, which activates nothing or loses tokens. */
function pinnedOrLatest(
  input: OrderInput,
  name: string,
  managedClusters: string,
): Extract<OrderDecision, { state: "decided" }> {
  const order = (names: RestoreOrder["names"]): RestoreOrder => ({
    stage: "activation",
    restoreName: name,
    names,
    expectedManagedClustersBackup: managedClusters,
  });
  const latest = order({ managedClusters: "latest", credentials: "latest", resources: "latest" });
  if (!input.pinBackup) return { state: "decided", order: latest };
  const started = input.visible.find((backup) => backup.name === input.lastRestored?.credentials)?.startedAt;
  const pinning = pinBackups({
    visible: input.visible,
    ...(started === undefined ? {} : { restoredCredentialsStart: started }),
  });
  if (pinning.kind === "latest") {
    return { state: "decided", order: latest, warning: `the Restore names latest instead of backups: ${pinning.why}` };
  }
  const { credentials, resources } = pinning.family;
  return {
    state: "decided",
    order: order({ managedClusters: pinning.family.managedClusters, credentials, resources }),
  };
}

/**
 * To ACM 2.12 named credentials bring only what belongs to the activation, and the cleanup then deletes what another
 * backup brought: only the very backups that were restored last leave the tokens of the clusters alone.
 */
function asLastRestored(input: OrderInput, managedClusters: string): OrderDecision {
  const { credentials, resources } = input.lastRestored ?? {};
  if (credentials === undefined || resources === undefined) {
    const kind = credentials === undefined ? "credentials" : "resources";
    return { state: "impossible", why: `it cannot be told which ${kind} backup the new hub restored last` };
  }
  return {
    state: "decided",
    order: {
      stage: "activation",
      restoreName: restoreName.activate,
      names: { managedClusters, credentials, resources },
      expectedManagedClustersBackup: managedClusters,
    },
  };
}

/**
 * Which Restore activates the clusters and what it names. Pure.
 *
 * On ACM 2.11 and 2.12 a full Restore leaves out ordinary credentials and import tokens when managed clusters are named,
 * so that the data comes first (managed clusters `skip`) and the activation second.
 */
export function decideOrder(input: OrderInput): OrderDecision {
  const expected = resolveLatest(input.visible, "managedClusters");
  if (expected === undefined) {
    return { state: "impossible", why: "the new hub sees no backup of the managed clusters" };
  }
  const twoStages = needsTwoStageRestore(input.version);
  if (input.method === "passive") {
    return twoStages
      ? asLastRestored(input, expected.name)
      : pinnedOrLatest(input, restoreName.activate, expected.name);
  }
  if (!twoStages) return pinnedOrLatest(input, restoreName.full, expected.name);
  if (input.dataIsRestored) return asLastRestored(input, expected.name);
  const decided = pinnedOrLatest(input, restoreName.full, expected.name);
  const { order } = decided;
  return { ...decided, order: { ...order, stage: "data", names: { ...order.names, managedClusters: "skip" } } };
}

/** Whether every backup that the order names is still there. Pure. */
export function isFulfillable({ names }: RestoreOrder, visible: readonly BackupSummary[]): boolean {
  const present = new Set(visible.filter((backup) => backup.phase !== "Deleting").map((backup) => backup.name));
  return Object.values(names).every((name) => name === "latest" || name === "skip" || present.has(name));
}
