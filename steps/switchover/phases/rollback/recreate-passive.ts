import type { StepPlan } from "../../../lib/phase/types.ts";
import { isActiveRestore } from "../../acm/acm-restore.ts";
import { scheduleBlocksRestores } from "../../acm/backup-schedule.ts";
import type { AcmRestore, BackupSchedule } from "../../acm/hub-objects.ts";
import { acmRestores } from "../../acm/resources.ts";
import type { OperationMemory } from "../../state/operation-memory.ts";
import { restoreFrom } from "../activation/passive-snapshot.ts";
import { restoresOf, schedulesOf } from "../hub-reads.ts";
import { type BothHubsContext, oldHubStep } from "../switchover-context.ts";
import { untouched } from "./rollback-scope.ts";

const noPassive = "this operation used no passive Restore";

interface Seen {
  readonly restores: readonly AcmRestore[];
  readonly schedules: readonly BackupSchedule[];
}

function blockers({ restores, schedules }: Seen, context: BothHubsContext): readonly string[] {
  const { version } = context.hubs.secondary;
  return [
    ...restores.filter(isActiveRestore).map(({ metadata }) => `Restore ${metadata.name}`),
    ...schedules
      .filter((schedule) => scheduleBlocksRestores(schedule, version))
      .map(({ metadata }) => `BackupSchedule ${metadata.name}`),
  ];
}

function plan(seen: Seen, context: BothHubsContext): StepPlan<OperationMemory> {
  const snapshot = context.memory().passive_snapshot;
  if (snapshot === undefined) {
    return { state: "skipped", note: noPassive };
  }
  const { name } = snapshot;
  const existing = seen.restores.find(({ metadata }) => metadata.name === name);
  if (existing !== undefined && isActiveRestore(existing) && existing.metadata.deletionTimestamp === undefined) {
    return { state: "done", note: `Restore ${name} is ${existing.status?.phase || "new"}` };
  }
  const inTheWay = blockers(seen, context);
  if (existing !== undefined || inTheWay.length > 0) {
    const why = inTheWay.length > 0 ? `${inTheWay.join(", ")} is active` : `one of that name has ended`;
    // Created beside an active one it would be ignored for good.
    const message = `the passive Restore ${name} was not made again on the new hub: ${why}; create it once that is gone`;
    return { state: "act", note: why, actions: [{ kind: "warn", message }], afterwards: "done" };
  }
  return {
    state: "act",
    note: `create Restore ${name} on the new hub`,
    actions: [
      {
        kind: "write",
        change: {
          target: "secondary",
          resource: acmRestores,
          ref: { name, namespace: context.namespaces.backup },
          summary: `create passive Restore ${name} on the new hub`,
          verb: "create",
          body: restoreFrom(snapshot),
        },
      },
    ],
    afterwards: "done",
  };
}

/** Makes the new hub the standby of the old one again. */
export const rbRecreatePassive = oldHubStep<Seen>({
  name: "rb_recreate_passive",
  title: "Make the new hub the standby again",
  onResume: "observe",
  skip: (context) => (context.memory().passive_snapshot === undefined ? noPassive : untouched(context)),
  async read(context) {
    const [restores, schedules] = await Promise.all([
      restoresOf.once(context, "secondary"),
      schedulesOf.once(context, "secondary"),
    ]);
    return { restores, schedules };
  },
  plan,
});
