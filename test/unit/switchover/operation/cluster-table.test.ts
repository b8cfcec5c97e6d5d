import { describe, expect, test } from "@jest/globals";
import type { ManagedCluster } from "../../../../steps/switchover/acm/hub-objects.ts";
import {
  arrivalText,
  clusterStates,
  clusterTable,
  summariseReported,
} from "../../../../steps/switchover/operation/cluster-table.ts";
import type { OperationMemory } from "../../../../steps/switchover/state/operation-memory.ts";
import type { StateDocument } from "../../../../steps/switchover/state/state-document.ts";

const activated = Date.parse("2026-01-01T00:00:00.400Z");
const after = (seconds: number): string => new Date(Math.floor(activated / 1000) * 1000 + seconds * 1000).toISOString();

function cluster(
  name: string,
  conditions: readonly (readonly [type: string, status: string, at: number, reason?: string])[],
) {
  const object: ManagedCluster = {
    metadata: { name, creationTimestamp: after(30) },
    status: {
      conditions: conditions.map(([type, status, at, reason = "Any"]) => ({
        ...{ type, status, reason, lastTransitionTime: after(at) },
      })),
    },
  };
  return summariseReported(object);
}

const joined = "ManagedClusterJoined";
const available = "ManagedClusterConditionAvailable";
const imported = "ManagedClusterImportSucceeded";

const fleet = [
  cluster("asked", [
    [joined, "True", 40],
    [available, "True", 42],
  ]),
  cluster("hive", [
    [joined, "True", -900],
    [available, "True", 35],
  ]),
  cluster("led", [
    [joined, "True", 90],
    [available, "True", 95],
  ]),
  cluster("lost", [
    [joined, "True", 41],
    [available, "Unknown", 70, "ManagedClusterLeaseUpdateStopped"],
  ]),
  cluster("off", []),
  cluster("refused", [[imported, "False", 31, "ManagedClusterImportFailed"]]),
  cluster("tokenless", []),
];

function input(more: Partial<OperationMemory> = {}, hub: "primary" | "secondary" = "secondary") {
  const names = ["asked", "gone", "hive", "led", "lost", "off", "refused", "tokenless"];
  const config: OperationMemory = {
    cluster_baseline: names.map((name) => ({
      ...{ name, available: name !== "off", joined: true, hive: name === "hive", hasUrl: true },
    })),
    activation: { restoreName: "r", restoreUid: "u", expectedManagedClustersBackup: "b", appliedAt: activated },
    klusterlets: { led: "repaired", hive: "verified" },
    import_requested_clusters: ["asked", "led", "lost"],
    import_refusals: [{ cluster: "tokenless", reason: "no-token" }],
    ...more,
  };
  // Nothing else of the document is looked at.
  return { document: { config } as StateDocument, fleet, hub };
}

describe("W-08 the table of clusters in a report", () => {
  test("says of each when it was restored, joined and available, by what, and what is wrong with it", () => {
    expect(clusterTable(input()).rows).toEqual([
      ["asked", "imported", "available", "connected", "", "30", "40", "42", "import request", ""],
      ["gone", "imported", "available", "not there", "", "", "", "", "", ""],
      ["hive", "Hive", "available", "connected", "verified", "30", "before", "35", "itself", ""],
      ["led", "imported", "available", "connected", "repaired", "30", "90", "95", "klusterlet repair", ""],
      [
        "lost",
        "imported",
        "available",
        "ManagedClusterLeaseUpdateStopped",
        "",
        "30",
        "41",
        "",
        "",
        "joined, not available since 70 s",
      ],
      ["off", "imported", "offline", "NoAvailableCondition", "", "30", "", "", "", "offline before, too"],
      ["refused", "imported", "available", "NoAvailableCondition", "", "30", "", "", "", "ManagedClusterImportFailed"],
      [
        "tokenless",
        "imported",
        "available",
        "NoAvailableCondition",
        "",
        "30",
        "",
        "",
        "",
        "the hub has no import token for it",
      ],
    ]);
  });

  test("notes of all clusters what the operator said of them, not only of the first that the state names", () => {
    const names = Array.from({ length: 150 }, (_none, index) => `late${index}`);
    const given = input({
      import_refusals: [{ cluster: "tokenless", reason: "no-token" }],
      import_notes: { "no-token": ["tokenless", ...names], available: ["asked"] },
      cluster_baseline: [...names, "asked"].map((name) => ({
        ...{ name, available: true, joined: true, hive: false, hasUrl: true },
      })),
    });
    const late = names.map((name) => cluster(name, []));
    const { rows } = clusterTable({ ...given, fleet: [...fleet, ...late] });
    expect(rows.filter((row) => row.at(-1) === "the hub has no import token for it")).toHaveLength(150);
    expect(rows.find(([name]) => name === "asked")?.slice(-2)).toEqual([
      "",
      "was available here before the activation",
    ]);
  });

  test("puts those first that were available before and are not now", () => {
    const { rows, exceptions = [] } = clusterTable(input());
    expect(exceptions.map((index) => rows[index]?.[0])).toEqual(["gone", "lost", "refused", "tokenless"]);
  });

  test("tells no times of a rollback, which activates nothing, nor before an activation", () => {
    const columns = ["Cluster", "Kind", "Before", "On the old hub", "Klusterlet"];
    expect(clusterTable(input({}, "primary"))).toMatchObject({ columns });
    expect(arrivalText(input({}, "primary"))).toBeUndefined();
  });

  test("sums up when half of the fleet, and the last of it, was there", () => {
    expect(arrivalText(input())).toBe("half after 42 s, the last after 95 s, of 3");
    expect(Object.fromEntries(clusterStates(input()))).toEqual({ connected: 3, not_connected: 4, missing: 1 });
  });

  test("calls nothing an exception where the hub could not be read", () => {
    expect(clusterTable({ ...input(), fleet: undefined }).exceptions).toEqual([]);
  });
});
