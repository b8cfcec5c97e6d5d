import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { eventually } from "../../support/eventually.ts";
import { PlayedHub, since, stays, until } from "./support/played-hub.ts";

const name = "restore-acm-passive-sync";
const first = "20260101120000";
const second = "20260101160000";

let hub: PlayedHub;
beforeAll(async () => {
  hub = await PlayedHub.open();
});
afterEach(() => hub.clear());
afterAll(() => hub?.close());

async function status(): Promise<Readonly<Record<string, unknown>>> {
  return await hub.status("restores", name);
}

function veleroName(schedule: string, stamp: string, suffix = ""): string {
  return `${name}-acm-${schedule}-schedule-${stamp}${suffix}`;
}

/** A hub that follows the first set of the other one. */
async function following(release: string, spec: Readonly<Record<string, unknown>> = {}): Promise<void> {
  await hub.play(release);
  await hub.backupSet(first);
  await hub.restore(spec);
  await hub.phase("restores", name, "Enabled");
}

describe("a passive sync", () => {
  test.each(["2.11", "2.16", "2.17"])(
    "%s: restores credentials, generic resources without activation parts, and resources whole, then is Enabled",
    async (release) => {
      await following(release);
      const restores = await hub.list("veleroRestores");
      const selectors = Object.fromEntries(
        restores.map(({ metadata, spec }) => [metadata.name, JSON.stringify(spec?.["labelSelector"] ?? null)]),
      );
      const ordinary = expect.stringContaining('"NotIn","values":["cluster-activation"]');
      expect(selectors).toEqual({
        [veleroName("credentials", first)]: ordinary,
        [veleroName("resources-generic", first)]: ordinary,
        [veleroName("resources", first)]: "null",
      });
      expect(await status()).toMatchObject({
        veleroCredentialsRestoreName: veleroName("credentials", first),
        veleroGenericResourcesRestoreName: veleroName("resources-generic", first),
        veleroResourcesRestoreName: veleroName("resources", first),
      });
      expect(await status()).not.toHaveProperty("veleroManagedClustersRestoreName");
    },
  );

  test("follows newer backups at its interval", async () => {
    await following("2.16", { restoreSyncInterval: "1m" });
    await hub.backupSet(second);
    await eventually(async () =>
      expect((await status())["veleroCredentialsRestoreName"]).toBe(veleroName("credentials", second)),
    );
    await hub.phase("restores", name, "Enabled");
  });

  test("looks at once when the Restore is edited, an annotation is enough", async () => {
    await following("2.16", { restoreSyncInterval: "1000h" });
    await hub.backupSet(second);
    await stays(
      async () => expect((await status())["veleroCredentialsRestoreName"]).toBe(veleroName("credentials", first)),
      100,
    );
    await hub.patch("restores", name, { metadata: { annotations: { asked: "now" } } });
    await eventually(async () =>
      expect((await status())["veleroCredentialsRestoreName"]).toBe(veleroName("credentials", second)),
    );
  });

  test.each(["credentials", "resources"] as const)("counts a newer %s backup as new", async (type) => {
    await following("2.16", { restoreSyncInterval: "1m" });
    await hub.backup(type, second);
    await eventually(async () => expect(await hub.names("veleroRestores")).toContain(veleroName(type, second)));
  });

  test("does not count a newer generic backup as new", async () => {
    await following("2.16", { restoreSyncInterval: "1m" });
    await hub.backup("resourcesGeneric", second);
    await stays(async () => expect(await hub.names("veleroRestores")).toHaveLength(3), 150);
  });

  test("takes the newest start among backups that are Completed or PartiallyFailed, whoever wrote them", async () => {
    await hub.play("2.16");
    await hub.backupSet(first);
    await hub.backup("credentials", "20260101110000", { startTimestamp: "2026-01-01T13:00:00Z", author: "this-hub" });
    await hub.backup("resources", second, { phase: "Failed" });
    await hub.backup("resources", "20260101130000", { phase: "PartiallyFailed" });
    await hub.restore();
    await hub.phase("restores", name, "Enabled");
    expect(await hub.names("veleroRestores")).toEqual([
      veleroName("credentials", "20260101110000"),
      veleroName("resources-generic", first),
      veleroName("resources", "20260101130000"),
    ]);
  });

  test.each([
    ["2.16", "Error"],
    ["2.17", "EnabledWithErrors"],
  ])("%s: without backups it is %s and begins at its 60 s timer when there are some", async (release, phase) => {
    await hub.play(release);
    await hub.restore();
    await hub.phase("restores", name, phase);
    expect((await status())["lastMessage"]).toBe("no velero backups found");
    await hub.backupSet(first);
    await hub.phase("restores", name, "Enabled");
  });

  test.each([
    ["2.16", "Error"],
    ["2.17", "EnabledWithErrors"],
  ])("%s: shows lost storage as %s at its next reconcile only", async (release, phase) => {
    await following(release);
    hub.played.inject({ kind: "storage-unavailable" });
    await hub.phase("storageLocations", "dpa-hub-1", "Unavailable");
    await stays(async () => expect((await status())["phase"]).toBe("Enabled"), 100);
    await hub.patch("restores", name, { metadata: { annotations: { asked: "now" } } });
    await hub.phase("restores", name, phase);
    hub.played.clear();
    await hub.phase("restores", name, "Enabled");
  });

  test.each([
    ["2.16", "Unknown"],
    ["2.17", "Started"],
  ])("%s: is %s while Velero is down, its status names are set", async (release, phase) => {
    await hub.play(release);
    hub.played.inject({ kind: "velero-down" });
    await hub.setStatus("storageLocations", "dpa-hub-1", { phase: "Available" });
    await hub.backupSet(first);
    await hub.restore();
    await eventually(async () =>
      expect(await status()).toMatchObject({ phase, veleroCredentialsRestoreName: veleroName("credentials", first) }),
    );
    await stays(async () => expect((await status())["phase"]).toBe(phase), 60);
  });

  test.each([
    ["2.16", "Error"],
    ["2.17", "EnabledWithErrors"],
  ])("%s: is %s when a Velero Restore Failed", async (release, phase) => {
    await hub.play(release);
    hub.played.inject({ kind: "restore-fails", prefix: "acm-credentials" });
    await hub.backupSet(first);
    await hub.restore();
    await hub.phase("restores", name, phase);
  });

  test.each([
    ["2.16", "Error"],
    ["2.17", "Enabled"],
  ])("%s: after a Velero Restore Failed a newer backup leaves it %s", async (release, phase) => {
    await hub.play(release);
    hub.played.inject({ kind: "restore-fails", prefix: "acm-credentials" });
    await hub.backupSet(first);
    await hub.restore({ restoreSyncInterval: "1m" });
    await hub.phase("restores", name, release === "2.16" ? "Error" : "EnabledWithErrors");
    hub.played.clear();
    await hub.backupSet(second);
    await hub.phase("restores", name, phase);
    await stays(async () => expect((await status())["phase"]).toBe(phase), 150);
  });

  test("is Enabled when a Velero Restore ended PartiallyFailed", async () => {
    await hub.play("2.16");
    hub.played.inject({ kind: "restore-errors", prefix: "acm-resources", errors: 2 });
    await hub.backupSet(first);
    await hub.restore();
    await hub.phase("restores", name, "Enabled");
  });
});

