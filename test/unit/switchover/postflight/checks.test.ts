import { describe, expect, test } from "@jest/globals";
import { recentErrors } from "../../../../steps/switchover/postflight/checks/velero-log.ts";
import type { NewHub, OldHub } from "../../../../steps/switchover/postflight/observation.ts";
import { podHealth } from "../../../../steps/switchover/postflight/projections.ts";
import { postflightChecks } from "../../../../steps/switchover/postflight/registry.ts";
import { type Reading, read } from "../../../../steps/switchover/preflight/reading.ts";
import {
  backup,
  cluster,
  judged,
  newHub,
  now,
  observabilityPods,
  oldHub,
  pod,
  restoreOf,
  schedule,
  verdicts,
} from "./hubs.ts";

const hourMs = 3600 * 1000;

test("after a switchover that went well, every check passes", () => {
  expect(judged().filter(({ result }) => result !== "passed")).toEqual([]);
});

test("without the old hub, only the new one is judged", () => {
  const results = judged({}, "absent");
  expect(new Set(results.map(({ hub }) => hub))).toEqual(new Set(["secondary"]));
});

test("each check has its own number, in the order of the report", () => {
  const numbers = postflightChecks.map(({ number }) => number);
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
});

describe("on the new hub", () => {
  const cases: readonly (readonly [string, string, Partial<NewHub>, readonly unknown[]])[] = [
    [
      "a Restore that is still Enabled warns",
      "restore",
      { restores: read([restoreOf("Enabled", true)]) },
      [expect.stringMatching(/^warning: .*is Enabled/)],
    ],
    [
      "a Restore that failed is critical, with its message",
      "restore",
      { restores: read([restoreOf("Error", false, "no backups")]) },
      [expect.stringMatching(/^critical: .*is Error: no backups/)],
    ],
    ["no Restore is fine beside a schedule", "restore", { restores: read([]) }, ["passed"]],
    [
      "no Restore and no schedule is critical",
      "restore",
      { restores: read([]), schedules: read([]) },
      [expect.stringMatching(/^critical: /)],
    ],
    [
      "a lost cluster is critical",
      "clusters-available",
      { fleet: read([cluster("c1"), cluster("c2", { available: false })]) },
      ["critical: 1 cluster not available: c2"],
    ],
    [
      "a cluster that has not joined warns",
      "clusters-joined",
      { fleet: read([cluster("c1", { joined: false })]) },
      ["warning: 1 cluster not joined: c1"],
    ],
    [
      "a pending import warns",
      "clusters-imported",
      { fleet: read([cluster("c1", { importPending: "ManagedClusterImporting" })]) },
      ["warning: 1 cluster with a pending import: c1 (ManagedClusterImporting)"],
    ],
    [
      "a leftover annotation warns",
      "auto-import-leftovers",
      { fleet: read([cluster("c1", { importStopped: true })]) },
      ["warning: 1 cluster with disable-auto-import: c1"],
    ],
    [
      "observability that is not Ready warns",
      "observability-ready",
      { observabilities: read([{ name: "observability", conditions: [] }]) },
      ["warning: not Ready: observability"],
    ],
    [
      "a query frontend is no query",
      "observability-pods",
      { observabilityPods: read([...observabilityPods.slice(0, 2), pod("observability-thanos-query-frontend-1")]) },
      ["critical: no pod of Thanos query runs"],
    ],
    [
      "a pod in error is critical",
      "observability-pods",
      { observabilityPods: read([...observabilityPods, pod("observability-rbac-1", { trouble: "CrashLoopBackOff" })]) },
      ["critical: in error: observability-rbac-1 (CrashLoopBackOff)"],
    ],
    [
      "no Route to Grafana warns",
      "grafana-route",
      { grafanaRoute: read(false) },
      ["warning: there is no Route grafana"],
    ],
    ["without observability its checks are skipped", "observability-pods", { observability: read(false) }, ["skipped"]],
    [
      "a paused schedule is critical",
      "backup-schedule",
      { schedules: read([schedule("Paused")]) },
      ["critical: BackupSchedule acm-hub-backup is paused"],
    ],
    [
      "a collision is critical",
      "backup-schedule",
      { schedules: read([schedule("BackupCollision")]) },
      [expect.stringMatching(/^critical: .*BackupCollision/)],
    ],
    ["no schedule is critical", "backup-schedule", { schedules: read([]) }, ["critical: there is no BackupSchedule"]],
    [
      "a schedule that fails is critical",
      "backup-schedule",
      { schedules: read([schedule("FailedValidation")]) },
      ["critical: BackupSchedule acm-hub-backup is FailedValidation"],
    ],
    [
      "a failed backup is critical",
      "latest-backup",
      { backups: read([backup({ phase: "PartiallyFailed" })]) },
      [expect.stringMatching(/^critical: .* is PartiallyFailed/)],
    ],
    [
      "a running backup warns",
      "latest-backup",
      { backups: read([backup({ phase: "InProgress" })]) },
      [expect.stringMatching(/^warning: .* is InProgress/)],
    ],
    [
      "a backup of another hub warns",
      "latest-backup",
      { backups: read([backup({ producer: "old-id" })]) },
      [expect.stringMatching(/^warning: .*hub old-id made it/)],
    ],
    ["no backup is critical", "latest-backup", { backups: read([]) }, ["critical: there is no backup"]],
    [
      "a backup within its interval and ten minutes passes",
      "backup-age",
      { backups: read([backup({ completedAt: now - 4 * hourMs - 599_000 })]) },
      ["passed"],
    ],
    [
      "an older one is critical",
      "backup-age",
      { backups: read([backup({ completedAt: now - 4 * hourMs - 601_000 })]) },
      [expect.stringMatching(/^critical: .*4 h 10 min ago/)],
    ],
    [
      "no backup that is Completed is critical",
      "backup-age",
      { backups: read([backup({ phase: "Failed" })]) },
      ["critical: no managed-clusters backup is Completed"],
    ],
    [
      "an error in Velero's log is critical",
      "velero-log",
      { veleroLog: read('time="2026-01-02T11:30:00Z" level=error msg="bucket is gone"') },
      ["critical: 1 error in its log within the last hour, the last: bucket is gone"],
    ],
    [
      "no pod of Velero is critical",
      "velero-log",
      { veleroLog: read(undefined) },
      ["critical: no pod of Velero exists"],
    ],
    [
      "no storage is critical",
      "backup-storage",
      { storageLocations: read([]) },
      [expect.stringMatching(/^critical: .*there is none/)],
    ],
    [
      "a second MultiClusterHub is critical",
      "mch-health",
      { installations: twice(newHub.installations) },
      ["critical: there are 2 MultiClusterHubs, not one"],
    ],
    [
      "a pod of ACM that does not run warns",
      "acm-pods",
      { acmPods: read([pod("console-1", { phase: "Pending" })]) },
      ["warning: not running: console-1 (Pending)"],
    ],
    [
      "another import strategy warns",
      "auto-import-strategy",
      { importStrategy: read("ImportAndSync") },
      [expect.stringMatching(/^warning: the strategy is ImportAndSync/)],
    ],
    [
      "an import strategy that ACM does not know warns",
      "auto-import-strategy",
      { importStrategy: read("Sync") },
      [expect.stringMatching(/^warning: autoImportStrategy is "Sync", which ACM does not know/)],
    ],
  ];

  test.each(cases)("%s", (_words, id, change, wanted) => {
    expect(verdicts(judged(change), id)).toEqual(wanted);
  });
});

