import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { eventually } from "../../support/eventually.ts";
import { hubId, otherHub, PlayedHub, since, stays, until } from "./support/played-hub.ts";

const immediate = "import.open-cluster-management.io/immediate-import";
const disable = "import.open-cluster-management.io/disable-auto-import";
const url = { managedClusterClientConfigs: [{ url: "https://api.b1.example.com:6443" }] };

let hub: PlayedHub;
beforeAll(async () => {
  hub = await PlayedHub.open();
});
afterEach(() => hub.clear());
afterAll(() => hub?.close());

async function available(name: string): Promise<string | undefined> {
  const { conditions } = await hub.status("managedClusters", name);
  // A field of the ManagedCluster API.
  const list = (conditions ?? []) as readonly { readonly type: string; readonly status: string }[];
  return list.find(({ type }) => type === "ManagedClusterConditionAvailable")?.status;
}

async function comesTo(name: string, status: string): Promise<void> {
  await eventually(async () => expect(await available(name)).toBe(status));
}

async function annotations(name: string): Promise<Readonly<Record<string, string>>> {
  return (await hub.find("managedClusters", name)).metadata.annotations ?? {};
}

async function annotate(name: string, key: string, value: string | null): Promise<void> {
  await hub.patch("managedClusters", name, { metadata: { annotations: { [key]: value } } });
}

async function requestSecret(name: string): Promise<void> {
  await hub.create("secrets", { metadata: { name: "auto-import-secret", namespace: name } });
}

/** A cluster that listens to the other hub, with the Secret that asks this one to import it. */
async function wanted(release: string): Promise<void> {
  await hub.play(release);
  await hub.cluster("b1", url);
  await hub.spokeListensTo("b1", otherHub);
  await requestSecret("b1");
}

async function notImported(): Promise<void> {
  await stays(async () => expect(await available("b1")).toBeUndefined(), 60);
}

describe("a spoke", () => {
  test("is Available on the hub that it listens to", async () => {
    await hub.play("2.16");
    await hub.cluster("b1");
    await hub.spokeListensTo("b1", hubId);
    await comesTo("b1", "True");
    const { conditions } = await hub.status("managedClusters", "b1");
    expect(JSON.stringify(conditions)).toMatch(
      /HubAcceptedManagedCluster.*ManagedClusterImportSucceeded.*ManagedClusterJoined/,
    );
  });

  test("becomes Unknown on the hub that it left, once its lease was not renewed for five minutes", async () => {
    await hub.play("2.16");
    await hub.cluster("b1");
    await hub.spokeListensTo("b1", hubId);
    await comesTo("b1", "True");
    await hub.spokeListensTo("b1", otherHub);
    await stays(async () => expect(await available("b1")).toBe("True"), 150);
    await comesTo("b1", "Unknown");
  });

  test("that never connects stays without the condition", async () => {
    await hub.play("2.16");
    hub.played.inject({ kind: "cluster-never-connects", cluster: "b1" });
    await hub.cluster("b1");
    await hub.spokeListensTo("b1", hubId);
    await notImported();
  });
});

describe("the import controller", () => {
  test.each(until("2.13"))("%s: imports a cluster that has an auto-import-secret, and removes it", async (release) => {
    await wanted(release);
    await comesTo("b1", "True");
    await eventually(async () => expect(await hub.names("secrets")).not.toContain("auto-import-secret"));
  });

  test.each(since("2.14"))(
    "%s: by default waits for an empty immediate-import, and writes Completed",
    async (release) => {
      await wanted(release);
      await notImported();
      await annotate("b1", immediate, "");
      await comesTo("b1", "True");
      expect((await annotations("b1"))[immediate]).toBe("Completed");
    },
  );

  test("imports nothing for a value that is not empty; removed and set empty it does", async () => {
    await wanted("2.16");
    await annotate("b1", immediate, "Completed");
    await notImported();
    await annotate("b1", immediate, null);
    await annotate("b1", immediate, "");
    await comesTo("b1", "True");
  });

  test("with the strategy ImportAndSync waits for no annotation", async () => {
    await wanted("2.16");
    await hub.create("configMaps", {
      metadata: { name: "import-controller-config", namespace: "multicluster-engine" },
      data: { autoImportStrategy: "ImportAndSync" },
    });
    await comesTo("b1", "True");
  });

  test("does not import a cluster with disable-auto-import", async () => {
    await hub.play("2.12");
    await hub.cluster("b1");
    await annotate("b1", disable, "");
    await requestSecret("b1");
    await notImported();
    await annotate("b1", disable, null);
    await comesTo("b1", "True");
  });

  test("does not import a cluster without auto-import-secret or ClusterDeployment", async () => {
    await hub.play("2.12");
    await hub.cluster("b1");
    await notImported();
    await hub.create("clusterDeployments", { metadata: { name: "b1", namespace: "b1" }, spec: {} });
    await comesTo("b1", "True");
  });
});

