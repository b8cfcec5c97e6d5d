import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { KubeClient } from "../../../../steps/lib/kube/types.ts";
import type { BackupSummary } from "../../../../steps/switchover/acm/backup.ts";
import { backupAge, scheduleInForce } from "../../../../steps/switchover/preflight/checks/backup-age.ts";
import { backupStatus } from "../../../../steps/switchover/preflight/checks/backup-status.ts";
import { backupVisibleOnSecondary } from "../../../../steps/switchover/preflight/checks/backup-visible-on-secondary.ts";
import { managedClustersBackup } from "../../../../steps/switchover/preflight/checks/managed-clusters-backup.ts";
import { read } from "../../../../steps/switchover/preflight/reading.ts";
import {
  absent,
  backup,
  backups,
  down,
  fleet,
  forbidden,
  hour,
  hubs,
  managedCluster,
  minute,
  now,
  onPrimary,
  onSecondary,
  schedule,
  settings,
} from "./observations.ts";
import { describeRules, type Expected } from "./rule-table.ts";

const allPassed: readonly Expected[] = [["passed primary"], ["passed primary"], ["passed primary"]];
const made = (...list: readonly BackupSummary[]) => onPrimary({ backups: read(list) });
const older = { name: "older", startedAt: now - 5 * hour, completedAt: now - 5 * hour };
const finished = (ago: number) =>
  made(...backups().map((one) => ({ ...one, startedAt: now - ago, completedAt: now - ago })));
const names = {
  managedClusters: backup("managedClusters").name,
  credentials: backup("credentials").name,
  resources: backup("resources").name,
};

describeRules(backupStatus, [
  {
    given: "a whole set, ten minutes old",
    finds: [
      ["passed primary", `${names.managedClusters} is Completed, 9 min old (FRESH)`],
      ["passed primary", names.credentials],
      ["passed primary", names.resources],
    ],
  },
  {
    given: "a set of this morning",
    observed: finished(3 * hour),
    finds: allPassed.map(([one]) => [one, "acceptable"]),
  },
  {
    given: "a set of last week",
    observed: finished(7 * 24 * hour),
    finds: allPassed.map(([one]) => [one, "7 d old (consider a fresh backup)"]),
  },
  {
    given: "no backup",
    observed: made(),
    finds: [
      ["critical primary", "no managedClusters backup", "run a backup"],
      ["critical primary", "no credentials backup"],
      ["critical primary", "no resources backup"],
    ],
  },
  {
    given: "A-10: a newer backup of something else that failed",
    observed: made(
      ...backups(),
      backup("validation", { name: "nightly", owner: { kind: "other" }, phase: "Failed", startedAt: now }),
    ),
    finds: allPassed,
  },
  {
    given: "A-10: a backup of something else that is running",
    observed: made(...backups(), backup("validation", { owner: { kind: "other" }, phase: "InProgress" })),
    finds: allPassed,
  },
  ...["InProgress", "", "Queued", "SomethingNew"].map((phase) => ({
    given: `A-09: one that is still ${phase === "" ? "without a phase" : phase} after the wait`,
    observed: made(...backups({ managedClusters: { phase } })),
    waited: { awaited: [names.managedClusters], outcome: "timed-out" } as const,
    finds: [
      [
        "critical primary",
        `still running after 10 min: ${names.managedClusters} is ${phase || "without a phase"}`,
        "see why Velero",
      ],
    ] as const,
  })),
  {
    given: "A-08: one that ended during the wait",
    waited: { awaited: [names.managedClusters], outcome: "ended" },
    finds: allPassed,
  },
  {
    given: "one that vanished during the wait",
    waited: { awaited: [names.managedClusters, "vanished-1"], outcome: "ended" },
    finds: [["critical primary", "vanished while running: vanished-1", "run a backup"]],
  },
  {
    given: "a marker of a Restore that is still being written",
    observed: made(
      ...backups(),
      backup("validation", { name: "m-1", owner: { kind: "marker", restoringHub: "x" }, phase: "InProgress" }),
    ),
    finds: [["critical primary", "m-1 is InProgress"]],
  },
  ...["Failed", "FailedValidation", "Deleting"].map((phase) => ({
    given: `the newest of a kind ${phase}, an older one whole`,
    observed: made(...backups({ credentials: { phase } }), backup("credentials", older)),
    settings: { allowPartialBackup: true },
    finds: [
      ["passed primary"],
      ["critical primary", `${names.credentials} is ${phase}`, "run a backup"],
      ["passed primary"],
    ] as const,
  })),
  {
    given: "the newest of a kind PartiallyFailed",
    observed: made(...backups({ resources: { phase: "PartiallyFailed", errors: 2 } })),
    finds: [
      ["passed primary"],
      ["passed primary"],
      ["critical primary", "is PartiallyFailed, 2 errors", "run a backup"],
    ],
  },
  {
    given: "the newest of a kind PartiallyFailed, which the caller accepts",
    observed: made(...backups({ resources: { phase: "PartiallyFailed", errors: 2 } })),
    settings: { allowPartialBackup: true },
    finds: [["passed primary"], ["passed primary"], ["warning primary", "accepted by allow-partial-backup"]],
  },
  {
    given: "an older one of a kind that failed",
    observed: made(...backups(), backup("resources", { ...older, phase: "Failed" })),
    finds: allPassed,
  },
  {
    given: "the newest by name older by start: the queue decides",
    observed: made(
      ...backups(),
      backup("credentials", { name: "acm-credentials-schedule-1", phase: "Failed", startedAt: now }),
    ),
    finds: [["passed primary"], ["critical primary", "acm-credentials-schedule-1 is Failed"], ["passed primary"]],
  },
  {
    given: "a newest backup that another hub made",
    observed: made(...backups({ credentials: { producer: "hub-z" } })),
    finds: [
      ["passed primary"],
      ["passed primary"],
      ["warning primary", "made by hub hub-z, not by the primary", "pause the BackupSchedule of the other hub"],
      ["passed primary"],
    ],
  },
  {
    given: "a newest backup that does not say who made it",
    observed: made(...backups({ credentials: { producer: "" } })),
    finds: allPassed,
  },
  {
    given: "backups that may not be listed",
    observed: onPrimary({ backups: forbidden }),
    finds: [["critical primary", "could not be checked", "grant it"]],
  },
  {
    given: "no Velero",
    observed: onPrimary({ backups: absent("Backup.velero.io") }),
    finds: [["critical primary", "does not serve Backup.velero.io"]],
  },
]);