function twice<T>(reading: Reading<readonly T[]>): Reading<readonly T[]> {
  return reading.state === "read" ? read([...reading.value, ...reading.value]) : reading;
}

describe("on the old hub", () => {
  const cases: readonly (readonly [string, string, Partial<OldHub>, readonly unknown[]])[] = [
    [
      "a cluster that is still available warns",
      "old-hub-clusters",
      { fleet: read([cluster("c1")]) },
      ["warning: 1 cluster still available on the old hub: c1"],
    ],
    [
      "an active schedule warns",
      "old-hub-schedule",
      { schedules: read([schedule("Enabled")]) },
      [expect.stringMatching(/^warning: .*is not paused/)],
    ],
    ["no schedule is fine", "old-hub-schedule", { schedules: read([]) }, ["passed"]],
    [
      "a running compactor is critical",
      "old-hub-observability",
      { observabilityPods: read([pod("observability-thanos-compact-0")]) },
      [expect.stringMatching(/^critical: .*observability-thanos-compact-0/)],
    ],
    [
      "pods without a MultiClusterObservability are idle",
      "old-hub-observability",
      { observabilities: read([]), observabilityPods: read([pod("observability-thanos-compact-0")]) },
      ["passed"],
    ],
    [
      "no passive Restore warns",
      "old-hub-passive-restore",
      { restores: read([]) },
      [expect.stringMatching(/^warning: there is no passive Restore/)],
    ],
    [
      "a passive Restore in error warns",
      "old-hub-passive-restore",
      { restores: read([restoreOf("Error", true)]) },
      ["warning: passive Restore restore-acm-passive-sync is Error"],
    ],
  ];

  test.each(cases)("%s", (_words, id, change, wanted) => {
    expect(verdicts(judged({}, change), id)).toEqual(wanted);
  });
});

