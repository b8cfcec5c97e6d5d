import type { FairleadError } from "../../../lib/errors/fairlead-error.ts";
import type { Action, StepPlan } from "../../../lib/phase/types.ts";
import { findPassiveRestore } from "../../acm/acm-restore.ts";
import { resolveLatest } from "../../acm/backup.ts";
import type { StorageLocation } from "../../acm/backup-storage.ts";
import { labelsOf, projectSelected } from "../../acm/cluster-selector.ts";
import { annotation, restoreName } from "../../acm/constants.ts";
import type { AcmRestore } from "../../acm/hub-objects.ts";
import { type ManagedClusterSummary, splitFleet } from "../../acm/managed-cluster.ts";
import { acmRestores, managedClusters } from "../../acm/resources.ts";
import type { ClusterSelection, OperationMemory } from "../../state/operation-memory.ts";
import { switchoverError } from "../../switchover-error.ts";
import { backupsOf, restoresOf, storageOf, veleroRestoresOf } from "../hub-reads.ts";
import { removeRestores } from "../restore-removal.ts";
import { type BothHubsContext, ms, oldHubStep } from "../switchover-context.ts";
import { waitUntilStorage } from "./before-activation.ts";
import { appliedAtOf, inTheWay, probe, type RestoreWorld, removalFactor, standingRestore } from "./create-restore.ts";
import { recreatePassive } from "./recreate-passive.ts";
import { tellRefusal } from "./refused-write.ts";
import { lastRestoredOf } from "./restore-order.ts";

// The first clusters move alone, through a Restore whose labels leave the others out.

type Plan = StepPlan<OperationMemory>;
type Actions = readonly Action<OperationMemory>[];

/** What the rounds look at. */
export interface SelectionWorld extends RestoreWorld {
  readonly storage: readonly StorageLocation[];
  /** Of the old hub. */
  readonly clusters: readonly ManagedClusterSummary[];
}

/**
 * Managed clusters only: what else the labels fit would come alone. Without a cleanup, as one that goes by so narrow a
 * restore takes the credentials that an earlier one brought (to ACM 2.16). `latest`, since to 2.16 a named backup beside
 * `skip` activates nothing.
 */
function bodyOf({ marker, restoreName: name, selector }: ClusterSelection, namespace: string): AcmRestore {
  return {
    apiVersion: "cluster.open-cluster-management.io/v1beta1",
    kind: "Restore",
    metadata: { name, namespace, annotations: { [annotation.activation]: marker } },
    spec: {
      cleanupBeforeRestore: "None",
      veleroManagedClustersBackupName: "latest",
      veleroCredentialsBackupName: "skip",
      veleroResourcesBackupName: "skip",
      labelSelector: { matchLabels: labelsOf(selector) },
    },
  };
}

function replace(world: SelectionWorld, selection: ClusterSelection, context: BothHubsContext): Actions {
  const old = inTheWay(world.restores, context.memory());
  const timeoutMs = ms(context.tuning.restoreDeleteWait * removalFactor);
  const { restoreName: name, clusters, selector } = selection;
  return [
    ...(old.length === 0 ? [] : removeRestores(context, "secondary", old, { timeoutMs })),
    {
      kind: "write",
      change: {
        target: "secondary",
        resource: acmRestores,
        ref: { name, namespace: context.namespaces.backup },
        summary: `activate ${clusters.length} clusters first (create Restore ${name}: managed clusters latest with ${selector})`,
        verb: "create",
        body: bodyOf(selection, context.namespaces.backup),
      },
    },
  ];
}

function nothingSelected(selector: string): FairleadError {
  return switchoverError("SW-SEL-03", {
    what: "no cluster of the old hub is there to move first",
    why: `no joined cluster carries the labels ${selector}`,
    fix: "label the clusters that shall move first, make a backup, then resume; nothing was activated",
  });
}

function noBackup(): FairleadError {
  return switchoverError("SW-SEL-04", {
    what: "the new hub sees no backup of the managed clusters to move the first ones from",
    why: "`latest` would restore nothing",
    fix: "make a backup on the old hub, wait until it is synced, then resume; nothing was activated",
  });
}

