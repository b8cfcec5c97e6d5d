import type { FairleadError } from "../../../lib/errors/fairlead-error.ts";
import type { Action, StepPlan, Wait } from "../../../lib/phase/types.ts";
import { waitOn } from "../../../lib/phase/types.ts";
import type { VeleroRestoreSummary } from "../../acm/acm-restore.ts";
import { importsOnlyOnce } from "../../acm/acm-version.ts";
import { annotation, importStrategy } from "../../acm/constants.ts";
import type { AcmRestore } from "../../acm/hub-objects.ts";
import type { ImportStrategy } from "../../acm/import-strategy.ts";
import { type ManagedClusterSummary, splitFleet } from "../../acm/managed-cluster.ts";
import { nameList } from "../../preflight/name-list.ts";
import type { Activation, ClusterSelection, OperationMemory } from "../../state/operation-memory.ts";
import { switchoverError } from "../../switchover-error.ts";
import { annotateClusters, requestImport } from "../annotate-clusters.ts";
import { importStrategyOf, strategyWarnings } from "../auto-import-strategy.ts";
import { clustersOf, fleetOf, restoresOf, veleroRestoresOf } from "../hub-reads.ts";
import { type Connection, connection } from "../post-activation/connection.ts";
import { ms, type SwitchoverContext, switchoverStep } from "../switchover-context.ts";
import { untilEnded } from "./activation-wait.ts";
import { judgeActivation } from "./judge-activation.ts";
import { stopActivation } from "./stop-activation.ts";
import { isForGood, readFailed, withAbandoned } from "./take-back.ts";

// The others move only when the first clusters are connected. Until then a rollback gives all back to the old hub.

type Plan = StepPlan<OperationMemory>;
type Actions = readonly Action<OperationMemory>[];

/** Of the new hub. */
export interface SelectedWorld {
  readonly restores: readonly AcmRestore[];
  readonly veleroRestores: readonly VeleroRestoreSummary[];
  readonly fleet: readonly ManagedClusterSummary[];
  readonly strategy: ImportStrategy;
}

function activationOf(selection: ClusterSelection): Activation {
  const { restoreName, restoreUid = "", expectedManagedClustersBackup, appliedAt = 0 } = selection;
  return { restoreName, restoreUid, expectedManagedClustersBackup, appliedAt };
}

/** How far the first clusters have come; those that were offline before are not waited for. Pure. */
function connectionOf(
  fleet: readonly ManagedClusterSummary[],
  { clusters }: ClusterSelection,
  { cluster_baseline: baseline }: OperationMemory,
): Connection {
  const names = new Set(clusters);
  return connection(
    fleet.filter(({ name }) => names.has(name)),
    baseline?.filter(({ name }) => names.has(name)),
  );
}

function notArrived(missing: readonly string[], { selector }: ClusterSelection): FairleadError {
  return switchoverError("SW-SEL-05", {
    what: `${missing.length} of the first clusters did not arrive on the new hub`,
    why: `missing: ${nameList(missing)}; in the backup they do not carry the labels ${selector}`,
    fix: "use rollback to return to the old hub, make a backup and start again; the other clusters were not moved",
  });
}

function notConnected(why: string): FairleadError {
  return switchoverError(
    "SW-SEL-06",
    {
      what: "the first clusters did not connect to the new hub",
      why,
      fix: "the other clusters were not moved: look at the klusterlet and the import token of those named above and resume, or use rollback to return to the old hub",
    },
    "timeout",
  );
}

function nothingRecorded(): FairleadError {
  return switchoverError(
    "SW-SEL-07",
    {
      what: "nothing is recorded about the clusters that move first",
      why: "the state file names no Restore of theirs",
      fix: "use rollback to return to the old hub",
    },
    "refused",
  );
}

function untilConnected(selection: ClusterSelection, context: SwitchoverContext): Wait {
  const { clusterInitialWait, clusterWait, clusterPoll } = context.tuning;
  return waitOn({
    title: "waiting until the first clusters are connected to the new hub",
    sources: { clusters: clustersOf.live(context, "secondary") },
    decide: ({ clusters }) => {
      const now = connectionOf(splitFleet(clusters).clusters, selection, context.memory());
      const note = `${now.connected} of ${now.required} first clusters connected`;
      return now.pending.length === 0
        ? { state: "done", note }
        : { state: "pending", note: `${note}; waiting for ${nameList(now.pending)}` };
    },
    timeoutMs: ms(clusterInitialWait + clusterWait),
    pollMs: ms(clusterPoll),
    onTimeout: notConnected,
  });
}

