import { describe, expect, test } from "@jest/globals";
import { acmVersion } from "../../../../steps/switchover/acm/acm-version.ts";
import {
  managedServiceAccountComponent,
  scheduleBlocksRestores,
  validationCause,
} from "../../../../steps/switchover/acm/backup-schedule.ts";

const schedule = (phase: string | undefined, paused = true) => ({
  metadata: { name: "s" },
  spec: { veleroSchedule: "0 */4 * * *", paused },
  ...(phase === undefined ? {} : { status: { phase } }),
});

describe("a BackupSchedule blocks Restores", () => {
  test.each([
    ["Enabled", "2.14.0", true],
    [undefined, "2.14.0", true],
    ["FailedValidation", "2.14.0", true],
    ["Paused", "2.14.0", false],
    ["Paused", "2.11.3", true],
    ["BackupCollision", "2.11.3", false],
    ["Paused", "nobody knows", false],
  ])("with phase %p on ACM %s: %p", (phase, version, blocks) => {
    expect(scheduleBlocksRestores(schedule(phase), acmVersion(version))).toBe(blocks);
  });
});

test.each([
  ["Restore resource r is currently active, verify that any active restores are removed.", "active-restore"],
  [
    "UseManagedServiceAccount option cannot be used, managedserviceaccount-preview component is not enabled",
    "managed-service-account",
  ],
  ["Backup storage location is not available", "storage"],
  ["BackupStorageLocation resources not found", "storage"],
  ["invalid schedule: expected exactly 5 fields", "cron"],
  ["something else", "other"],
])("%p is a problem of %s", (message, cause) => {
  expect(validationCause(message)).toBe(cause);
});

describe("the component managedserviceaccount", () => {
  const engine = (components: readonly { readonly name: string; readonly enabled?: boolean }[]) => ({
    metadata: { name: "engine" },
    spec: { overrides: { components } },
  });

  test.each([
    ["enabled", engine([{ name: "managedserviceaccount", enabled: true }])],
    [
      "disabled",
      engine([
        { name: "hypershift", enabled: true },
        { name: "managedserviceaccount", enabled: false },
      ]),
    ],
    ["not-listed", engine([{ name: "hypershift", enabled: true }])],
    ["not-listed", { metadata: { name: "engine" } }],
    ["no-engine", undefined],
  ])("is %s", (state, found) => {
    expect(managedServiceAccountComponent(found)).toBe(state);
  });
});
