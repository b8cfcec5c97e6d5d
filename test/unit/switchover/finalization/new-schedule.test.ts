import { describe, expect, test } from "@jest/globals";
import { acmVersion } from "../../../../steps/switchover/acm/acm-version.ts";
import type { BackupSchedule } from "../../../../steps/switchover/acm/hub-objects.ts";
import {
  defaultSchedule,
  keepTokens,
  scheduleFromTemplate,
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
  test("makes import tokens where the component works", () => {
    expect(defaultSchedule("enabled")).toEqual({
      metadata: { name: "acm-hub-backup" },
      spec: { veleroSchedule: "0 */4 * * *", veleroTtl: "168h", useManagedServiceAccount: true },
    });
  });

  test.each(["disabled", "not-listed", "no-engine", "unreadable"] as const)(
    "with the component %s makes none, or it would be refused",
    (state) => {
      expect(defaultSchedule(state).spec?.useManagedServiceAccount).toBe(false);
    },
  );
});

describe("a schedule from backup-schedule-template", () => {
  const template = { veleroSchedule: "30 */6 * * *", veleroTtl: "72h" };

  test("that says nothing of import tokens makes them where the component works: without them all are deleted", () => {
    expect(scheduleFromTemplate(template, "enabled").spec).toEqual({ ...template, useManagedServiceAccount: true });
    expect(scheduleFromTemplate(template, "disabled").spec).toEqual({ ...template, useManagedServiceAccount: false });
  });

  test.each([true, false])("that says useManagedServiceAccount %s is taken at its word", (useManagedServiceAccount) => {
    const stated = { ...template, useManagedServiceAccount };
    expect(scheduleFromTemplate(stated, "enabled").spec).toEqual(stated);
    expect(scheduleFromTemplate(stated, "not-listed").spec).toEqual(stated);
  });
});

describe("K-42 a schedule that is made anew makes import tokens as the old hub's did", () => {
  const withTokens: BackupSchedule = {
    ...saved,
    spec: { veleroSchedule: "0 */4 * * *", useManagedServiceAccount: true, managedServiceAccountTTL: "720h" },
  };
  const without: BackupSchedule = { metadata: { name: "schedule-acm" }, spec: { veleroSchedule: "@daily" } };

  test("where it would make none, with the same lifetime", () => {
    const spec = { veleroSchedule: "@daily", useManagedServiceAccount: true, managedServiceAccountTTL: "720h" };
    expect(keepTokens(without, [withTokens])).toEqual({ ...without, spec });
  });

  test("with the lifetime that it states itself", () => {
    const stated = { ...without, spec: { veleroSchedule: "@daily", managedServiceAccountTTL: "48h" } };
    expect(keepTokens(stated, [withTokens]).spec).toEqual({ ...stated.spec, useManagedServiceAccount: true });
  });

  test("and is left as it is where it makes them, or the old hub's made none, or nothing is known of that", () => {
    expect(keepTokens(withTokens, [withTokens])).toBe(withTokens);
    expect(keepTokens(without, [saved])).toBe(without);
    expect(keepTokens(without, [])).toBe(without);
    expect(keepTokens(without)).toBe(without);
  });
});