describe("a Restore beside something active", () => {
  test("is FinishedWithErrors at once beside another Restore, with a completion time and without Velero Restores", async () => {
    await following("2.16");
    await hub.restore({ syncRestoreWithNewBackups: false }, "second");
    await hub.phase("restores", "second", "FinishedWithErrors");
    const { lastMessage, completionTimestamp } = await hub.status("restores", "second");
    expect(lastMessage).toBe(
      `This resource is ignored because Restore resource ${name} is currently active, before creating another resource verify that any active resources are removed.`,
    );
    expect(completionTimestamp).toEqual(expect.any(String));
    expect(await hub.names("veleroRestores")).toHaveLength(3);
  });

  test.each([
    ["2.11", "Enabled", "FinishedWithErrors"],
    ["2.12", "Paused", "Enabled"],
  ])("%s: beside a schedule with spec.paused, which is %s, it is %s", async (release, scheduled, phase) => {
    await hub.play(release);
    await hub.schedule({ paused: true });
    await hub.phase("backupSchedules", "acm-hub-backup", scheduled);
    await hub.backupSet(first);
    await hub.restore();
    await hub.phase("restores", name, phase);
  });

  test("is refused beside an unpaused schedule", async () => {
    await hub.play("2.16");
    await hub.schedule();
    await hub.phase("backupSchedules", "acm-hub-backup", "Enabled");
    await hub.restore();
    await hub.phase("restores", name, "FinishedWithErrors");
    expect((await status())["lastMessage"]).toContain("BackupSchedule resource acm-hub-backup is currently active");
  });

  test("runs beside a schedule that collided", async () => {
    await hub.play("2.16");
    await hub.schedule();
    await hub.phase("backupSchedules", "acm-hub-backup", "Enabled");
    await hub.backup("resources", first, { startTimestamp: "2099-01-01T00:00:00Z" });
    await hub.phase("backupSchedules", "acm-hub-backup", "BackupCollision");
    await hub.backupSet(second);
    await hub.restore();
    await hub.phase("restores", name, "Enabled");
  });
});

