import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { eventually } from "../../support/eventually.ts";
import { otherHub, PlayedHub, since, stays, until } from "./support/played-hub.ts";

const name = "restore-acm-passive-sync";
const first = "20260101120000";
const second = "20260101160000";
const label = "cluster.open-cluster-management.io/";

let hub: PlayedHub;
beforeAll(async () => {
  hub = await PlayedHub.open();
});
afterEach(() => hub.clear());
afterAll(() => hub?.close());

async function status(of = name): Promise<Readonly<Record<string, unknown>>> {
  return await hub.status("restores", of);
}

/** Names of the Velero Restores without what all have in common. */
async function made(of = name): Promise<readonly string[]> {
  const names = await hub.names("veleroRestores");
  return names.map((one) => one.replace(`${of}-acm-`, "").replace("-schedule", "")).sort();
}

async function following(release: string): Promise<void> {
  await hub.play(release);
  await hub.backupSet(first);
  await hub.restore();
  await hub.phase("restores", name, "Enabled");
}

async function activate(value = "latest"): Promise<void> {
  await hub.patch("restores", name, { spec: { veleroManagedClustersBackupName: value } });
}

const passiveNames = [`credentials-${first}`, `resources-${first}`, `resources-generic-${first}`];
const activeNames = [`credentials-${first}-active`, `resources-generic-${first}-active`];

describe("patching a passive Restore to latest", () => {
  test.each(["2.12", "2.14", "2.16", "2.17"])(
    "%s: restores the activation parts and the managed clusters, and ends Finished",
    async (release) => {
      await following(release);
      await activate();
      await hub.phase("restores", name, "Finished");
      expect(await made()).toEqual([...passiveNames, ...activeNames, `managed-clusters-${first}`].sort());
      expect((await status())["veleroManagedClustersRestoreName"]).toBe(
        `${name}-acm-managed-clusters-schedule-${first}`,
      );
    },
  );

  test.each([
    ["2.16", `${name}-acm-resources-generic-schedule-${first}-active`],
    ["2.17", `${name}-acm-resources-generic-schedule-${first}`],
  ])("%s: leaves %s as the generic name in status, the credentials name has no suffix", async (release, generic) => {
    await following(release);
    await activate();
    await hub.phase("restores", name, "Finished");
    expect(await status()).toMatchObject({
      veleroCredentialsRestoreName: `${name}-acm-credentials-schedule-${first}`,
      veleroGenericResourcesRestoreName: generic,
    });
  });

  test.each([
    ["2.12", ["credentials-active", "generic-active", "managed-clusters", "resources"]],
    ["2.16", ["credentials", "credentials-active", "generic-active", "managed-clusters", "resources"]],
    ["2.17", ["credentials", "credentials-active", "generic", "generic-active", "managed-clusters", "resources"]],
  ])("%s: with newer backups restores of the newer set: %j", async (release, expected) => {
    await following(release);
    await hub.backupSet(second);
    await activate();
    await hub.phase("restores", name, "Finished");
    const newer = (await made()).filter((one) => one.includes(second));
    expect(newer.map((one) => one.replace(`-${second}`, "").replace("resources-generic", "generic")).sort()).toEqual(
      expected,
    );
  });

  test("2.16: waits for nothing where nothing is newer", async () => {
    await following("2.16");
    hub.played.inject({ kind: "restore-stuck", prefix: "acm-credentials" });
    await activate();
    await eventually(async () => expect(await status()).toHaveProperty("veleroManagedClustersRestoreName"));
    expect((await status())["phase"]).not.toBe("Finished");
  });

  test.each(["2.16", "2.17"])(
    "%s: waits for credentials that are newer before the managed clusters",
    async (release) => {
      await following(release);
      await hub.backupSet(second);
      hub.played.inject({ kind: "restore-stuck", prefix: `acm-credentials-schedule-${second}` });
      await activate();
      await hub.phase("restores", name, "Started");
      await stays(async () => expect(await status()).not.toHaveProperty("veleroManagedClustersRestoreName"), 60);
      hub.played.clear();
      await hub.phase("restores", name, "Finished");
      expect(await status()).toHaveProperty("veleroManagedClustersRestoreName");
    },
  );

  test("2.16: with Velero down all Velero Restores and the name of the clusters' one are there, the phase is Unknown", async () => {
    await following("2.16");
    hub.played.inject({ kind: "velero-down" });
    await activate();
    await hub.phase("restores", name, "Unknown");
    expect(await made()).toHaveLength(6);
    expect(await status()).toHaveProperty("veleroManagedClustersRestoreName");
  });

  test("with lost storage is accepted and ends in Error without a name of the clusters' restore", async () => {
    await following("2.16");
    hub.played.inject({ kind: "storage-unavailable" });
    await hub.phase("storageLocations", "dpa-hub-1", "Unavailable");
    await activate();
    await hub.phase("restores", name, "Error");
    expect(await status()).not.toHaveProperty("veleroManagedClustersRestoreName");
  });

  test("2.17: a patched Restore that lost the storage activates by itself when it is back", async () => {
    await following("2.17");
    hub.played.inject({ kind: "storage-unavailable" });
    await hub.phase("storageLocations", "dpa-hub-1", "Unavailable");
    await activate();
    await hub.phase("restores", name, "EnabledWithErrors");
    hub.played.clear();
    await hub.phase("restores", name, "Finished");
  });

  test.each([
    ["2.15", "WaitingForPluginOperations", "Finished"],
    ["2.16", "Finalizing", "Finished"],
    ["2.17", "Finalizing", "Running"],
  ])("%s: while Velero is %s the Restore is %s", async (release, phase, expected) => {
    await following(release);
    hub.played.inject({ kind: "restore-stuck", prefix: "acm-managed-clusters", phase });
    await activate();
    await hub.phase("restores", name, expected);
  });
});

