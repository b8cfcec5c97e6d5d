import { describe, expect, test } from "@jest/globals";
import { acmVersion } from "../../../../steps/switchover/acm/acm-version.ts";
import type { BackupSchedule } from "../../../../steps/switchover/acm/hub-objects.ts";
import { scheduleToCreate } from "../../../../steps/switchover/phases/finalization/new-schedule.ts";

const saved: BackupSchedule = {
  apiVersion: "cluster.open-cluster-management.io/v1beta1",
  kind: "BackupSchedule",
  metadata: { name: "acm-hub-backup", namespace: "elsewhere" },
  spec: { veleroSchedule: "0 */4 * * *", paused: true },
};

describe("the schedule that the new hub gets", () => {
  test.each(["2.12.0", "2.17.3", "unknown"])("is unpaused in so many words on ACM %s", (version) => {
    expect(scheduleToCreate(saved, "backup", acmVersion(version)).spec).toEqual({
      veleroSchedule: "0 */4 * * *",
      paused: false,
    });
  });

  test("says nothing of a pause to ACM 2.11, which does not know one and would drop the field", () => {
    expect(scheduleToCreate(saved, "backup", acmVersion("2.11.5")).spec).toEqual({ veleroSchedule: "0 */4 * * *" });
  });
});
