import { describe, expect, test } from "@jest/globals";
import { summariseVeleroRestore } from "../../../../steps/switchover/acm/acm-restore.ts";
import type { BackupSummary } from "../../../../steps/switchover/acm/backup.ts";
import { foreignBackups, judgeUsedBackup } from "../../../../steps/switchover/phases/activation/restored-backups.ts";
import { backupOf } from "../acm/backups.ts";

const hubTime = Date.parse("2026-03-01T12:00:00Z");
const at = (hour: string): BackupSummary =>
  backupOf("managedClusters", { stamp: `20260301${hour}0000`, started: `2026-03-01T${hour}:01:00Z` });
const [eight, ten] = [at("08"), at("10")];

describe("the backup that the clusters were restored from", () => {
  const judge = (used: BackupSummary, expected: BackupSummary, backups = [eight, ten], allowOlder = false) =>
    judgeUsedBackup(used.name, expected.name, { backups, hubTime, allowOlder });

  test("is fine where it is the expected one", () => {
    expect(judge(ten, ten)).toEqual({ warnings: [] });
  });

  test("is refused where it is older: both are named with their ages", () => {
    expect(judge(eight, ten).error?.text).toEqual({
      id: "SW-ACT-22",
      what: "the clusters on the new hub were restored from an older backup than expected",
      why: `restored was ${eight.name} (3 h 59 min old), expected was ${ten.name} (1 h 59 min old): what changed in between is not on the new hub`,
      fix: expect.stringContaining("resume with allow-partial-restore"),
    });
  });

  test("may be older where that is allowed, with a warning", () => {
    expect(judge(eight, ten, [eight, ten], true)).toEqual({
      warnings: [expect.stringContaining(`restored from ${eight.name} (3 h 59 min old), expected was ${ten.name}`)],
    });
  });

  test("may be newer, as from ACM 2.17 where one came meanwhile, with a warning", () => {
    expect(judge(ten, eight)).toEqual({ warnings: [expect.stringContaining(`restored from ${ten.name}`)] });
  });

  test("is judged by names where one of the two is gone", () => {
    expect(judge(eight, ten, [eight]).error?.text.id).toBe("SW-ACT-22");
    expect(judge(eight, ten, [ten]).error?.text.id).toBe("SW-ACT-22");
    expect(judge(ten, eight, []).error).toBeUndefined();
  });

  test("is judged by starts, whatever the names tell", () => {
    const named = backupOf("managedClusters", { stamp: "20260301110000", started: "2026-03-01T09:00:00Z" });
    expect(judge(named, ten, [named, ten]).error?.text.id).toBe("SW-ACT-22");
    expect(judge(ten, named, [named, ten]).error).toBeUndefined();
  });
});

describe("the hubs whose backups were restored", () => {
  const credentialsOf = (producer: string) => backupOf("credentials", { stamp: "20260301110000", producer });
  const foreign = (credentials: BackupSummary, oldHub: string | undefined): readonly string[] => {
    const restores = [ten, credentials].map(({ name }) =>
      summariseVeleroRestore({ metadata: { name: `r-${name}` }, spec: { backupName: name } }),
    );
    return foreignBackups(restores, { backups: [eight, ten, credentials], hubTime }, oldHub);
  };

  test("are fine where all are of the old hub, or of one where that is declared down", () => {
    expect(foreign(credentialsOf("hub-a"), "hub-a")).toEqual([]);
    expect(foreign(credentialsOf("hub-a"), undefined)).toEqual([]);
  });

  test("tell of two writers where one is not the old hub", () => {
    const other = credentialsOf("hub-b");
    expect(foreign(other, "hub-a")).toEqual([
      `the restored backups were not all made by the old hub hub-a: ${other.name} by hub hub-b; two hubs write to one storage, and \`latest\` mixes their sets`,
    ]);
  });

  test("tell of two writers where they differ from each other and the old hub is declared down", () => {
    const other = credentialsOf("hub-b");
    expect(foreign(other, undefined)).toEqual([
      expect.stringContaining(`are of several hubs: ${ten.name} by hub hub-a, ${other.name} by hub hub-b;`),
    ]);
  });

  test("say nothing of a backup that names no hub", () => {
    expect(foreign(credentialsOf(""), "hub-a")).toEqual([]);
  });
});
