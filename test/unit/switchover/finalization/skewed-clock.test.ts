import { describe, expect, test } from "@jest/globals";
import { readAndPlan } from "../../../../steps/lib/phase/read-and-plan.ts";
import { acmVersion } from "../../../../steps/switchover/acm/acm-version.ts";
import { label, veleroScheduleName } from "../../../../steps/switchover/acm/constants.ts";
import type { BackupSchedule, VeleroBackup } from "../../../../steps/switchover/acm/hub-objects.ts";
import { defaultNamespaces } from "../../../../steps/switchover/acm/namespaces.ts";
import { backupSchedules, veleroBackups } from "../../../../steps/switchover/acm/resources.ts";
import { enableBackupSchedule } from "../../../../steps/switchover/phases/finalization/enable-backup-schedule.ts";
import { firstNewBackup } from "../../../../steps/switchover/phases/finalization/verify-new-backups.ts";
import { clockOffsetOf } from "../../../../steps/switchover/phases/hub-reads.ts";
import { sinceOf } from "../../../../steps/switchover/phases/schedules/backups-since.ts";
import { onNewHub } from "../../../../steps/switchover/phases/schedules/schedule-role.ts";
import { hasOwnBackup, watchSchedule } from "../../../../steps/switchover/phases/schedules/watch-schedule.ts";
import type { SwitchoverContext } from "../../../../steps/switchover/phases/switchover-context.ts";
import type { OperationMemory } from "../../../../steps/switchover/state/operation-memory.ts";
import { tuningDefaults } from "../../../../steps/switchover/tuning.schema.ts";
import { JumpingClock } from "../../lib/kube/fixtures.ts";
import { backupOf } from "../acm/backups.ts";
import { HubInMemory } from "../phases/hub-in-memory.ts";

const hour = 3_600_000;
const hubTime = Date.parse("2026-11-24T12:00:00Z");
const { backup: namespace } = defaultNamespaces;
const schedule: BackupSchedule = {
  metadata: { name: "acm-hub-backup", namespace },
  spec: { veleroSchedule: "0 */4 * * *", paused: false },
  status: { phase: "Enabled" },
};

function made(stamp: string, at: string, producer = "hub-a"): VeleroBackup {
  const labels = { [label.backupScheduleType]: "managedClusters", [label.backupCluster]: producer };
  return {
    metadata: { name: `${veleroScheduleName.managedClusters}-${stamp}`, namespace, labels },
    status: { phase: "Completed", startTimestamp: at, completionTimestamp: at },
  };
}

/** A run whose machine is ahead of the hub by so much. */
function runOf(skewMs: number, memory: OperationMemory = {}) {
  const hub = new HubInMemory("secondary", hubTime);
  const context = {
    oldHub: "down",
    clients: { secondary: hub.client() },
    hubs: { secondary: { id: "hub-a", version: acmVersion("2.16.0") } },
    namespaces: defaultNamespaces,
    tuning: tuningDefaults,
    settings: {},
    memory: () => memory,
    clock: new JumpingClock(hubTime + skewMs),
    signal: new AbortController().signal,
    // What these steps ask for.
  } as unknown as SwitchoverContext;
  return { hub, context };
}

/** What a run with that clock remembers when it enables the schedule of a hub with these backups. */
async function enabled(skewMs: number, backups: readonly VeleroBackup[]): Promise<OperationMemory> {
  const { hub, context } = runOf(skewMs);
  hub.put(backupSchedules, [schedule]);
  hub.put(veleroBackups, backups);
  const plan = await readAndPlan(enableBackupSchedule, context);
  if (plan.state !== "act") throw new Error(`the step wants to be ${plan.state}`);
  return plan.actions.reduce<OperationMemory>(
    (memory, action) => (action.kind === "remember" ? action.update(memory) : memory),
    {},
  );
}

describe.each([
  ["ahead", hour],
  ["behind", -hour],
])("a run whose clock is an hour %s of the hub's", (_which, skewMs) => {
  test("remembers the hub's time and the hub's own backups of then", async () => {
    const memory = await enabled(skewMs, [
      made("20261124080000", "2026-11-24T08:00:00Z"),
      made("20261124115950", "2026-11-24T11:59:50Z"),
      made("20261124115955", "2026-11-24T11:59:55Z", "hub-b"),
    ]);
    expect(memory).toMatchObject({
      backup_schedule_enabled_at: "2026-11-24T12:00:00.000Z",
      backups_before_schedule: ["acm-managed-clusters-schedule-20261124115950"],
    });
  });

  test("waits for the first look at a collision as long as the hub says", async () => {
    const { context } = runOf(skewMs, { backup_schedule_enabled_at: "2026-11-24T12:00:00Z" });
    const clockOffsetMs = await clockOffsetOf(context, "secondary");
    const [watch] = watchSchedule(context, onNewHub, { allowanceMs: 0, clockOffsetMs });
    if (watch?.kind !== "wait") throw new Error("the schedule is not waited for");
    const live = {
      schedules: [schedule],
      veleroSchedules: Object.values(veleroScheduleName).map((name) => ({
        name,
        paused: false,
        ownerUid: "",
        createdAt: hubTime,
      })),
      backups: [backupOf("resources", { stamp: "20261124120005", started: "2026-11-24T12:00:05Z" })],
    };
    const lookAfter = (seconds: number) =>
      watch.wait.decide(live, { elapsedMs: seconds * 1000, now: hubTime + skewMs + seconds * 1000 }).state;
    expect(lookAfter(10)).toBe("pending");
    expect(lookAfter(329)).toBe("pending");
    expect(lookAfter(330)).toBe("done");
  });
});

describe("a backup that Velero stamped by a clock a little behind that of the API server", () => {
  const since = sinceOf({
    backup_schedule_enabled_at: "2026-11-24T12:00:00Z",
    backups_before_schedule: ["acm-managed-clusters-schedule-20261124115950"],
  });
  const before = backupOf("managedClusters", { stamp: "20261124115950", started: "2026-11-24T11:59:50Z" });
  const late = { stamp: "20261124115955", started: "2026-11-24T11:59:55Z" };

  test("given it was not there before the schedule was made, then it counts as new", () => {
    const fresh = backupOf("managedClusters", late);
    expect(firstNewBackup([before, fresh], "hub-a", since)).toEqual(fresh);
    expect(hasOwnBackup([backupOf("resources", late)], "hub-a", since)).toBe(true);
  });

  test("given it was there, then it does not; nor does an old one that Velero copies back from the storage", () => {
    const copied = backupOf("managedClusters", { stamp: "20261124080000", started: "2026-11-24T08:00:00Z" });
    expect(firstNewBackup([before, copied], "hub-a", since)).toBeUndefined();
  });

  test("given a state file that an older release began, then only the time counts", () => {
    const older = sinceOf({ backup_schedule_enabled_at: "2026-11-24T12:00:00Z" });
    expect(firstNewBackup([backupOf("managedClusters", late)], "hub-a", older)).toBeUndefined();
  });
});
