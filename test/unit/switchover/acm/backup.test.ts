import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  type BackupSummary,
  backupOwner,
  isAcmOwned,
  isInProgress,
  isOfType,
  nameTimestamp,
  newestOfType,
  resolveLatest,
  summariseBackup,
} from "../../../../steps/switchover/acm/backup.ts";
import { label } from "../../../../steps/switchover/acm/constants.ts";
import { backupOf } from "./backups.ts";

describe("whose a backup is", () => {
  test.each(["managedClusters", "credentials", "resources", "resourcesGeneric", "validation"] as const)(
    "the label %s decides, whatever the name",
    (type) => {
      expect(backupOwner("anything", { [label.backupScheduleType]: type })).toEqual({
        kind: "schedule",
        type,
        by: "label",
      });
    },
  );

  test.each([
    ["acm-managed-clusters-schedule-20260101000000", "managedClusters"],
    ["acm-credentials-schedule-20260101000000", "credentials"],
    ["acm-resources-schedule-20260101000000", "resources"],
    ["acm-resources-generic-schedule-20260101000000", "resourcesGeneric"],
  ])("without the label the name %s says %s", (name, type) => {
    expect(backupOwner(name, {})).toEqual({ kind: "schedule", type, by: "name" });
  });

  test("a marker of a finished Restore is ACM's, but of no kind", () => {
    const marker = summariseBackup({
      metadata: { name: "acm-restore-clusters-20260101000000", labels: { [label.restoreCluster]: "hub-b" } },
    });
    expect(marker.owner).toEqual({ kind: "marker", restoringHub: "hub-b" });
    expect(isAcmOwned(marker)).toBe(true);
    expect(isOfType(marker, "managedClusters")).toBe(false);
  });

  test.each([
    ["nightly-etcd", {}],
    ["my-acm-credentials-copy", {}],
    ["nightly", { [label.backupScheduleType]: "homemade" }],
    ["nightly", { [label.backupScheduleType]: "constructor" }],
  ])("%s is somebody else's", (name, labels) => {
    expect(backupOwner(name, labels)).toEqual({ kind: "other" });
  });
});

describe("a backup in progress", () => {
  test.each(["Completed", "PartiallyFailed", "Failed", "FailedValidation", "Deleting"])(
    "is not one that is %s",
    (phase) => {
      expect(isInProgress(phase)).toBe(false);
    },
  );

  test.each([
    "",
    "New",
    "Queued",
    "ReadyToStart",
    "InProgress",
    "WaitingForPluginOperations",
    "FinalizingPartiallyFailed",
  ])("is one that is %p", (phase) => {
    expect(isInProgress(phase)).toBe(true);
  });

  test("is one of any phase that nobody knows", () => {
    const ends = ["Completed", "PartiallyFailed", "Failed", "FailedValidation", "Deleting"];
    fc.assert(fc.property(fc.string(), (phase) => isInProgress(phase) === !ends.includes(phase)));
  });
});

describe("the newest backup of a kind", () => {
  test("is the one that started last, since the queue upsets the order of names", () => {
    const early = backupOf("resources", { stamp: "20260101000001", started: "2026-01-01T00:00:05Z" });
    const late = backupOf("resources", { stamp: "20260101000000", started: "2026-01-01T00:02:00Z" });
    expect(newestOfType([late, early], "resources")).toBe(late);
  });

  test("is one that has started rather than one that still waits", () => {
    const queued = backupOf("credentials", { stamp: "20260102000000", phase: "Queued" });
    const done = backupOf("credentials", { stamp: "20260101000000", started: "2026-01-01T00:00:00Z" });
    expect(newestOfType([queued, done], "credentials")).toBe(done);
  });

  test("is nothing where the kind has none", () => {
    expect(newestOfType([backupOf("validation", { stamp: "20260101000000" })], "resources")).toBeUndefined();
  });

  test("does not depend on the order in which backups were listed", () => {
    const facts = fc.record({
      stamp: fc.constantFrom("20260101000000", "20260101000001", "20260102000000"),
      started: fc.option(fc.constantFrom("2026-01-01T00:00:00Z", "2026-01-01T00:00:30Z"), { nil: undefined }),
    });
    const backups = fc.uniqueArray(facts, { selector: ({ stamp }) => stamp, minLength: 1 });
    fc.assert(
      fc.property(backups, (all) => {
        const summaries = all.map(({ stamp, started }) =>
          backupOf("resources", { stamp, ...(started === undefined ? {} : { started }) }),
        );
        expect(newestOfType(summaries.toReversed(), "resources")?.name).toBe(
          newestOfType(summaries, "resources")?.name,
        );
      }),
    );
  });
});

describe("`latest`", () => {
  const early = "2026-01-01T00:00:00Z";
  const late = "2026-01-01T04:00:00Z";

  test("takes PartiallyFailed as well as Completed, and no other phase", () => {
    const partial = backupOf("credentials", { stamp: "20260101040000", started: late, phase: "PartiallyFailed" });
    const failed = backupOf("credentials", {
      stamp: "20260101050000",
      started: "2026-01-01T05:00:00Z",
      phase: "Failed",
    });
    const old = backupOf("credentials", { stamp: "20260101000000", started: early });
    expect(resolveLatest([old, failed, partial], "credentials")).toBe(partial);
  });

  test("goes by the name's beginning, so that resources do not include generic resources", () => {
    const generic = backupOf("resourcesGeneric", { stamp: "20260101040000", started: late });
    const resources = backupOf("resources", { stamp: "20260101000000", started: early });
    expect(resolveLatest([generic, resources], "resources")).toBe(resources);
    expect(resolveLatest([generic, resources], "resourcesGeneric")).toBe(generic);
  });

  test("takes each kind by itself, so that two writers mix", () => {
    const backups: readonly BackupSummary[] = [
      backupOf("credentials", { stamp: "20260101000000", started: early, producer: "hub-a" }),
      backupOf("credentials", { stamp: "20260101040000", started: late, producer: "hub-b" }),
      backupOf("managedClusters", { stamp: "20260101040500", started: "2026-01-01T04:05:00Z", producer: "hub-a" }),
    ];
    expect(resolveLatest(backups, "credentials")?.producer).toBe("hub-b");
    expect(resolveLatest(backups, "managedClusters")?.producer).toBe("hub-a");
  });
});

describe("the time in a name", () => {
  test("is read as UTC", () => {
    expect(nameTimestamp("acm-credentials-schedule-20260203040506")).toBe(Date.UTC(2026, 1, 3, 4, 5, 6));
  });

  test.each(["acm-credentials-schedule", "acm-credentials-schedule-2026", "backup-20261399999999", ""])(
    "is absent in %p",
    (name) => {
      expect(nameTimestamp(name)).toBeUndefined();
    },
  );
});