/** A leftover annotation would prevent the connection; from ACM 2.14 a hub imports only when asked to. Pure. */
function askForImport(world: SelectedWorld, selection: ClusterSelection, context: SwitchoverContext): Actions {
  const names = new Set(selection.clusters);
  const open = world.fleet.filter((cluster) => names.has(cluster.name) && !cluster.available);
  const held = open.filter((cluster) => cluster.disableAutoImport !== undefined).map(({ name }) => name);
  const asks = importsOnlyOnce(context.hubs.secondary.version) && world.strategy.value !== importStrategy.sync;
  const doubts = asks ? strategyWarnings(world.strategy, "secondary") : [];
  return [
    ...doubts.map((message) => ({ kind: "warn", message }) as const),
    ...(held.length === 0
      ? []
      : [
          annotateClusters(
            { hub: "secondary", key: annotation.disableAutoImport, title: "enable auto-import", value: null },
            held,
          ),
        ]),
    ...(asks ? requestImport("secondary", open) : []),
  ];
}

function planConnection(world: SelectedWorld, selection: ClusterSelection, context: SwitchoverContext): Plan {
  const present = new Set(world.fleet.map(({ name }) => name));
  const missing = selection.clusters.filter((name) => !present.has(name));
  if (missing.length > 0) return { state: "refused", error: notArrived(missing, selection) };
  const now = connectionOf(world.fleet, selection, context.memory());
  if (now.pending.length > 0) {
    return {
      state: "act",
      note: `wait for ${now.pending.length} first clusters`,
      actions: [...askForImport(world, selection, context), { kind: "wait", wait: untilConnected(selection, context) }],
      afterwards: "plan-again",
    };
  }
  const offline = now.offline.length === 0 ? [] : [`offline before and after: ${nameList(now.offline)}`];
  const chosen = new Set(selection.clusters);
  const known = new Set((context.memory().cluster_baseline ?? []).map(({ name }) => name));
  const others = world.fleet.map(({ name }) => name).filter((name) => known.has(name) && !chosen.has(name));
  const further = `on the new hub too, as the backup has other labels or they were there before: ${nameList(others)}`;
  return {
    state: "done",
    note: `${now.connected} of ${now.required} first clusters connected; the others follow`,
    warnings: [...offline, ...(others.length === 0 ? [] : [further])],
  };
}

/** One round towards connected first clusters, from what is seen now. Pure. */
export function planSelectedConnection(world: SelectedWorld, context: SwitchoverContext): Plan {
  const { selection } = context.memory();
  if (selection === undefined) return { state: "refused", error: nothingRecorded() };
  const activation = activationOf(selection);
  const restore = world.restores.find(({ metadata }) => metadata.uid === activation.restoreUid);
  const { allowPartialRestore: allowPartial } = context.settings;
  const judged =
    restore === undefined
      ? undefined
      : judgeActivation({ restore, veleroRestores: world.veleroRestores, activation, allowPartial });
  if (judged?.state === "complete") return planConnection(world, selection, context);
  return {
    state: "act",
    note: `wait for Restore ${selection.restoreName}`,
    actions: [{ kind: "wait", wait: untilEnded(context, activation) }],
    afterwards: "plan-again",
  };
}

/** One that failed while it is active could move its clusters later by itself: afterwards a resumed run makes another. */
async function takeBack(error: FairleadError, context: SwitchoverContext): Promise<Actions> {
  const { selection } = context.memory();
  if (selection === undefined || !isForGood(error)) return [];
  const failed = await readFailed(activationOf(selection).restoreUid, context);
  const { restore, veleroRestores } = failed;
  const at = new Date(context.clock.now()).toISOString();
  return [
    {
      kind: "remember",
      note: "take the activation of the first clusters back",
      update: ({ selection: _selection, ...memory }) => withAbandoned(memory, failed, at),
    },
    { kind: "forget", step: "activate_selected_clusters", note: "the activation was taken back" },
    ...(restore === undefined ? [] : stopActivation(restore, veleroRestores, context)),
  ];
}

/** Holds the others back until the first clusters are connected to the new hub. */
export const verifySelectedClusters = switchoverStep<SelectedWorld>({
  name: "verify_selected_clusters",
  title: "Wait until the first clusters are connected to the new hub",
  onResume: "trust-record",
  skip: ({ settings }) => (settings.clusterSelector === undefined ? "all clusters move at once" : undefined),
  async read(context) {
    const [restores, veleroRestores, fleet, strategy] = await Promise.all([
      restoresOf.once(context, "secondary"),
      veleroRestoresOf.once(context, "secondary"),
      fleetOf(context, "secondary"),
      importStrategyOf(context, "secondary"),
    ]);
    return { restores, veleroRestores, fleet, strategy };
  },
  plan: planSelectedConnection,
  onFailure: takeBack,
});
