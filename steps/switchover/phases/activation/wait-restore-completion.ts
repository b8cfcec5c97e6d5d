import type { StepPlan } from "../../../lib/phase/types.ts";
import type { VeleroRestoreSummary } from "../../acm/acm-restore.ts";
import type { AcmRestore } from "../../acm/hub-objects.ts";
import type { ManagedClusterSummary } from "../../acm/managed-cluster.ts";
import type { Activation, OperationMemory } from "../../state/operation-memory.ts";
import { switchoverError } from "../../switchover-error.ts";
import { fleetOf, restoresOf, veleroRestoresOf } from "../hub-reads.ts";
import { type SwitchoverContext, switchoverStep } from "../switchover-context.ts";
import { untilEnded, viewOf } from "./activation-wait.ts";
import { arrived, countCheck, refusalsOf } from "./arrived-clusters.ts";
import { activationRestores, judgeActivation } from "./judge-activation.ts";
import { takeBack } from "./take-back.ts";

/** Of thousands of clusters without a token the first say what is wrong. */
const mostRefusals = 100;

interface Seen {
  readonly restores: readonly AcmRestore[];
  readonly veleroRestores: readonly VeleroRestoreSummary[];
  readonly fleet: readonly ManagedClusterSummary[];
}

type Plan = StepPlan<OperationMemory>;

function concluding(seen: Seen, restore: AcmRestore, warnings: readonly string[], context: SwitchoverContext): Plan {
  const error = countCheck(seen.fleet, context);
  if (error !== undefined) {
    return { state: "refused", error };
  }
  const { activation, import_refusals: kept } = context.memory();
  const refusals = refusalsOf(restore, context);
  if (refusals.length > 0 && kept === undefined) {
    return {
      state: "act",
      note: `${refusals.length} clusters were not asked for by the operator`,
      actions: [
        {
          kind: "remember",
          note: "keep which clusters could not be asked for",
          update: (memory) => ({ ...memory, import_refusals: refusals.slice(0, mostRefusals) }),
        },
      ],
      afterwards: "plan-again",
    };
  }
  const used = activation === undefined ? [] : backupWarnings(restore, seen.veleroRestores, activation, context);
  const none = seen.fleet.length === 0 ? ["the new hub has no managed cluster"] : [];
  return {
    state: "done",
    note: `${seen.fleet.length} clusters are on the new hub`,
    clusters: arrived(seen.fleet, refusals, context),
    warnings: [...warnings, ...used, ...none],
  };
}

function backupWarnings(
  restore: AcmRestore,
  veleroRestores: readonly VeleroRestoreSummary[],
  activation: Activation,
  context: SwitchoverContext,
): readonly string[] {
  const name = restore.status?.veleroManagedClustersRestoreName ?? "";
  const used = activationRestores(viewOf(restore, veleroRestores, activation, context)).find(
    (one) => one.name === name,
  );
  const expected = activation.expectedManagedClustersBackup;
  return used === undefined || used.backupName === expected
    ? []
    : [`the clusters were restored from ${used.backupName}, expected was ${expected}`];
}

/** Waits until the activation has really ended: the Restore, and every Velero Restore that belongs to it. */
export const waitRestoreCompletion = switchoverStep<Seen>({
  name: "wait_restore_completion",
  title: "Wait until the clusters are restored on the new hub",
  onResume: "trust-record",
  async read(context) {
    const [restores, veleroRestores, fleet] = await Promise.all([
      restoresOf.once(context, "secondary"),
      veleroRestoresOf.once(context, "secondary"),
      fleetOf(context, "secondary"),
    ]);
    return { restores, veleroRestores, fleet };
  },
  plan(seen, context) {
    const { activation } = context.memory();
    if (activation === undefined) {
      return {
        state: "refused",
        error: switchoverError(
          "SW-ACT-16",
          {
            what: "nothing is recorded about the activation",
            why: "the state file names no Restore of this operation",
            fix: "start over with reset-state and force, or take the operation back with the rollback",
          },
          "refused",
        ),
      };
    }
    const restore = seen.restores.find((candidate) => candidate.metadata.uid === activation.restoreUid);
    const judged =
      restore === undefined ? undefined : judgeActivation(viewOf(restore, seen.veleroRestores, activation, context));
    if (restore !== undefined && judged?.state === "complete") {
      return concluding(seen, restore, judged.warnings, context);
    }
    return {
      state: "act",
      note: `wait for Restore ${activation.restoreName}`,
      actions: [{ kind: "wait", wait: untilEnded(context, activation) }],
      afterwards: "plan-again",
    };
  },
  onFailure: async (error, context) => takeBack(error, context),
});