describe("after an activation", () => {
  const restore = "restore-acm-activate";

  /** Activates on a hub whose clusters lie there already; nobody imports them. */
  async function activated(): Promise<unknown> {
    await hub.backupSet("20260101120000");
    await hub.restore({ syncRestoreWithNewBackups: false, veleroManagedClustersBackupName: "latest" }, restore);
    await hub.phase("restores", restore, "Finished");
    return (await hub.status("restores", restore))["messages"];
  }

  async function playOperator(release: string): Promise<void> {
    await hub.play(release, { play: ["operator", "velero", "garbage"] });
  }

  test.each([
    ["2.13", undefined],
    ["2.14", ""],
    ["2.16", ""],
  ])("%s: a cluster with a token gets an auto-import-secret, its immediate-import is %j", async (release, value) => {
    await playOperator(release);
    await hub.cluster("b1", url);
    await hub.token("b1");
    await annotate("b1", immediate, value === undefined ? null : "Completed");
    expect(await activated()).toEqual([]);
    const secret = await hub.find("secrets", "auto-import-secret");
    expect(atob(secret.data?.["server"] ?? "")).toBe("https://api.b1.example.com:6443");
    expect((await annotations("b1"))[immediate]).toBe(value);
  });

  test("a cluster that is Available gets a message and no Secret", async () => {
    await playOperator("2.16");
    await hub.cluster("b1", url);
    await hub.token("b1");
    await hub.setStatus("managedClusters", "b1", {
      conditions: [
        {
          type: "ManagedClusterConditionAvailable",
          status: "True",
          reason: "ManagedClusterAvailable",
          message: "",
          lastTransitionTime: "2026-01-01T00:00:00Z",
        },
      ],
    });
    expect(await activated()).toEqual(["managed cluster b1 already available"]);
    expect(await hub.names("secrets")).not.toContain("auto-import-secret");
  });

  test("a cluster without a client URL gets a message", async () => {
    await playOperator("2.16");
    await hub.cluster("b1");
    await hub.token("b1");
    expect(await activated()).toEqual(["Cannot reimport cluster b1, no serverUrl property"]);
  });

  test.each([
    ["2.14", []],
    ["2.15", ["No suitable MSA secret found for cluster (b1)"]],
  ])("%s: a cluster without a token has the messages %j", async (release, messages) => {
    await playOperator(release);
    await hub.cluster("b1", url);
    expect(await activated()).toEqual(messages);
  });

  test.each([
    ["2.14", false],
    ["2.15", true],
  ])("%s: a single expired token is used: %s", async (release, used) => {
    await playOperator(release);
    await hub.cluster("b1", url);
    await hub.token("b1", { expires: "2020-01-01T00:00:00Z" });
    const messages = await activated();
    expect((await hub.names("secrets")).includes("auto-import-secret")).toBe(used);
    if (used) expect(messages).toEqual([]);
    else expect(messages).toEqual([expect.stringContaining("b1")]);
  });

  test("the hub's own cluster is left alone", async () => {
    await playOperator("2.16");
    expect(await activated()).toEqual([]);
  });
});