// Waits are planned here, not begun: they need no hub.
const clientOf = () => ({}) as KubeClient;
const time = { elapsedMs: 0, now: 0 };

describe("a backup of the primary in progress", () => {
  const running = made(...backups({ managedClusters: { phase: "Queued" } }));

  test("A-08: is waited for until every one has ended, however many others have", () => {
    const request = backupStatus.wait?.(running, settings);
    const wait = request?.build(clientOf);
    expect(request?.awaited).toEqual([names.managedClusters]);
    expect(wait).toMatchObject({ timeoutMs: 600_000, pollMs: 30_000 });
    expect(wait?.decide({ backups: backups({ resources: { phase: "New" } }) }, time)).toMatchObject({
      state: "pending",
      note: `${names.resources} is New`,
    });
    expect(wait?.decide({ backups: backups() }, time)).toMatchObject({ state: "done" });
  });

  test("is waited for whatever a later Velero calls its phase", () => {
    const ended = ["Completed", "PartiallyFailed", "Failed", "FailedValidation", "Deleting"];
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom(...ended)), (phase) => {
        const request = backupStatus.wait?.(made(...backups({ resources: { phase } })), settings);
        expect(request === undefined).toBe(ended.includes(phase));
      }),
    );
  });

  test("A-10: is not waited for when it is none of ACM's", () => {
    const foreign = backup("validation", { owner: { kind: "other" }, phase: "InProgress" });
    expect(backupStatus.wait?.(made(foreign), settings)).toBeUndefined();
    expect(backupStatus.wait?.(onPrimary({ backups: forbidden }), settings)).toBeUndefined();
  });
});

const completedAgo = (ms: number) => made(backup("managedClusters", { completedAt: now - ms }));

describeRules(backupAge, [
  { given: "a backup within its interval", observed: completedAgo(4 * hour), finds: [["passed primary", "every 4 h"]] },
  { given: "one within the tolerance", observed: completedAgo(4 * hour + 10 * minute), finds: [["passed primary"]] },
  {
    given: "one that is late",
    observed: completedAgo(4 * hour + 11 * minute),
    finds: [["warning primary", "completed 4 h 11 min ago", "see why"]],
  },
  {
    given: "one that is almost two intervals old",
    observed: completedAgo(8 * hour + 10 * minute),
    finds: [["warning primary"]],
  },
  {
    given: "one that is more than two intervals old",
    observed: completedAgo(8 * hour + 11 * minute),
    finds: [["critical primary", "completed 8 h 11 min ago", "see why"]],
  },
  {
    given: "a late one, by the clock of its hub",
    observed: onPrimary({ connection: read({ gitVersion: "v1", clockOffsetMs: 5 * hour }) }),
    finds: [["warning primary", "completed 5 h 9 min ago"]],
  },
  {
    given: "a failed one after a whole one",
    observed: made(
      backup("managedClusters", { completedAt: now - hour }),
      backup("managedClusters", { name: "acm-managed-clusters-schedule-2", startedAt: now, phase: "Failed" }),
    ),
    finds: [["passed primary"]],
  },
  { given: "no backup", observed: made(), finds: [["skipped primary"]] },
  { given: "no schedule", observed: onPrimary({ schedules: read([]) }), finds: [["skipped primary"]] },
  {
    given: "a schedule that nobody can read",
    observed: onPrimary({ schedules: read([schedule({ spec: { veleroSchedule: "now and then" } })]) }),
    finds: [["skipped primary"]],
  },
  {
    given: "schedules that may not be listed",
    observed: onPrimary({ schedules: forbidden }),
    finds: [["warning primary"]],
  },
]);