function decide(world: SelectionWorld, selector: string, context: BothHubsContext): Plan {
  const clusters = world.clusters.filter((one) => one.selected === true && one.joined).map(({ name }) => name);
  if (clusters.length === 0) return { state: "refused", error: nothingSelected(selector) };
  const expected = resolveLatest(world.backups, "managedClusters");
  if (expected === undefined) return { state: "refused", error: noBackup() };
  const waiting = waitUntilStorage(world.storage, context);
  if (waiting !== undefined) return waiting;
  const selection: ClusterSelection = {
    selector,
    clusters,
    restoreName: restoreName.selected,
    marker: `${context.hubs.primary.id} selected ${new Date(context.clock.now()).toISOString()}`,
    expectedManagedClustersBackup: expected.name,
  };
  const passive = findPassiveRestore(world.restores);
  // The Restore of the others is decided when the passive one is gone.
  const last = passive === undefined ? {} : lastRestoredOf(passive, world.veleroRestores);
  return {
    state: "act",
    note: `move ${clusters.length} clusters first, through Restore ${selection.restoreName}`,
    actions: [
      ...probe(passive, context),
      {
        kind: "remember",
        note: `this operation moves ${clusters.length} clusters first`,
        update: (memory) => ({ ...memory, selection, last_restored: { ...memory.last_restored, ...last } }),
      },
      ...replace(world, selection, context),
      ...(context.dryRun.enabled ? [seen(selection, { restoreUid: "", appliedAt: context.clock.now() })] : []),
    ],
    afterwards: "plan-again",
  };
}

function seen(
  selection: ClusterSelection,
  found: Required<Pick<ClusterSelection, "restoreUid" | "appliedAt">>,
): Action<OperationMemory> {
  return {
    kind: "remember",
    note: `Restore ${selection.restoreName} moves the first clusters`,
    update: (memory) => ({ ...memory, selection: { ...selection, ...found } }),
  };
}

function recognise(own: AcmRestore, selection: ClusterSelection): Plan {
  const { uid = "", name } = own.metadata;
  if (selection.restoreUid === uid) return { state: "done", note: `Restore ${name} is created` };
  return {
    state: "act",
    note: `Restore ${name} is created`,
    actions: [seen(selection, { restoreUid: uid, appliedAt: appliedAtOf(own) })],
    afterwards: "done",
  };
}

/** One round towards the Restore of the first clusters, from what is seen now. Pure. */
export function planSelectedClusters(world: SelectionWorld, selector: string, context: BothHubsContext): Plan {
  const { selection } = context.memory();
  const own = standingRestore(world.restores, selection);
  if (selection !== undefined && own !== undefined) return recognise(own, selection);
  if (selection === undefined) return decide(world, selector, context);
  return {
    state: "act",
    note: `create Restore ${selection.restoreName}`,
    actions: replace(world, selection, context),
    afterwards: "plan-again",
  };
}

/** The point of no return for the first clusters; the others stay with the old hub until these are connected. */
export const activateSelectedClusters = oldHubStep<SelectionWorld>({
  name: "activate_selected_clusters",
  title: "Activate the first clusters on the new hub",
  onResume: "trust-record",
  skip: ({ settings }) => (settings.clusterSelector === undefined ? "all clusters move at once" : undefined),
  async read(context) {
    const { signal, settings } = context;
    const project = projectSelected(settings.clusterSelector);
    const [restores, veleroRestores, backups, storage, listed] = await Promise.all([
      restoresOf.once(context, "secondary"),
      veleroRestoresOf.once(context, "secondary"),
      backupsOf.once(context, "secondary"),
      storageOf.once(context, "secondary"),
      context.clients.primary.list(managedClusters, {}, { signal, project }),
    ]);
    return { restores, veleroRestores, backups, storage, clusters: splitFleet(listed.items).clusters };
  },
  plan: (world, context) => planSelectedClusters(world, context.settings.clusterSelector ?? "", context),
  onFailure: async (error, context) => [...tellRefusal(error), ...(await recreatePassive(context))],
});
