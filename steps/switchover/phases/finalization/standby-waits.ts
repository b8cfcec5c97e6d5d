import { type Wait, waitOn } from "../../../lib/phase/types.ts";
import { isActiveRestore } from "../../acm/acm-restore.ts";
import { type BackupSummary, type RestorableType, resolveLatest } from "../../acm/backup.ts";
import { scheduleBlocksRestores } from "../../acm/backup-schedule.ts";
import { restoreName } from "../../acm/constants.ts";
import type { AcmRestore } from "../../acm/hub-objects.ts";
import { switchoverError } from "../../switchover-error.ts";
import { backupsOf, restoresOf, schedulesOf } from "../hub-reads.ts";
import { type BothHubsContext, ms } from "../switchover-context.ts";

export const isDeleted = ({ metadata }: AcmRestore): boolean => metadata.deletionTimestamp !== undefined;

export const findPassive = (restores: readonly AcmRestore[]): AcmRestore | undefined =>
  restores.find(({ metadata }) => metadata.name === restoreName.passiveSync);

/** `FinishedWithErrors: This resource is ignored because …` */
export function describeEnd({ status }: AcmRestore): string {
  const message = (status?.lastMessage ?? "").slice(0, 300);
  return `${status?.phase || "no phase"}${message === "" ? "" : `: ${message}`}`;
}

/**
 * Whether the newest passive backups that the old hub sees are the new hub's. Backups of a set arrive one by one, in any
 * order (Velero 1.18). A passive Restore that is made before the generic one is there keeps an older one until the next
 * set: only newer credentials and resources make the operator restore again (ACM 2.11 to 2.17). Pure.
 */
export function seesNewHub(backups: readonly BackupSummary[], newHubId: string): boolean {
  const isOfNewHub = (type: RestorableType): boolean => resolveLatest(backups, type)?.producer === newHubId;
  const isGenericOlder = resolveLatest(backups, "resourcesGeneric") !== undefined && !isOfNewHub("resourcesGeneric");
  return isOfNewHub("credentials") && isOfNewHub("resources") && !isGenericOlder;
}

export function untilUnblocked(context: BothHubsContext, allowanceMs: number): Wait {
  const { version } = context.hubs.primary;
  return waitOn({
    title: "waiting until the old hub's backup schedule is paused",
    sources: { schedules: schedulesOf.live(context, "primary") },
    decide: ({ schedules }) => {
      const left = schedules.filter((schedule) => scheduleBlocksRestores(schedule, version));
      return left.length === 0
        ? { state: "done", note: "paused" }
        : {
            state: "pending",
            note: left.map((one) => `${one.metadata.name} is ${one.status?.phase || "without a phase"}`).join(", "),
          };
    },
    timeoutMs: ms(context.tuning.schedulePausedWait) + allowanceMs,
    onTimeout: (note) =>
      switchoverError(
        "SW-FIN-11",
        {
          what: "the old hub cannot become the secondary: its BackupSchedule is not paused",
          why: note,
          fix: "pause it and wait for the phase Paused, then resume",
        },
        "timeout",
      ),
  });
}

export function untilBackupsArrive(context: BothHubsContext): Wait {
  return waitOn({
    title: "waiting until the old hub sees the new hub's backups",
    sources: { backups: backupsOf.live(context, "primary") },
    decide: ({ backups }) =>
      seesNewHub(backups, context.hubs.secondary.id)
        ? { state: "done", note: "the newest backups are the new hub's" }
        : {
            state: "pending",
            note: "the newest credentials, resources or generic resources backup is not the new hub's yet",
          },
    timeoutMs: ms(context.tuning.backupSyncWait),
    onTimeout: (note) => ({
      warning: `${note}: the passive sync of the old hub starts with its own last backup and follows at its interval`,
    }),
  });
}

export function untilPassive(context: BothHubsContext): Wait {
  return waitOn({
    title: "waiting until the old hub's passive sync is Enabled",
    sources: { restores: restoresOf.live(context, "primary") },
    decide: ({ restores }) => {
      const restore = findPassive(restores);
      if (restore === undefined) return { state: "pending", note: "it is not there" };
      if (restore.status?.phase === "Enabled") return { state: "done", note: "Enabled" };
      // The operator never looks at an ended Restore again (ACM 2.11 and later): what helps is another one.
      return isActiveRestore(restore) || isDeleted(restore)
        ? { state: "pending", note: `phase ${describeEnd(restore)}` }
        : { state: "done", note: `ended for good: ${describeEnd(restore)}` };
    },
    timeoutMs: ms(context.tuning.passiveSettle),
    onTimeout: (note) => ({ warning: `the passive sync of the old hub is not Enabled yet: ${note}` }),
  });
}
