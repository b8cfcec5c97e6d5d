import type { FairleadError } from "../../../lib/errors/fairlead-error.ts";
import type { StepPlan, Wait } from "../../../lib/phase/types.ts";
import { waitOn } from "../../../lib/phase/types.ts";
import type { AcmRestore } from "../../acm/hub-objects.ts";
import type { DataRestore, OperationMemory } from "../../state/operation-memory.ts";
import { switchoverError } from "../../switchover-error.ts";
import { restoresOf, veleroRestoresOf } from "../hub-reads.ts";
import { ms, type SwitchoverContext, switchoverStep } from "../switchover-context.ts";
import {
  type BeforeActivation,
  readBeforeActivation,
  refuseActiveSchedule,
  waitUntilStorage,
  waitUntilVisible,
} from "./before-activation.ts";
import { appliedAtOf, planCreatedRestore, type RestoreWorld, standingRestore } from "./create-restore.ts";
import { type ActivationState, hasEnded, judgeActivation } from "./judge-activation.ts";
import { recreatePassive } from "./recreate-passive.ts";
import { tellRefusal } from "./refused-write.ts";

type Plan = StepPlan<OperationMemory>;

function dataFailed(name: string, why: string): FairleadError {
  return switchoverError("SW-ACT-19", {
    what: `Restore ${name} did not bring the data to the new hub`,
    why,
    fix: "mend what the message names on the new hub, then resume: the data is restored anew; nothing was activated",
  });
}

function judgeData(
  { restores, veleroRestores }: Pick<RestoreWorld, "restores" | "veleroRestores">,
  data: DataRestore,
  context: SwitchoverContext,
): ActivationState {
  const restore = restores.find(({ metadata }) => metadata.uid === data.uid);
  if (restore === undefined) {
    return { state: "failed", why: "someone or something deleted it", stillActive: false };
  }
  const activation = { restoreUid: data.uid, appliedAt: data.appliedAt };
  const { allowPartialRestore: allowPartial } = context.settings;
  return judgeActivation({ restore, veleroRestores, activation, allowPartial, movesNoCluster: true });
}

function untilDataIsThere(
  data: DataRestore,
  limit: "restoreWait" | "veleroRestoreWait",
  context: SwitchoverContext,
): Wait {
  return waitOn({
    title:
      limit === "restoreWait"
        ? `waiting until Restore ${data.name} has brought the data`
        : `waiting for the Velero Restores of Restore ${data.name}`,
    sources: {
      restores: restoresOf.live(context, "secondary"),
      veleroRestores: veleroRestoresOf.live(context, "secondary"),
    },
    decide: (live) => {
      const judged = judgeData(live, data, context);
      const restore = live.restores.find(({ metadata }) => metadata.uid === data.uid);
      switch (judged.state) {
        case "complete":
          return { state: "done", note: "restored" };
        case "failed":
          return { state: "failed", error: dataFailed(data.name, judged.why) };
        default:
          return limit === "restoreWait" && restore !== undefined && hasEnded(restore)
            ? { state: "done", note: `${restore.status?.phase}; ${judged.note}` }
            : { state: "pending", note: judged.note };
      }
    },
    timeoutMs: ms(context.tuning[limit]),
    pollMs: ms(context.tuning.restorePoll),
    onTimeout: (note) =>
      switchoverError(
        "SW-ACT-20",
        {
          what: `Restore ${data.name} on the new hub did not end in time`,
          why: `${note} (tuning ${limit}: ${context.tuning[limit]} s)`,
          fix: "it goes on by itself and activates nothing: resume to wait for it",
        },
        "timeout",
      ),
  });
}

/** The first of two stages: data without clusters, so that the second can name what was restored. */
function planData(seen: BeforeActivation, own: AcmRestore, context: SwitchoverContext): Plan {
  const { data_restore: known } = context.memory();
  const { name, uid = "" } = own.metadata;
  const data: DataRestore = known?.uid === uid ? known : { name, uid, appliedAt: appliedAtOf(own), ended: false };
  const judged = judgeData(seen, data, context);
  if (judged.state !== "complete") {
    return {
      state: "act",
      note: `wait for the data of Restore ${name}`,
      actions: [
        {
          kind: "remember",
          note: `Restore ${name} brings the data`,
          update: (memory) => ({ ...memory, data_restore: data }),
        },
        { kind: "wait", wait: untilDataIsThere(data, "restoreWait", context) },
        { kind: "wait", wait: untilDataIsThere(data, "veleroRestoreWait", context) },
      ],
      afterwards: "plan-again",
    };
  }
  return {
    state: "act",
    note: `Restore ${name} has brought the data`,
    actions: [
      ...judged.warnings.map((message) => ({ kind: "warn", message }) as const),
      {
        kind: "remember",
        note: `Restore ${name} has brought the data, the activation comes next`,
        update: ({ activation_plan: _plan, ...memory }) => ({ ...memory, data_restore: { ...data, ended: true } }),
      },
    ],
    afterwards: "plan-again",
  };
}

function planFull(seen: BeforeActivation, context: SwitchoverContext): Plan {
  const { activation_plan: plan } = context.memory();
  const own = standingRestore(seen.restores, plan);
  if (plan?.stage === "data" && own !== undefined) {
    return planData(seen, own, context);
  }
  return planCreatedRestore(seen, context);
}

/** The point of no return of method full: data and clusters by one Restore (two on ACM 2.11 and 2.12). */
export const createFullRestore = switchoverStep<BeforeActivation>({
  name: "create_full_restore",
  title: "Restore everything on the new hub",
  onResume: "trust-record",
  skip: ({ settings }) =>
    settings.method === "full" ? undefined : "method passive activates by activate_managed_clusters",
  read: readBeforeActivation,
  plan(seen, context) {
    return (
      refuseActiveSchedule(seen.schedules, context) ??
      waitUntilVisible(seen.primaryBackups, seen.backups, context) ??
      waitUntilStorage(seen.storage, context) ??
      planFull(seen, context)
    );
  },
  onFailure: async (error, context) => [
    ...tellRefusal(error),
    // A first stage that failed is not looked at again: the next run makes a new one.
    ...(error.text.id === "SW-ACT-19" ? [forgetData] : []),
    ...(await recreatePassive(context)),
  ],
});

const forgetData = {
  kind: "remember",
  note: "the data is restored anew by the next run",
  update: ({ data_restore: _data, activation_plan: _plan, ...memory }: OperationMemory): OperationMemory => memory,
} as const;