test("observability is left out where that is asked for, on both hubs", () => {
  const skipped = judged({}, {}, { skipObservabilityChecks: true }).filter(({ result }) => result === "skipped");
  expect(skipped.map(({ id }) => id)).toEqual([
    "observability-ready",
    "observability-pods",
    "grafana-route",
    "old-hub-observability",
  ]);
});

describe("what could not be read", () => {
  const text = { id: "KUBE-04", what: "list is forbidden", why: "the role lacks it", fix: "grant it" };
  const unread = { state: "unread", text } as const;

  test("never passes", () => {
    const everything = Object.fromEntries(Object.keys(newHub).map((key) => [key, unread]));
    const { hub, server, connection } = newHub;
    const results = judged({ ...everything, hub, server, connection }, "absent");
    expect(results.filter(({ result }) => result === "passed")).toEqual([]);
  });

  test("of a hub that is down is skipped, after one critical finding", () => {
    const down = { state: "hub-down" } as const;
    const everything = Object.fromEntries(Object.keys(oldHub).map((key) => [key, down]));
    const { hub, server } = oldHub;
    const results = judged({}, { ...everything, hub, server, connection: unread });
    const ofOld = results.filter((result) => result.hub === "primary");
    expect(ofOld.map(({ result, severity }) => (result === "failed" ? severity : result))).toEqual([
      "critical",
      "skipped",
      "skipped",
      "skipped",
      "skipped",
    ]);
  });
});

describe("Velero's log", () => {
  test("counts only errors of the last hour, in text and JSON, and lines without a time", () => {
    const log = [
      'time="2026-01-02T10:59:59Z" level=error msg="long ago"',
      'time="2026-01-02T11:30:00Z" level=info msg="level=error is only spoken of"',
      'time="2026-01-02T11:30:00Z" level=error msg="said \\"no\\"" error="x"',
      '{"level":"error","msg":"in JSON","time":"2026-01-02T11:40:00Z"}',
      "level=fatal without a time",
    ].join("\n");
    expect(recentErrors(log, now)).toEqual(['said \\"no\\"', "in JSON", "level=fatal without a time"]);
  });
});

describe("a pod is in trouble", () => {
  const status = (state: object, phase = "Running") => ({
    metadata: { name: "p" },
    status: { phase, containerStatuses: [{ name: "c", state }] },
  });

  test.each([
    ["", status({ waiting: { reason: "ContainerCreating" } }, "Pending")],
    ["ImagePullBackOff", status({ waiting: { reason: "ImagePullBackOff" } }, "Pending")],
    ["", status({ terminated: { reason: "Completed", exitCode: 0 } }, "Succeeded")],
    ["OOMKilled", status({ terminated: { reason: "OOMKilled", exitCode: 137 } })],
    ["Failed", status({}, "Failed")],
  ])("%p", (trouble, of) => {
    expect(podHealth(of).trouble).toBe(trouble);
  });
});