describe("how an activation fails", () => {
  test("a PartiallyFailed Velero Restore makes it FinishedWithErrors, the marker is written", async () => {
    await following("2.16");
    hub.played.inject({ kind: "restore-errors", prefix: "acm-managed-clusters", errors: 3 });
    await activate();
    await hub.phase("restores", name, "FinishedWithErrors");
    expect((await hub.names("veleroBackups")).some((one) => one.startsWith("acm-restore-clusters-"))).toBe(true);
  });

  test("2.16: a Failed Velero Restore makes it Error for good, still active", async () => {
    await following("2.16");
    hub.played.inject({ kind: "restore-fails", prefix: "acm-managed-clusters" });
    await activate();
    await hub.phase("restores", name, "Error");
    hub.played.clear();
    await hub.backupSet(second);
    await stays(async () => expect((await status())["phase"]).toBe("Error"), 150);
  });

  test("2.17: a Failed Velero Restore makes it EnabledWithErrors, newer backups make it try again", async () => {
    await following("2.17");
    hub.played.inject({ kind: "restore-fails", prefix: "acm-managed-clusters" });
    await activate();
    await hub.phase("restores", name, "EnabledWithErrors");
    hub.played.clear();
    await hub.backupSet(second);
    await hub.phase("restores", name, "Finished");
    expect((await status())["veleroManagedClustersRestoreName"]).toBe(
      `${name}-acm-managed-clusters-schedule-${second}`,
    );
  });
});

describe("a full Restore", () => {
  const full = { syncRestoreWithNewBackups: false, veleroManagedClustersBackupName: "latest" };

  test.each([
    ["2.12", ["credentials-active", "generic", "managed-clusters", "resources"]],
    ["2.13", ["credentials", "generic", "managed-clusters", "resources"]],
    ["2.16", ["credentials", "generic", "managed-clusters", "resources"]],
    ["2.17", ["credentials", "credentials-active", "generic", "generic-active", "managed-clusters", "resources"]],
  ])("%s: restores %j", async (release, expected) => {
    await hub.play(release);
    await hub.backupSet(first);
    await hub.restore(full, "full");
    await hub.phase("restores", "full", "Finished");
    const parts = (await made("full")).map((one) =>
      one.replace(`-${first}`, "").replace("resources-generic", "generic"),
    );
    expect(parts.sort()).toEqual(expected);
  });

  test.each(["2.16", "2.17"])("%s: waits for the credentials before the managed clusters", async (release) => {
    await hub.play(release);
    hub.played.inject({ kind: "restore-stuck", prefix: "acm-credentials" });
    await hub.backupSet(first);
    await hub.restore(full, "full");
    await hub.phase("restores", "full", "Started");
    await stays(async () => expect(await status("full")).not.toHaveProperty("veleroManagedClustersRestoreName"), 60);
    hub.played.clear();
    await hub.phase("restores", "full", "Finished");
  });

  test("leaves the generic backup out when no one of its time goes with the pinned resources", async () => {
    await hub.play("2.16");
    await hub.backupSet(first);
    const resources = await hub.backup("resources", second);
    await hub.restore({ ...full, veleroResourcesBackupName: resources }, "full");
    await hub.phase("restores", "full", "Finished");
    expect((await made("full")).filter((one) => one.includes("generic"))).toEqual([]);
  });

  test("takes a generic backup that started within 30 s of the pinned resources' name", async () => {
    await hub.play("2.16");
    await hub.backupSet(first);
    const resources = await hub.backup("resources", second);
    await hub.backup("resourcesGeneric", "20260101160001", { startTimestamp: "2026-01-01T16:00:29Z" });
    await hub.restore({ ...full, veleroResourcesBackupName: resources }, "full");
    await hub.phase("restores", "full", "Finished");
    expect(await made("full")).toContain("resources-generic-20260101160001");
  });
});

