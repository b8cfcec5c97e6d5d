import type { FairleadError } from "../../../lib/errors/fairlead-error.ts";
import type { Action, Change, StepPlan } from "../../../lib/phase/types.ts";
import { findPassiveRestore } from "../../acm/acm-restore.ts";
import { activationRestoreNames, annotation } from "../../acm/constants.ts";
import type { AcmRestore } from "../../acm/hub-objects.ts";
import { acmRestores } from "../../acm/resources.ts";
import { parseTime, timestampGranularityMs } from "../../acm/timestamp.ts";
import type { Activation, ActivationPlan, OperationMemory, RestoreOrder } from "../../state/operation-memory.ts";
import { switchoverError } from "../../switchover-error.ts";
import { removeRestores } from "../restore-removal.ts";
import { ms, type SwitchoverContext } from "../switchover-context.ts";
import type { BeforeActivation } from "./before-activation.ts";
import { snapshotOf } from "./passive-snapshot.ts";
import { decideOrder, isFulfillable, lastRestoredOf } from "./restore-order.ts";

// Activation through a Restore that is created: the passive one must be gone first, as the operator runs one at a time.

/** What the rounds look at. */
export type RestoreWorld = Pick<BeforeActivation, "restores" | "veleroRestores" | "backups">;

type Plan = StepPlan<OperationMemory>;
type Actions = readonly Action<OperationMemory>[];

/** The old data of a large hub takes longer to go than what finalization deletes. */
export const removalFactor = 6;

/** The Restore that this attempt created. Pure. */
export function ownRestore(
  restores: readonly AcmRestore[],
  plan: Pick<ActivationPlan, "restoreName" | "marker"> | undefined,
): AcmRestore | undefined {
  return restores.find(
    ({ metadata }) =>
      plan !== undefined &&
      metadata.name === plan.restoreName &&
      metadata.annotations?.[annotation.activation] === plan.marker,
  );
}

/** The same, unless somebody deletes it. Pure. */
export function standingRestore(...given: Parameters<typeof ownRestore>): AcmRestore | undefined {
  const own = ownRestore(...given);
  return own?.metadata.deletionTimestamp === undefined ? own : undefined;
}

/** The passive Restore, and what earlier activations left under the names that are needed now. Pure. */
export function inTheWay(restores: readonly AcmRestore[], memory: OperationMemory): readonly AcmRestore[] {
  const passive = findPassiveRestore(restores);
  return restores.filter(
    (restore) =>
      restore.metadata.uid !== memory.data_restore?.uid &&
      (restore === passive ||
        restore.spec?.syncRestoreWithNewBackups === true ||
        activationRestoreNames.has(restore.metadata.name)),
  );
}

function bodyOf(plan: ActivationPlan, namespace: string): AcmRestore {
  return {
    apiVersion: "cluster.open-cluster-management.io/v1beta1",
    kind: "Restore",
    metadata: { name: plan.restoreName, namespace, annotations: { [annotation.activation]: plan.marker } },
    spec: {
      cleanupBeforeRestore: "CleanupRestored",
      veleroManagedClustersBackupName: plan.names.managedClusters,
      veleroCredentialsBackupName: plan.names.credentials,
      veleroResourcesBackupName: plan.names.resources,
    },
  };
}

function createChange(plan: ActivationPlan, context: SwitchoverContext): Change {
  const { managedClusters, credentials, resources } = plan.names;
  const what = plan.stage === "data" ? "restore the data" : `activate ${plan.expectedManagedClustersBackup}`;
  return {
    target: "secondary",
    resource: acmRestores,
    ref: { name: plan.restoreName, namespace: context.namespaces.backup },
    summary: `${what} (create Restore ${plan.restoreName}: managed clusters ${managedClusters}, credentials ${credentials}, resources ${resources})`,
    madeUp: [plan.marker],
    verb: "create",
    body: bodyOf(plan, context.namespaces.backup),
  };
}

/** A webhook without its operator refuses every write of a Restore: better to learn that while nothing is deleted. */
export function probe(passive: AcmRestore | undefined, context: SwitchoverContext): Actions {
  if (passive === undefined || passive.metadata.deletionTimestamp !== undefined) return [];
  const { name, labels } = passive.metadata;
  return [
    {
      kind: "write",
      change: {
        target: "secondary",
        resource: acmRestores,
        ref: { name, namespace: context.namespaces.backup },
        summary: `ask the new hub whether it accepts writes of Restore ${name} (nothing is changed)`,
        verb: "merge-patch",
        patch: { metadata: { labels: labels ?? {} } },
        probe: true,
      },
    },
  ];
}

