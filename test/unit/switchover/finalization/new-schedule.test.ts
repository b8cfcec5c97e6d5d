import { describe, expect, test } from "@jest/globals";
import { acmVersion } from "../../../../steps/switchover/acm/acm-version.ts";
import type { BackupSchedule } from "../../../../steps/switchover/acm/hub-objects.ts";
import {
  defaultSchedule,
  defaultWarnings,
  scheduleToCreate,
} from "../../../../steps/switchover/phases/finalization/new-schedule.ts";

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

describe("A-73 the schedule of a new hub whose old one is lost with all that it had", () => {
  test("makes import tokens where the component works, and says what it is", () => {
    expect(defaultSchedule("enabled")).toEqual({
      metadata: { name: "acm-hub-backup" },
      spec: { veleroSchedule: "0 */4 * * *", veleroTtl: "168h", useManagedServiceAccount: true },
    });
    expect(defaultWarnings("enabled")).toEqual([expect.stringContaining("acm-hub-backup is made")]);
  });

  test.each(["disabled", "not-listed", "no-engine"] as const)(
    "with the component %s makes none, and says what that costs",
    (state) => {
      expect(defaultSchedule(state).spec?.useManagedServiceAccount).toBe(false);
      expect(defaultWarnings(state)[1]).toContain("every token that was restored on the new hub is deleted");
    },
  );
});
