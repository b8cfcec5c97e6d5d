import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type BackupSummary, nameTimestamp } from "../../../../steps/switchover/acm/backup.ts";
import { pinBackups } from "../../../../steps/switchover/acm/backup-family.ts";
import { type BackupFacts, backupOf } from "./backups.ts";

const stamp = "20260101040000";
const started = "2026-01-01T04:00:05Z";

type Kind = "managedClusters" | "credentials" | "resources" | "resourcesGeneric";

function set(changes: { readonly [K in Kind]?: Partial<BackupFacts> } = {}): readonly BackupSummary[] {
  const kinds = ["managedClusters", "credentials", "resources", "resourcesGeneric"] as const;
  return kinds.map((kind) => backupOf(kind, { stamp, started, ...changes[kind] }));
}

const names = {
  managedClusters: `acm-managed-clusters-schedule-${stamp}`,
  credentials: `acm-credentials-schedule-${stamp}`,
  resources: `acm-resources-schedule-${stamp}`,
  resourcesGeneric: `acm-resources-generic-schedule-${stamp}`,
};

describe("pinning", () => {
  test("names the four backups of one set", () => {
    expect(pinBackups({ visible: set() })).toEqual({ kind: "pinned", family: names });
  });

  test("A-85: a name one second off is of the same set", () => {
    const visible = set({ credentials: { stamp: "20260101040001" } });
    expect(pinBackups({ visible })).toEqual({
      kind: "pinned",
      family: { ...names, credentials: "acm-credentials-schedule-20260101040001" },
    });
  });

  test("a name six seconds off is of another set", () => {
    const visible = set({ credentials: { stamp: "20260101040006" } });
    expect(pinBackups({ visible })).toMatchObject({ kind: "latest", why: expect.stringContaining("credentials") });
  });

  test("starts that the queue spread over minutes do not matter", () => {
    const visible = set({
      resources: { started: "2026-01-01T04:03:00Z" },
      resourcesGeneric: { started: "2026-01-01T04:05:00Z" },
    });
    expect(pinBackups({ visible })).toMatchObject({ kind: "pinned" });
  });

  test("A-85: a generic backup with another name counts only if it started within 30 s of the resources name", () => {
    const soon = set({ resourcesGeneric: { stamp: "20260101040001", started: "2026-01-01T04:00:30Z" } });
    const later = set({ resourcesGeneric: { stamp: "20260101040001", started: "2026-01-01T04:00:40Z" } });
    expect(pinBackups({ visible: soon })).toMatchObject({ kind: "pinned" });
    expect(pinBackups({ visible: later })).toMatchObject({ kind: "latest", why: expect.stringContaining("generic") });
  });

  test("a member that is not Completed spoils the set", () => {
    for (const kind of ["managedClusters", "credentials", "resources", "resourcesGeneric"] as const) {
      expect(pinBackups({ visible: set({ [kind]: { phase: "PartiallyFailed" } }) }).kind).toBe("latest");
    }
  });

  test("a member of another hub spoils the set", () => {
    expect(pinBackups({ visible: set({ resources: { producer: "hub-b" } }) }).kind).toBe("latest");
  });

  test("credentials older than those restored last are refused, the same ones are not", () => {
    const start = Date.parse(started);
    expect(pinBackups({ visible: set(), restoredCredentialsStart: start }).kind).toBe("pinned");
    expect(pinBackups({ visible: set(), restoredCredentialsStart: start + 1 })).toMatchObject({
      kind: "latest",
      why: expect.stringContaining("older"),
    });
  });

  test("without any backup it falls back and says why", () => {
    expect(pinBackups({ visible: [] })).toEqual({
      kind: "latest",
      why: expect.stringContaining("no managed-clusters backup"),
    });
  });

  test("whatever is visible, a pinned family is Completed, visible, of one hub, with names at most 5 s apart", () => {
    const facts = fc.record({
      stamp: fc.constantFrom("20260101040000", "20260101040001", "20260101040005", "20260101040009"),
      started: fc.constantFrom("2026-01-01T04:00:00Z", "2026-01-01T04:00:29Z", "2026-01-01T04:02:00Z"),
      phase: fc.constantFrom("Completed", "Completed", "Completed", "PartiallyFailed"),
      producer: fc.constantFrom("hub-a", "hub-a", "hub-a", "hub-b"),
    });
    const kinds = ["managedClusters", "credentials", "resources", "resourcesGeneric"] as const;
    const ofKind = (kind: Kind) => fc.array(fc.tuple(fc.constant(kind), facts), { minLength: 1, maxLength: 4 });
    const backups = fc.tuple(...kinds.map(ofKind)).map((sets) => sets.flat());
    fc.assert(
      fc.property(backups, (all) => {
        const visible = all.map(([type, fact]) => backupOf(type, fact));
        const pinning = pinBackups({ visible });
        fc.pre(pinning.kind === "pinned");
        const members = Object.values(pinning.family).map((name) =>
          visible.filter((backup) => backup.name === name && backup.phase === "Completed"),
        );
        expect(members.every((found) => found.length > 0)).toBe(true);
        const stamps = Object.values(pinning.family).map((name) => nameTimestamp(name) ?? Number.NaN);
        expect(Math.max(...stamps) - Math.min(...stamps)).toBeLessThanOrEqual(10_000);
        for (const time of stamps) {
          expect(Math.abs(time - (nameTimestamp(pinning.family.managedClusters) ?? 0))).toBeLessThanOrEqual(5_000);
        }
      }),
    );
  });
});
