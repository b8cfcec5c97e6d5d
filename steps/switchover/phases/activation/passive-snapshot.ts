import { annotation } from "../../acm/constants.ts";
import type { AcmRestore } from "../../acm/hub-objects.ts";
import type { ArchivedRestore, OperationMemory, RestoreSnapshot } from "../../state/operation-memory.ts";

const notCopied: ReadonlySet<string> = new Set([annotation.syncRequest, annotation.lastApplied]);

/** Name, labels, annotations and spec of a Restore: enough to make it anew. `undefined` for one without a spec. Pure. */
export function snapshotOf(restore: AcmRestore): RestoreSnapshot | undefined {
  const { metadata, spec } = restore;
  if (spec === undefined) {
    return undefined;
  }
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([key]) => !notCopied.has(key));
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? "",
    labels: metadata.labels ?? {},
    annotations: Object.fromEntries(annotations),
    spec: { ...spec, veleroManagedClustersBackupName: "skip" },
  };
}

/** The Restore of a snapshot, ready to create. Managed clusters are `skip`: it must not activate anything. Pure. */
export function restoreFrom(snapshot: RestoreSnapshot): AcmRestore {
  const { name, namespace, labels, annotations, spec } = snapshot;
  return {
    apiVersion: "cluster.open-cluster-management.io/v1beta1",
    kind: "Restore",
    metadata: { name, namespace, labels, annotations },
    spec: { ...spec, veleroManagedClustersBackupName: "skip" },
  };
}

const messageKept = 2000;

/** Without `status.messages`, which are one per cluster. */
function archivedOf({ metadata, spec, status = {} }: AcmRestore, at: string): Required<ArchivedRestore> {
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? "",
    uid: metadata.uid ?? "",
    resource_version: metadata.resourceVersion ?? "",
    generation: metadata.generation ?? null,
    creation_timestamp: metadata.creationTimestamp ?? "",
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
    owner_references: metadata.ownerReferences ?? [],
    archived_at: at,
    velero_backups: namedBackups(spec),
    sync_restore_with_new_backups: spec?.syncRestoreWithNewBackups === true,
    restore_sync_interval: spec?.restoreSyncInterval ?? "",
    cleanup_before_restore: spec?.cleanupBeforeRestore ?? "",
    ...ending(status),
    spec: spec ?? null,
  };
}

function ending(status: NonNullable<AcmRestore["status"]>) {
  return {
    phase: status.phase ?? "",
    last_message: (status.lastMessage ?? "").slice(0, messageKept),
    velero_managed_clusters_restore_name: status.veleroManagedClustersRestoreName ?? "",
    velero_credentials_restore_name: status.veleroCredentialsRestoreName ?? "",
    velero_resources_restore_name: status.veleroResourcesRestoreName ?? "",
  };
}

function namedBackups(spec: AcmRestore["spec"]): Required<ArchivedRestore>["velero_backups"] {
  if (spec === undefined) return {};
  const { veleroManagedClustersBackupName, veleroCredentialsBackupName, veleroResourcesBackupName } = spec;
  return { veleroManagedClustersBackupName, veleroCredentialsBackupName, veleroResourcesBackupName };
}

/** Adds a Restore to the archive, once by uid: a retry never overwrites what the first attempt saw. Pure. */
export function archive(memory: OperationMemory, restores: readonly AcmRestore[], at: string): OperationMemory {
  const known = new Set((memory.archived_restores ?? []).map((entry) => entry.uid));
  const added: readonly ArchivedRestore[] = restores
    .filter((restore) => !known.has(restore.metadata.uid ?? ""))
    .map((restore) => archivedOf(restore, at));
  return { ...memory, archived_restores: [...(memory.archived_restores ?? []), ...added] };
}

/** This operation deleted the passive Restore of its snapshot: it may make it anew. Pure. */
export function hasRemovedPassive(memory: OperationMemory): boolean {
  const { passive_snapshot: snapshot, archived_restores: archived = [] } = memory;
  return snapshot !== undefined && archived.some((entry) => entry.name === snapshot.name);
}
