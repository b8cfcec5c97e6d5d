import { describe, expect, test } from "@jest/globals";
import type { KubeClient } from "../../../../steps/lib/kube/types.ts";
import { readAndPlan } from "../../../../steps/lib/phase/read-and-plan.ts";
import type { StepPlan } from "../../../../steps/lib/phase/types.ts";
import { label, veleroScheduleName } from "../../../../steps/switchover/acm/constants.ts";
import type { BackupSchedule, VeleroBackup } from "../../../../steps/switchover/acm/hub-objects.ts";
import { defaultNamespaces } from "../../../../steps/switchover/acm/namespaces.ts";
import { backupSchedules, veleroBackups } from "../../../../steps/switchover/acm/resources.ts";
import { verifyBackupIntegrity } from "../../../../steps/switchover/phases/finalization/verify-backup-integrity.ts";
import type { SwitchoverContext } from "../../../../steps/switchover/phases/switchover-context.ts";
import type { OperationMemory } from "../../../../steps/switchover/state/operation-memory.ts";
import { tuningDefaults } from "../../../../steps/switchover/tuning.schema.ts";
import { JumpingClock } from "../../lib/kube/fixtures.ts";
import { HubInMemory } from "../phases/hub-in-memory.ts";

const { backup: namespace } = defaultNamespaces;
const at = (time: string): string => `2026-11-24T${time}:00Z`;
const nameOf = (time: string): string => `${veleroScheduleName.managedClusters}-20261124${time.replace(":", "")}00`;

function made(time: string, producer = "west", errors = 0): VeleroBackup {
  return {
    metadata: {
      name: nameOf(time),
      namespace,
      labels: { [label.backupScheduleType]: "managedClusters", [label.backupCluster]: producer },
    },
    status: { phase: "Completed", errors, startTimestamp: at(time), completionTimestamp: at(time) },
  };
}

/** What the step plans on a hub that makes a backup every 4 h since 12:00 and has these, where the first was of 12:01. */
async function planOf(
  backups: readonly VeleroBackup[],
  time: string,
  cron = "0 */4 * * *",
  status: BackupSchedule["status"] = {},
): Promise<StepPlan<OperationMemory>> {
  const hub = new HubInMemory("secondary", Date.parse(at(time)));
  hub.put(veleroBackups, backups);
  hub.put(backupSchedules, [
    { metadata: { name: "acm-hub-backup", namespace }, spec: { veleroSchedule: cron }, status },
  ]);
  const clients: { readonly secondary: KubeClient } = { secondary: hub.client() };
  const memory: OperationMemory = {
    backup_schedule_enabled_at: at("12:00"),
    post_switchover_backups: { managedClusters: nameOf("12:01") },
  };
  const context = {
    clock: new JumpingClock(Date.parse(at(time))),
    oldHub: "down",
    clients,
    hubs: { secondary: { id: "west", version: { text: "2.16.0" } } },
    namespaces: defaultNamespaces,
    tuning: tuningDefaults,
    memory: () => memory,
    signal: new AbortController().signal,
    // The step asks for nothing else.
  } as unknown as SwitchoverContext;
  return readAndPlan(verifyBackupIntegrity, context);
}

const refusal = (plan: StepPlan<OperationMemory>) => (plan.state === "refused" ? plan.error.text.id : plan.state);

describe("the check of the new hub's first backup", () => {
  test("given its schedule collides, then the other writer is named", async () => {
    const whyOf = async (lastMessage?: string) => {
      const status = { phase: "BackupCollision", ...(lastMessage === undefined ? {} : { lastMessage }) };
      const plan = await planOf([made("12:01")], "12:10", "0 */4 * * *", status);
      return plan.state === "refused" ? plan.error.text : plan.state;
    };
    const said = "Backup b, from cluster with id [east] is using the same storage location.";
    expect(await whyOf(said)).toMatchObject({
      id: "SW-FIN-13",
      why: `hub east writes to the same storage: ${said}`,
    });
    expect(await whyOf()).toMatchObject({ why: "another hub writes to the same storage" });
  });

  test("A-49 given it is gone and there are later ones, then the newest of the new hub is judged, with a warning", async () => {
    const plan = await planOf([made("11:00"), made("12:10", "west", 3), made("12:20"), made("12:30", "east")], "12:40");
    expect(plan).toMatchObject({ state: "done", note: `${nameOf("12:20")} is Completed` });
    expect(plan).toMatchObject({ warnings: [expect.stringContaining(`${nameOf("12:01")} is gone`)] });
  });

  test("A-49 given it is gone and the newest one since has errors, then it is refused", async () => {
    expect(refusal(await planOf([made("12:20", "west", 3)], "12:40"))).toBe("SW-FIN-09");
  });

  test("A-49 given it is gone and only older ones and another hub's are left, then it is refused", async () => {
    expect(refusal(await planOf([made("11:00"), made("12:30", "east")], "12:40"))).toBe("SW-FIN-14");
  });

  test("given a schedule of every 4 h, then its newest backup may be 4 h and 10 min old", async () => {
    expect(refusal(await planOf([made("12:01")], "16:10"))).toBe("done");
    const late = await planOf([made("12:01")], "16:13");
    expect(late).toMatchObject({ state: "refused", error: { text: { id: "SW-FIN-15" } } });
    expect(late).toMatchObject({ error: { text: { why: expect.stringContaining("is 4 h 12 min old") } } });
    expect(refusal(await planOf([made("12:01"), made("16:00")], "16:13"))).toBe("done");
  });

  test("given a schedule of every 5 min, then its newest backup may be 10 min old", async () => {
    expect(refusal(await planOf([made("12:01")], "12:11", "*/5 * * * *"))).toBe("done");
    expect(refusal(await planOf([made("12:01")], "12:13", "*/5 * * * *"))).toBe("SW-FIN-15");
  });
});
