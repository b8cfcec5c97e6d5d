import { describe, expect, test } from "@jest/globals";
import { type BackupSummary, summariseBackup } from "../../../../steps/switchover/acm/backup.ts";
import type { BackupSchedule } from "../../../../steps/switchover/acm/hub-objects.ts";
import { summariseManagedCluster } from "../../../../steps/switchover/acm/managed-cluster.ts";
import {
  refuseFleet,
  refuseSuccessor,
  refuseUnconfirmed,
  type Successor,
} from "../../../../steps/switchover/decommission/guards.ts";
import { decommissionOfRole } from "../../../../steps/switchover/decommission/permissions.ts";
import { permissionsOfRole } from "../../../../steps/switchover/rbac/role-parts.ts";

const now = Date.parse("2026-03-01T12:00:00Z");
const hub = { id: "old-id", server: "https://api.east.example.com:6443" };

function cluster(name: string, status: string) {
  return summariseManagedCluster({
    metadata: { name },
    status: { conditions: [{ type: "ManagedClusterConditionAvailable", status }] },
  });
}

function backup(producer: string, hoursAgo: number, phase = "Completed"): BackupSummary {
  const completionTimestamp = new Date(now - hoursAgo * 3_600_000).toISOString();
  return summariseBackup({
    metadata: {
      name: "acm-managed-clusters-schedule-20260301080000",
      ...(producer === "" ? {} : { labels: { "cluster.open-cluster-management.io/backup-cluster": producer } }),
    },
    status: { phase, completionTimestamp },
  });
}

function schedule(change: { readonly paused?: boolean; readonly phase?: string } = {}): BackupSchedule {
  const { paused = false, phase = "Enabled" } = change;
  return { metadata: { name: "s" }, spec: { veleroSchedule: "0 */4 * * *", paused }, status: { phase } };
}

const good: Successor = {
  id: "new-id",
  clusters: [cluster("c1", "True"), cluster("c2", "True")],
  schedules: [schedule()],
  backups: [backup("new-id", 100)],
};
const leaving = [cluster("c1", "Unknown"), cluster("c2", "Unknown")];

const idOf = (error: ReturnType<typeof refuseUnconfirmed>): string | undefined => error?.text.id;

describe("the confirmation", () => {
  test.each([["old-id"], ["api.east.example.com"], ["api.east.example.com:6443"]])("%s names the hub", (given) => {
    expect(refuseUnconfirmed(given, hub)).toBeUndefined();
  });

  test.each([["new-id"], ["OLD-ID"], ["east.example.com"], ["6443"], ["old-i"]])("%s does not", (given) => {
    expect(idOf(refuseUnconfirmed(given, hub))).toBe("SW-DEC-02");
  });
});

describe("the fleet of the hub that goes", () => {
  const open = { name: "h1", namespace: "h1", preserveOnDelete: false };

  test("may go where every cluster has left and Hive keeps its own", () => {
    expect(
      refuseFleet({ clusters: leaving, deployments: [{ ...open, preserveOnDelete: true }] }, false),
    ).toBeUndefined();
  });

  test("a cluster still Available needs force", () => {
    const fleet = { clusters: [cluster("c1", "True")], deployments: [] };
    expect(idOf(refuseFleet(fleet, false))).toBe("SW-DEC-05");
    expect(refuseFleet(fleet, true)).toBeUndefined();
  });

  test("force does not let Hive destroy one", () => {
    expect(refuseFleet({ clusters: leaving, deployments: [open] }, true)).toMatchObject({
      exitCode: 3,
      text: { id: "SW-DEC-04" },
    });
  });
});

describe("the hub that has the clusters now", () => {
  const verdict = (change: Partial<Successor>) => idOf(refuseSuccessor(leaving, { ...good, ...change }, now));

  test("suffices with the clusters, a schedule at work and a backup of its own, however old", () => {
    expect(verdict({})).toBeUndefined();
  });

  test("need not have clusters that are gone here already", () => {
    expect(refuseSuccessor([], { ...good, clusters: [] }, now)).toBeUndefined();
  });

  test.each<[string, Partial<Successor>, string]>([
    ["lacks a cluster", { clusters: [cluster("c1", "True")] }, "SW-DEC-06"],
    [
      "has a cluster that is not Available",
      { clusters: [cluster("c1", "True"), cluster("c2", "Unknown")] },
      "SW-DEC-06",
    ],
    ["has no schedule", { schedules: [] }, "SW-DEC-07"],
    ["has paused its schedule", { schedules: [schedule({ paused: true, phase: "Paused" })] }, "SW-DEC-07"],
    ["has a schedule that collided", { schedules: [schedule({ phase: "BackupCollision" })] }, "SW-DEC-07"],
    ["has no backup", { backups: [] }, "SW-DEC-08"],
    ["has a backup under way only", { backups: [backup("new-id", 0, "InProgress")] }, "SW-DEC-08"],
    ["sees only backups of the hub that goes", { backups: [backup("old-id", 0)] }, "SW-DEC-08"],
    ["has an old backup that names no hub", { backups: [backup("", 24)] }, "SW-DEC-08"],
  ])("does not where it %s", (_words, change, id) => {
    expect(verdict(change)).toBe(id);
  });

  test("suffices with a backup that names no hub and is younger than a day", () => {
    expect(verdict({ backups: [backup("", 23)] })).toBeUndefined();
  });
});

test("the operator's role holds all that a removal needs but the deletions that its extension grants", () => {
  const words = ({ group, resource, scope }: (typeof decommissionOfRole)[number], verb: string): string =>
    `${verb} ${group}/${resource} in ${scope === "cluster" ? scope : scope.namespace}`;
  const all = (rows: typeof decommissionOfRole) => rows.flatMap((row) => row.verbs.map((verb) => words(row, verb)));
  const granted = new Set(all(permissionsOfRole("operator")));
  expect(all(decommissionOfRole).filter((one) => !granted.has(one))).toEqual([]);
});
