import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { SimApiError } from "../../sim/kube/sim-client.ts";
import { eventually } from "../../support/eventually.ts";
import { PlayedHub, since, until } from "./support/played-hub.ts";

const name = "restore-acm-passive-sync";
const first = "20260101120000";

let hub: PlayedHub;
beforeAll(async () => {
  hub = await PlayedHub.open();
});
afterEach(() => hub.clear());
afterAll(() => hub?.close());

/** The API server's answer to a write that it refuses. */
async function refusal(write: Promise<unknown>): Promise<SimApiError> {
  const error = await write.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof SimApiError) return error;
  throw new Error(`the write was not refused: ${String(error)}`);
}

async function following(release: string): Promise<void> {
  await hub.play(release);
  await hub.backupSet(first);
  await hub.restore();
  await hub.phase("restores", name, "Enabled");
}

async function setClusters(value: string): Promise<void> {
  await hub.patch("restores", name, { spec: { veleroManagedClustersBackupName: value } });
}

describe("a sync Restore", () => {
  test.each(since("2.16"))(
    "%s: is refused with managed clusters pinned, as Forbidden in the webhook's words",
    async (release) => {
      await hub.play(release);
      const error = await refusal(hub.restore({ veleroManagedClustersBackupName: "acm-managed-clusters-schedule-1" }));
      expect(error.status).toBe(403);
      expect(error.message).toContain('"reason":"Forbidden"');
      expect(error.message).toContain('admission webhook \\"vrestore.kb.io\\" denied the request: ');
    },
  );

  test.each(until("2.15"))("%s: is accepted with managed clusters pinned", async (release) => {
    await hub.play(release);
    await hub.restore({ veleroManagedClustersBackupName: "acm-managed-clusters-schedule-1" });
  });

  test.each(["veleroCredentialsBackupName", "veleroResourcesBackupName"])("is refused with %s skip", async (field) => {
    await hub.play("2.16");
    expect((await refusal(hub.restore({ [field]: "skip" }))).status).toBe(403);
  });

  test("is refused when created with managed clusters latest", async () => {
    await hub.play("2.16");
    expect((await refusal(hub.restore({ veleroManagedClustersBackupName: "latest" }))).status).toBe(403);
  });

  test("may say its names in any case and with blanks", async () => {
    await hub.play("2.16");
    await hub.restore({ veleroManagedClustersBackupName: " Skip ", veleroCredentialsBackupName: "Latest" });
  });

  test("may be patched to latest when it is Enabled", async () => {
    await following("2.16");
    await setClusters("latest");
    await hub.phase("restores", name, "Finished");
    // A write of the ended object is allowed: its managed clusters' name is set.
    await hub.patch("restores", name, { metadata: { labels: { seen: "true" } } });
  });

  test("may not be patched to latest in another phase", async () => {
    await hub.play("2.16");
    await hub.restore();
    await hub.phase("restores", name, "Error");
    const error = await refusal(setClusters("latest"));
    expect(error.status).toBe(403);
    expect(error.message).toContain("vrestore.kb.io");
  });

  test("that left Enabled before the managed clusters' restore hangs in deletion; set back to skip it goes", async () => {
    await following("2.16");
    hub.played.inject({ kind: "storage-unavailable" });
    await hub.phase("storageLocations", "dpa-hub-1", "Unavailable");
    await setClusters("latest");
    await hub.phase("restores", name, "Error");
    hub.played.clear();
    hub.played.inject({ kind: "activates-nothing" });
    await hub.remove("restores", name);
    await eventually(async () => expect(await hub.names("veleroRestores")).toEqual([]));
    expect(await hub.names("restores")).toEqual([name]);
    await setClusters("skip");
    await eventually(async () => expect(await hub.names("restores")).toEqual([]));
  });
});

describe("any Restore", () => {
  const once = { syncRestoreWithNewBackups: false, veleroManagedClustersBackupName: "latest" };

  test.each(["default", "openshift-config", "kube-system"])(
    "is refused with a namespace mapped to %s",
    async (target) => {
      await hub.play("2.16");
      expect((await refusal(hub.restore({ ...once, namespaceMapping: { mine: target } }, "mapped"))).status).toBe(403);
    },
  );

  test("is accepted with another target, and with managed clusters latest where it is no sync", async () => {
    await hub.play("2.16");
    await hub.restore({ ...once, namespaceMapping: { mine: "yours" } }, "mapped");
  });
});

describe("with the operator down", () => {
  test.each(since("2.16"))(
    "%s: every create and update of a Restore is an InternalError, of a Finished one too",
    async (release) => {
      await hub.play(release);
      await hub.backupSet(first);
      await hub.restore({ syncRestoreWithNewBackups: false }, "done");
      await hub.phase("restores", "done", "Finished");
      hub.played.inject({ kind: "operator-down" });
      await eventually(async () => {
        const error = await refusal(
          hub.patch("restores", "done", { metadata: { labels: { at: String(Date.now()) } } }),
        );
        expect(error.status).toBe(500);
        expect(error.message).toContain('failed calling webhook \\"vrestore.kb.io\\"');
      });
      expect((await refusal(hub.restore())).status).toBe(500);
      await hub.setStatus("restores", "done", { lastMessage: "a status is not covered" });
      hub.played.clear();
      await eventually(async () => hub.restore());
    },
  );

  test("2.15: writes of Restores are accepted", async () => {
    await hub.play("2.15");
    hub.played.inject({ kind: "operator-down" });
    await hub.restore();
    expect(await hub.names("webhooks")).toEqual([]);
  });
});