function replace(world: RestoreWorld, plan: ActivationPlan, context: SwitchoverContext): Actions {
  const old = inTheWay(world.restores, context.memory());
  const timeoutMs = ms(context.tuning.restoreDeleteWait * removalFactor);
  return [
    ...(old.length === 0 ? [] : removeRestores(context, "secondary", old, { timeoutMs })),
    { kind: "write", change: createChange(plan, context) },
  ];
}

function newMarker(order: RestoreOrder, context: SwitchoverContext): string {
  return `${context.hubs.primary?.id ?? "unknown"} ${order.stage} ${new Date(context.clock.now()).toISOString()}`;
}

function decide(world: RestoreWorld, context: SwitchoverContext): Plan {
  const memory = context.memory();
  const passive = findPassiveRestore(world.restores);
  const data = world.restores.find(({ metadata }) => metadata.uid === memory.data_restore?.uid);
  const source = memory.data_restore === undefined ? passive : data;
  const lastRestored = { ...memory.last_restored, ...(source && lastRestoredOf(source, world.veleroRestores)) };
  const { method, pinBackup } = context.settings;
  const decided = decideOrder({
    method,
    pinBackup,
    version: context.hubs.secondary.version,
    visible: world.backups,
    lastRestored,
    dataIsRestored: memory.data_restore?.ended === true,
  });
  if (decided.state === "impossible") return { state: "refused", error: impossible(decided.why) };
  const plan = { ...decided.order, marker: newMarker(decided.order, context) };
  const snapshot = passive === undefined ? undefined : snapshotOf(passive);
  const remember: Action<OperationMemory> = {
    kind: "remember",
    note: `this operation creates Restore ${plan.restoreName}`,
    update: (before) => ({
      ...before,
      ...(snapshot === undefined ? {} : { passive_snapshot: snapshot }),
      last_restored: lastRestored,
      activation_plan: plan,
    }),
  };
  return {
    state: "act",
    note: `replace what is in the way by Restore ${plan.restoreName}`,
    actions: [
      ...probe(passive, context),
      remember,
      ...(decided.warning === undefined ? [] : [{ kind: "warn", message: decided.warning } as const]),
      ...replace(world, plan, context),
      ...(context.dryRun.enabled ? [rememberDryRun(plan, context)] : []),
    ],
    afterwards: "plan-again",
  };
}

/** Later steps of a dry run plan from what the activation would have left. */
function rememberDryRun(plan: ActivationPlan, context: SwitchoverContext): Action<OperationMemory> {
  const activation = { ...activationOf(plan, ""), appliedAt: context.clock.now() };
  return {
    kind: "remember",
    note: "as if it were created",
    update: (memory) => ({ ...memory, activation }),
  };
}

function activationOf(plan: ActivationPlan, uid: string): Omit<Activation, "appliedAt"> {
  return {
    restoreName: plan.restoreName,
    restoreUid: uid,
    expectedManagedClustersBackup: plan.expectedManagedClustersBackup,
    pinned: plan.names,
  };
}

function impossible(why: string): FairleadError {
  return switchoverError("SW-ACT-18", {
    what: "no Restore can be made that activates the clusters",
    why,
    fix: "make a backup on the old hub, wait until the new hub sees it and has restored its data, then resume; nothing was changed",
  });
}

function goOn(world: RestoreWorld, plan: ActivationPlan, context: SwitchoverContext): Plan {
  return {
    state: "act",
    note: `create Restore ${plan.restoreName}`,
    actions: replace(world, plan, context),
    afterwards: "plan-again",
  };
}

/** Hub time from which a Velero Restore of this Restore counts. Pure. */
export function appliedAtOf(restore: AcmRestore): number {
  return (parseTime(restore.metadata.creationTimestamp) ?? 0) - timestampGranularityMs;
}

function recognise(own: AcmRestore, plan: ActivationPlan, memory: OperationMemory): Plan {
  const { uid = "", name } = own.metadata;
  if (memory.activation?.restoreUid === uid) return { state: "done", note: `Restore ${name} is created` };
  const activation: Activation = { ...activationOf(plan, uid), appliedAt: appliedAtOf(own) };
  return {
    state: "act",
    note: `Restore ${name} is created and activates ${plan.expectedManagedClustersBackup}`,
    actions: [
      {
        kind: "remember",
        note: `this operation activates through Restore ${name}`,
        update: (before) => ({ ...before, activation }),
      },
    ],
    afterwards: "done",
  };
}

/** One round towards a created Restore, from what is seen now. Pure. */
export function planCreatedRestore(world: RestoreWorld, context: SwitchoverContext): Plan {
  const memory = context.memory();
  const plan = memory.activation_plan;
  const own = standingRestore(world.restores, plan);
  if (plan !== undefined && own !== undefined) {
    return recognise(own, plan, memory);
  }
  return plan === undefined || !isFulfillable(plan, world.backups)
    ? decide(world, context)
    : goOn(world, plan, context);
}