test("the schedule in force is the one that could make its Velero Schedules", () => {
  const failed = schedule({ metadata: { name: "a" }, status: { phase: "Failed" } });
  const owner = schedule({ metadata: { name: "b" } });
  expect(scheduleInForce([failed, owner])).toBe(owner);
  expect(scheduleInForce([failed])).toBe(failed);
  expect(scheduleInForce([])).toBeUndefined();
});

const began = backup("managedClusters").startedAt ?? 0;
const withThird = (createdAt: number | undefined, joined = true) =>
  onPrimary({ fleet: fleet(managedCluster("c1"), managedCluster("c3", { createdAt, joined })) });

describeRules(managedClustersBackup, [
  { given: "a backup after every cluster", finds: [["passed primary", "holds 2 joined clusters"]] },
  {
    given: "A-11: a cluster that was made after the backup began, and before it ended",
    observed: withThird(began + 1000),
    finds: [["critical primary", "would be lost: c3", "run a backup"]],
  },
  {
    given: "a cluster that was made in the second in which it began",
    observed: withThird(began),
    finds: [["passed primary"]],
  },
  { given: "a younger cluster that has not joined", observed: withThird(now, false), finds: [["passed primary"]] },
  { given: "a cluster of unknown age", observed: withThird(undefined), finds: [["critical primary", "c3"]] },
  {
    given: "no joined cluster, and no backup",
    observed: onPrimary({ fleet: fleet(), backups: read([]) }),
    finds: [["passed primary", "no cluster is joined"]],
  },
  {
    given: "no backup of the clusters",
    observed: made(...backups({ managedClusters: undefined })),
    finds: [["critical primary", "there is no managed-clusters backup", "run a backup"]],
  },
  {
    given: "a newest one that is not whole, after a whole one",
    observed: made(
      backup("managedClusters"),
      backup("managedClusters", { name: "acm-managed-clusters-schedule-2", startedAt: now, phase: "PartiallyFailed" }),
    ),
    finds: [["critical primary", "acm-managed-clusters-schedule-2 is PartiallyFailed"]],
  },
  { given: "a fleet that may not be listed", observed: onPrimary({ fleet: forbidden }), finds: [["critical primary"]] },
]);

const seen = (...list: readonly BackupSummary[]) => onSecondary({ backups: read(list) });

describeRules(backupVisibleOnSecondary, [
  { given: "the newest of each kind", finds: [["passed secondary", names.managedClusters]] },
  {
    given: "A-18: the newest of the clusters missing",
    observed: seen(...backups({ managedClusters: undefined })),
    finds: [["critical secondary", `not visible: ${names.managedClusters}`, "wait for Velero's sync"]],
  },
  {
    given: "one that is being deleted",
    observed: seen(...backups({ credentials: { phase: "Deleting" } })),
    finds: [["critical secondary", names.credentials]],
  },
  {
    given: "none on the primary to look for",
    observed: made(),
    finds: [["critical secondary", "the primary has no backup", "backup-status"]],
  },
  {
    given: "a secondary that may not be read",
    observed: onSecondary({ backups: forbidden }),
    finds: [["critical secondary"]],
  },
  { given: "a primary that is down", observed: down("primary"), finds: [["skipped secondary"]] },
]);

describe("a backup that the secondary does not see", () => {
  const invisible = read(backups({ managedClusters: undefined }));
  const endedAgo = (ms: number) =>
    hubs({ backups: read(backups({ managedClusters: { completedAt: now - ms } })) }, { backups: invisible });

  test("is waited for while Velero may still bring it", () => {
    const wait = backupVisibleOnSecondary.wait?.(endedAgo(minute), settings)?.build(clientOf);
    expect(wait?.timeoutMs).toBe(600_000 - minute);
    expect(wait?.decide({ backups: [] }, time)).toMatchObject({ state: "pending" });
    expect(wait?.decide({ backups: backups() }, time)).toMatchObject({ state: "done" });
  });

  test("A-18: is not waited for when it ended long ago, or did not end well", () => {
    expect(backupVisibleOnSecondary.wait?.(endedAgo(11 * minute), settings)).toBeUndefined();
    const failed = hubs({ backups: read(backups({ managedClusters: { phase: "Failed" } })) }, { backups: invisible });
    expect(backupVisibleOnSecondary.wait?.(failed, settings)).toBeUndefined();
    expect(backupVisibleOnSecondary.wait?.(hubs(), settings)).toBeUndefined();
  });
});