describe("managed clusters with the other kinds skipped", () => {
  const only = {
    syncRestoreWithNewBackups: false,
    veleroCredentialsBackupName: "skip",
    veleroResourcesBackupName: "skip",
  };

  test.each(until("2.16"))("%s: latest brings the activation parts without suffix too", async (release) => {
    await hub.play(release);
    await hub.backupSet(first);
    await hub.restore({ ...only, veleroManagedClustersBackupName: "latest" }, "act");
    await hub.phase("restores", "act", "Finished");
    expect(await made("act")).toEqual([
      `credentials-${first}`,
      `managed-clusters-${first}`,
      `resources-generic-${first}`,
    ]);
  });

  test("2.17: restores nothing but the managed clusters", async () => {
    await hub.play("2.17");
    await hub.backupSet(first);
    await hub.restore({ ...only, veleroManagedClustersBackupName: "latest" }, "act");
    await hub.phase("restores", "act", "Finished");
    expect(await made("act")).toEqual([`managed-clusters-${first}`]);
  });

  test("2.16: pinned activates nothing, ends Finished without the clusters' name, and writes a marker all the same", async () => {
    await hub.play("2.16");
    await hub.backupSet(first);
    const pinned = { ...only, veleroManagedClustersBackupName: `acm-managed-clusters-schedule-${first}` };
    await hub.restore(pinned, "act");
    await hub.phase("restores", "act", "Finished");
    expect(await status("act")).not.toHaveProperty("veleroManagedClustersRestoreName");
    const [restore] = await hub.list("veleroRestores");
    expect(JSON.stringify(restore?.spec)).toContain('"operator":"In","values":["cluster-activation"]');
    const marker = (await hub.list("veleroBackups")).find(({ metadata }) => metadata.name.startsWith("acm-restore-"));
    expect(marker?.metadata.labels).toMatchObject({
      [`${label}restore-cluster`]: "this-hub",
      "acm-managed-clusters-schedule": "",
    });
    expect(marker?.metadata.labels).not.toHaveProperty(`${label}backup-cluster`);
  });

  test("2.17: pinned activates", async () => {
    await hub.play("2.17");
    await hub.backupSet(first);
    const pinned = { ...only, veleroManagedClustersBackupName: `acm-managed-clusters-schedule-${first}` };
    await hub.restore(pinned, "act");
    await hub.phase("restores", "act", "Finished");
    expect(await status("act")).toHaveProperty("veleroManagedClustersRestoreName");
  });
});

describe("the cleanup of credentials", () => {
  const older = "acm-credentials-schedule-20260101080000";
  const act = {
    syncRestoreWithNewBackups: false,
    veleroManagedClustersBackupName: "latest",
    veleroCredentialsBackupName: "skip",
    veleroResourcesBackupName: "skip",
  };

  async function tokens(): Promise<readonly string[]> {
    return (await hub.names("secrets")).filter((one) => one === "auto-import-account");
  }

  test.each(until("2.16"))("%s: with skipped credentials removes what an older backup brought", async (release) => {
    await hub.play(release);
    await hub.token("b1", { backup: older });
    await hub.backupSet(first);
    await hub.restore(act, "act");
    await hub.phase("restores", "act", "Finished");
    expect(await tokens()).toEqual([]);
  });

  test("2.17: removes nothing for a skipped kind", async () => {
    await hub.play("2.17");
    await hub.token("b1", { backup: older });
    await hub.backupSet(first);
    await hub.restore(act, "act");
    await hub.phase("restores", "act", "Finished");
    expect(await tokens()).toEqual(["auto-import-account"]);
  });

  test.each(since("2.13").filter((release) => release !== "2.17"))(
    "%s: leaves what the same backup brought",
    async (release) => {
      await hub.play(release);
      await hub.token("b1", { backup: `acm-credentials-schedule-${first}` });
      await hub.backupSet(first);
      await hub.restore(act, "act");
      await hub.phase("restores", "act", "Finished");
      expect(await tokens()).toEqual(["auto-import-account"]);
    },
  );
});

describe("the marker acm-restore-clusters", () => {
  test("names the restoring hub, the author of the restored backup, that backup and the Restore", async () => {
    await following("2.16");
    await activate();
    await hub.phase("restores", name, "Finished");
    const marker = (await hub.list("veleroBackups")).find(({ metadata }) => metadata.name.startsWith("acm-restore-"));
    expect(marker?.metadata.labels).toEqual({
      [`${label}restore-cluster`]: "this-hub",
      [`${label}backup-cluster`]: otherHub,
      [`${label}acm-hub-dr`]: "true",
      [`${label}acm-restore-name`]: name,
      "acm-managed-clusters-schedule": `acm-managed-clusters-schedule-${first}`,
    });
    expect(marker?.spec?.["ttl"]).toBe("720h0m0s");
  });

  test.each([
    ["2.16", 2],
    ["2.17", 1],
  ])("%s: with an older one on the hub there are %i", async (release, count) => {
    await following(release);
    await hub.marker(otherHub, "2026-01-01T00:00:00Z");
    await activate();
    await hub.phase("restores", name, "Finished");
    const markers = (await hub.names("veleroBackups")).filter((one) => one.startsWith("acm-restore-clusters-"));
    expect(markers).toHaveLength(count);
  });
});