describe("the end of a Restore", () => {
  const finalizer = "restores.cluster.open-cluster-management.io/finalizer";
  const finalizers = async () => (await hub.find("restores", name)).metadata.finalizers;

  test.each(until("2.13"))("%s: it has no finalizer, its Velero Restores go by owner", async (release) => {
    await following(release);
    expect(await finalizers()).toBeUndefined();
    await hub.remove("restores", name);
    await eventually(async () => expect(await hub.names("veleroRestores")).toEqual([]));
  });

  test.each(since("2.14"))("%s: its finalizer holds it until its Velero Restores are gone", async (release) => {
    await following(release);
    expect(await finalizers()).toEqual([finalizer]);
    hub.played.inject({ kind: "velero-down" });
    await hub.remove("restores", name);
    await stays(async () => expect(await hub.names("restores")).toEqual([name]), 100);
    hub.played.clear();
    await eventually(async () => expect(await hub.names("restores")).toEqual([]));
    expect(await hub.names("veleroRestores")).toEqual([]);
  });

  test("2.16: without the hub component cluster-backup there is no finalizer", async () => {
    await hub.play("2.16");
    await hub.remove("hubComponents", "cluster-backup");
    await hub.backupSet(first);
    await hub.restore();
    await hub.phase("restores", name, "Enabled");
    expect(await finalizers()).toBeUndefined();
  });

  test("while it is being deleted it is still active for others", async () => {
    await following("2.16");
    hub.played.inject({ kind: "velero-down" });
    await hub.remove("restores", name);
    await hub.restore({}, "second");
    await hub.phase("restores", "second", "FinishedWithErrors");
  });

  test("with Velero down, Velero Restores that it has not begun vanish at once", async () => {
    await following("2.16");
    hub.played.inject({ kind: "velero-down" });
    await hub.backupSet(second);
    await hub.patch("restores", name, { metadata: { annotations: { asked: "now" } } });
    await eventually(async () => expect(await hub.names("veleroRestores")).toHaveLength(6));
    await hub.remove("restores", name);
    await eventually(async () => {
      const left = await hub.names("veleroRestores");
      expect(left.every((one) => one.endsWith(first))).toBe(true);
      expect(left).toHaveLength(3);
    });
  });

  test("with the operator down it stays", async () => {
    await following("2.15");
    hub.played.inject({ kind: "operator-down" });
    await hub.remove("restores", name);
    await stays(async () => expect(await hub.names("restores")).toEqual([name]), 60);
    hub.played.clear();
    await eventually(async () => expect(await hub.names("restores")).toEqual([]));
  });

  test.each([
    ["2.11", false],
    ["2.12", true],
  ])("%s: a completion time is there already while Enabled: %s", async (release, there) => {
    await following(release);
    expect("completionTimestamp" in (await status())).toBe(there);
  });
});
