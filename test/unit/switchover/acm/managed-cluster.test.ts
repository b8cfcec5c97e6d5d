import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { annotation } from "../../../../steps/switchover/acm/constants.ts";
import type { ManagedCluster } from "../../../../steps/switchover/acm/hub-objects.ts";
import {
  clusterBaseline,
  hiveClusterNames,
  splitFleet,
  summariseManagedCluster,
} from "../../../../steps/switchover/acm/managed-cluster.ts";

function cluster(name: string, labels: Readonly<Record<string, string>> = {}): ManagedCluster {
  return { metadata: { name, labels } };
}

function split(...clusters: readonly ManagedCluster[]): {
  readonly local: string | undefined;
  readonly others: readonly string[];
} {
  const fleet = splitFleet(clusters.map(summariseManagedCluster));
  return { local: fleet.local?.name, others: fleet.clusters.map(({ name }) => name) };
}

describe("the hub's own ManagedCluster", () => {
  test("K-20 is the one with the label, whatever its name", () => {
    expect(split(cluster("c1"), cluster("hub-east", { "local-cluster": "true" }))).toEqual({
      local: "hub-east",
      others: ["c1"],
    });
  });

  test("is the one named local-cluster only where none has the label", () => {
    expect(split(cluster("local-cluster"), cluster("c1"))).toEqual({ local: "local-cluster", others: ["c1"] });
    expect(split(cluster("local-cluster"), cluster("hub", { "local-cluster": "true" }))).toEqual({
      local: "hub",
      others: ["local-cluster"],
    });
  });

  test("K-20 is not one whose name only contains local-cluster, nor one whose label says false", () => {
    expect(split(cluster("my-local-cluster-2"), cluster("c1", { "local-cluster": "false" }))).toEqual({
      local: undefined,
      others: ["c1", "my-local-cluster-2"],
    });
  });

  test("is in no list of the fleet, and nobody else is missing there", () => {
    const clusters = fc.uniqueArray(
      fc.record({ name: fc.stringMatching(/^[a-z]{1,8}$/), local: fc.constantFrom("true", "false", undefined) }),
      { selector: ({ name }) => name, maxLength: 20 },
    );
    fc.assert(
      fc.property(clusters, (all) => {
        const objects = all.map(({ name, local }) =>
          cluster(name, local === undefined ? {} : { "local-cluster": local }),
        );
        const labelled = all.filter(({ local }) => local === "true").map(({ name }) => name);
        const expected = all
          .map(({ name }) => name)
          .filter((name) => !labelled.includes(name))
          .sort();
        expect(split(...objects).others).toEqual(expected);
      }),
    );
  });
});

describe("a summary", () => {
  const full: ManagedCluster = {
    metadata: {
      name: "c1",
      creationTimestamp: "2026-01-02T03:04:05Z",
      annotations: { [annotation.disableAutoImport]: "" },
    },
    spec: { managedClusterClientConfigs: [{ url: "https://c1.example.com:6443" }] },
    status: {
      conditions: [
        { type: "ManagedClusterJoined", status: "True" },
        { type: "ManagedClusterConditionAvailable", status: "Unknown", reason: "ManagedClusterLeaseUpdateStopped" },
      ],
    },
  };

  test("tells joined, available, address, age and an annotation whose value is empty", () => {
    expect(summariseManagedCluster(full)).toEqual({
      name: "c1",
      labelledLocal: false,
      joined: true,
      available: false,
      unavailableReason: "ManagedClusterLeaseUpdateStopped",
      hasUrl: true,
      createdAt: Date.UTC(2026, 0, 2, 3, 4, 5),
      disableAutoImport: "",
    });
  });

  test("of a cluster without status is neither joined nor available", () => {
    expect(summariseManagedCluster({ metadata: { name: "new" } })).toMatchObject({
      joined: false,
      available: false,
      unavailableReason: "NoAvailableCondition",
      hasUrl: false,
      createdAt: undefined,
    });
  });

  test("of an address that is empty text has none", () => {
    expect(summariseManagedCluster({ ...full, spec: { managedClusterClientConfigs: [{ url: "" }] } }).hasUrl).toBe(
      false,
    );
  });
});

describe("the baseline", () => {
  test("marks the clusters whose namespace has a ClusterDeployment as Hive's", () => {
    const fleet = splitFleet([cluster("c1"), cluster("c2"), cluster("local-cluster")].map(summariseManagedCluster));
    const hive = hiveClusterNames([{ namespace: "c2" }, { namespace: "elsewhere" }]);
    expect(clusterBaseline(fleet, hive)).toEqual([
      { name: "c1", available: false, joined: false, hive: false, hasUrl: false },
      { name: "c2", available: false, joined: false, hive: true, hasUrl: false },
    ]);
  });
});
