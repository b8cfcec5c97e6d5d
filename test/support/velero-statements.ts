import { setTimeout as pause } from "node:timers/promises";
import { expect } from "@jest/globals";
import type { SimObject } from "../sim/kube/sim-client.ts";
import { backupNamespace } from "./hubs.ts";
import type { VeleroHub } from "./velero-hub.ts";

/** Two hubs on one object storage, and what can be done to them. */
export interface VeleroPair {
  readonly first: VeleroHub;
  readonly second: VeleroHub;
  loseStorage(): Promise<void>;
  recoverStorage(): Promise<void>;
  /** Stops Velero of the second hub. */
  stopVelero(): Promise<void>;
  startVelero(): Promise<void>;
}

/** A sentence about Velero that the played one must keep as the real one does. */
export interface VeleroStatement {
  readonly sentence: string;
  holds(pair: VeleroPair): Promise<void>;
}

const activation = "cluster.open-cluster-management.io/backup";
const location = "dpa-hub-1";
const nothing = { labelSelector: { matchLabels: { "no-such": "label" } } };
const never = "0 3 1 1 *";

function secretsOf(namespace: string) {
  return { includedNamespaces: [namespace], includedResources: ["secrets"] };
}

function selector(operator: string) {
  return { labelSelector: { matchExpressions: [{ key: activation, operator, values: ["cluster-activation"] }] } };
}

function time(object: SimObject, field: string): number {
  const value = object.status?.[field];
  return typeof value === "string" ? Date.parse(value) : Number.NaN;
}

/** Secrets `ordinary` and `active` of the first hub, in a Backup that the second has seen. */
async function backedUp({ first, second }: VeleroPair, name: string): Promise<void> {
  await first.namespace(name);
  await first.secret(name, "ordinary", { labels: { [activation]: "hive" } });
  await first.secret(name, "active", { labels: { [activation]: "cluster-activation" } });
  await first.backup(name, secretsOf(name), { labels: { "velero.io/schedule-name": "acm-credentials-schedule" } });
  // One that failed never arrives: it is to be told here why.
  await first.phase("veleroBackups", name, "Completed");
  await second.phase("veleroBackups", name, "Completed");
}

async function secretNames(hub: VeleroHub, namespace: string): Promise<readonly string[]> {
  const secrets = await hub.list("secrets");
  return secrets.filter(({ metadata }) => metadata.namespace === namespace).map(({ metadata }) => metadata.name);
}

async function schedule(hub: VeleroHub, name: string, spec: Readonly<Record<string, unknown>>): Promise<SimObject> {
  return await hub.create("veleroSchedules", {
    metadata: { name, namespace: backupNamespace },
    spec: { schedule: never, template: secretsOf("none"), ...spec },
  });
}

async function backupsOf(hub: VeleroHub, scheduleName: string): Promise<readonly SimObject[]> {
  const backups = await hub.list("veleroBackups");
  return backups.filter(({ metadata }) => metadata.labels?.["velero.io/schedule-name"] === scheduleName);
}

const quiet: readonly VeleroStatement[] = [
  {
    sentence: "a Backup without a location gets the default one and ends Completed, with its times",
    async holds({ first }) {
      await first.backup("times", { ...secretsOf("default"), ttl: "48h" });
      const backup = await first.phase("veleroBackups", "times", "Completed");
      expect(backup.spec?.["storageLocation"]).toBe(location);
      expect(time(backup, "completionTimestamp")).toBeGreaterThanOrEqual(time(backup, "startTimestamp"));
      const hours = (time(backup, "expiration") - time(backup, "startTimestamp")) / 3_600_000;
      expect(Math.round(hours)).toBe(48);
    },
  },
  {
    sentence: "an ended Backup appears on the other hub with its labels, fresh and without owner",
    async holds({ first, second }) {
      const owner = await schedule(first, "owner", { paused: true });
      const ownerReferences = [
        { apiVersion: "velero.io/v1", kind: "Schedule", name: "owner", uid: owner.metadata.uid ?? "" },
      ];
      await first.backup("travels", secretsOf("default"), { labels: { travels: "yes" }, ownerReferences });
      const origin = await first.phase("veleroBackups", "travels", "Completed");
      await pause(1_100);
      const copy = await second.phase("veleroBackups", "travels", "Completed");
      expect(copy.metadata.labels).toMatchObject({ travels: "yes" });
      expect(copy.metadata.ownerReferences).toBeUndefined();
      expect(copy.metadata.uid).not.toBe(origin.metadata.uid);
      expect(Date.parse(copy.metadata.creationTimestamp ?? "")).toBeGreaterThanOrEqual(
        time(origin, "completionTimestamp"),
      );
      expect(copy.status?.["startTimestamp"]).toBe(origin.status?.["startTimestamp"]);
      expect(copy.spec?.["storageLocation"]).toBe(location);
    },
  },
  {
    sentence: "Backups are InProgress one at a time",
    async holds({ first }) {
      const names = ["queue-1", "queue-2", "queue-3"];
      const seen = await first.changes("veleroBackups");
      for (const name of names) await first.backup(name, secretsOf("default"));
      const phases = new Map<string, unknown>();
      const together: number[] = [];
      for await (const { metadata, status } of seen) {
        if (names.includes(metadata.name)) phases.set(metadata.name, status?.["phase"]);
        const now = [...phases.values()];
        together.push(now.filter((phase) => phase === "InProgress").length);
        if (now.filter((phase) => phase === "Completed").length === names.length) break;
      }
      // What follows (Finalizing) is outside Velero's queue: it may still run when the next one begins.
      expect(Math.max(...together)).toBe(1);
    },
  },
  {
    sentence: "a Schedule is Enabled, and skipImmediately is reset after its use",
    async holds({ first }) {
      await schedule(first, "skips", { skipImmediately: true });
      await first.phase("veleroSchedules", "skips", "Enabled");
      await first.eventually(async () => {
        const { spec, status } = await first.get("veleroSchedules", "skips");
        expect(spec?.["skipImmediately"]).toBe(false);
        expect(status?.["lastSkipped"]).toEqual(expect.any(String));
      });
      expect(await backupsOf(first, "skips")).toEqual([]);
    },
  },
  {
    sentence: "a paused Schedule makes no Backup when its time has come, unpaused it makes one with its labels",
    async holds({ first }) {
      await schedule(first, "paused", { schedule: "* * * * *", paused: true });
      await schedule(first, "running", { schedule: "* * * * *" });
      await first.eventually(async () => expect((await backupsOf(first, "running")).length).toBeGreaterThan(0));
      expect(await backupsOf(first, "paused")).toEqual([]);
      await first.remove("veleroSchedules", await first.get("veleroSchedules", "running"));
      await first.patch("veleroSchedules", await first.get("veleroSchedules", "paused"), { spec: { paused: false } });
      await first.eventually(async () => expect((await backupsOf(first, "paused")).length).toBeGreaterThan(0));
      await first.remove("veleroSchedules", await first.get("veleroSchedules", "paused"));
      const [backup] = await backupsOf(first, "paused");
      expect(backup?.metadata.name).toMatch(/^paused-\d{14}$/);
    },
  },
  {
    sentence: "a Restore gets the schedule's name from its Backup, and a finalizer",
    async holds(pair) {
      await backedUp(pair, "named");
      await pair.second.restore("named", "named");
      const restore = await pair.second.phase("veleroRestores", "named", "Completed");
      expect(restore.spec?.["scheduleName"]).toBe("acm-credentials-schedule");
      expect(restore.metadata.finalizers).toEqual(["restores.velero.io/external-resources-finalizer"]);
    },
  },
  {
    sentence: "a Restore selects by label: NotIn leaves the activation part out, In brings nothing else",
    async holds(pair) {
      await backedUp(pair, "selected");
      await pair.second.restore("selected-not-in", "selected", selector("NotIn"));
      await pair.second.phase("veleroRestores", "selected-not-in", "Completed");
      expect(await secretNames(pair.second, "selected")).toEqual(["ordinary"]);
      await pair.second.restore("selected-in", "selected", selector("In"));
      await pair.second.phase("veleroRestores", "selected-in", "Completed");
      expect(await secretNames(pair.second, "selected")).toEqual(["active", "ordinary"]);
    },
  },
  {
    sentence: "what is restored says from which Backup and by which Restore, in a namespace made for it",
    async holds(pair) {
      await backedUp(pair, "labelled");
      await pair.second.restore("labelled-restore", "labelled");
      const { status } = await pair.second.phase("veleroRestores", "labelled-restore", "Completed");
      expect(status?.["progress"]).toMatchObject({ itemsRestored: expect.any(Number) });
      const secret = await pair.second.get("secrets", "ordinary", "labelled");
      expect(secret.metadata.labels).toMatchObject({
        "velero.io/backup-name": "labelled",
        "velero.io/restore-name": "labelled-restore",
      });
      expect(await pair.second.find("namespaces", "labelled")).toBeDefined();
    },
  },
  {
    sentence: "a managed cluster is restored without its status",
    async holds({ first, second }) {
      await first.create("managedClusters", { metadata: { name: "conformance" }, spec: { hubAcceptsClient: true } });
      const condition = { type: "HubAcceptedManagedCluster", status: "True", reason: "Accepted", message: "" };
      await first.setStatus("managedClusters", "conformance", {
        conditions: [{ ...condition, lastTransitionTime: "2026-01-01T00:00:00Z" }],
      });
      const spec = {
        includeClusterResources: true,
        includedResources: ["managedcluster.cluster.open-cluster-management.io"],
      };
      await first.backup("clusters", spec);
      await second.phase("veleroBackups", "clusters", "Completed");
      await second.restore("clusters", "clusters");
      await second.phase("veleroRestores", "clusters", "Completed");
      const cluster = await second.get("managedClusters", "conformance");
      expect(cluster.spec?.["hubAcceptsClient"]).toBe(true);
      expect(cluster.status?.["conditions"]).toBeUndefined();
    },
  },
  {
    sentence: "a Restore of an empty Backup ends Completed with a warning",
    async holds({ first, second }) {
      await first.backup("empty", { includedResources: ["configmaps"], ...nothing });
      await second.phase("veleroBackups", "empty", "Completed");
      await second.restore("empty", "empty");
      const { status } = await second.phase("veleroRestores", "empty", "Completed");
      expect(status?.["warnings"]).toBe(1);
    },
  },
  {
    sentence: "a Restore that selects nothing of its Backup ends Completed without one",
    async holds(pair) {
      await backedUp(pair, "unselected");
      await pair.second.restore("unselected", "unselected", nothing);
      const { status } = await pair.second.phase("veleroRestores", "unselected", "Completed");
      expect(status?.["warnings"] ?? 0).toBe(0);
      expect(await secretNames(pair.second, "unselected")).toEqual([]);
    },
  },
  {
    sentence: "with the policy update an existing object becomes what the Backup has: what it lacks is dropped",
    async holds(pair) {
      await backedUp(pair, "updated");
      await pair.second.namespace("updated");
      await pair.second.secret("updated", "ordinary", { annotations: { mine: "1" }, labels: { own: "1" } }, "2");
      await pair.second.restore("updated", "updated", { existingResourcePolicy: "update" });
      await pair.second.phase("veleroRestores", "updated", "Completed");
      const { metadata, data } = await pair.second.get("secrets", "ordinary", "updated");
      expect(data).toEqual({ value: btoa("1") });
      expect(metadata.annotations?.["mine"]).toBeUndefined();
      expect(metadata.labels?.["own"]).toBeUndefined();
      expect(metadata.labels).toMatchObject({ [activation]: "hive", "velero.io/backup-name": "updated" });
    },
  },
  {
    sentence: "without a policy an existing object that differs stays as it is, with a warning",
    async holds(pair) {
      await backedUp(pair, "kept");
      await pair.second.namespace("kept");
      await pair.second.secret("kept", "ordinary", {}, "2");
      await pair.second.restore("kept", "kept");
      const { status } = await pair.second.phase("veleroRestores", "kept", "Completed");
      expect(status?.["warnings"]).toBe(1);
      const { metadata, data } = await pair.second.get("secrets", "ordinary", "kept");
      expect(data).toEqual({ value: btoa("2") });
      expect(metadata.labels?.["velero.io/backup-name"]).toBeUndefined();
    },
  },
  {
    sentence: "a Restore of a Backup that is not there is FailedValidation and says which",
    async holds({ second }) {
      await second.restore("of-nothing", "no-such-backup");
      const { status } = await second.phase("veleroRestores", "of-nothing", "FailedValidation");
      expect(JSON.stringify(status?.["validationErrors"])).toContain("no-such-backup");
    },
  },
  {
    sentence: "a deleted Restore takes nothing that it restored with it",
    async holds(pair) {
      await backedUp(pair, "deleted");
      await pair.second.restore("deleted", "deleted");
      await pair.second.remove("veleroRestores", await pair.second.phase("veleroRestores", "deleted", "Completed"));
      await pair.second.eventually(async () =>
        expect(await pair.second.find("veleroRestores", "deleted")).toBeUndefined(),
      );
      expect(await secretNames(pair.second, "deleted")).toEqual(["active", "ordinary"]);
    },
  },
];

const disturbing: readonly VeleroStatement[] = [
  {
    sentence: "without its storage Velero refuses new Backups and Restores, and no deletion of a Restore ends",
    async holds(pair) {
      const { second } = pair;
      await backedUp(pair, "lost");
      await second.restore("lost", "lost");
      await second.phase("veleroRestores", "lost", "Completed");
      await pair.loseStorage();
      await second.phase("storageLocations", location, "Unavailable");
      await second.backup("refused", secretsOf("default"));
      await second.phase("veleroBackups", "refused", "FailedValidation");
      await second.restore("refused", "lost");
      await second.phase("veleroRestores", "refused", "FailedValidation");
      await second.remove("veleroRestores", await second.get("veleroRestores", "lost"));
      await pause(3_000);
      expect((await second.get("veleroRestores", "lost")).metadata.deletionTimestamp).toBeDefined();
      await pair.recoverStorage();
      await second.phase("storageLocations", location, "Available");
      await second.eventually(async () => expect(await second.find("veleroRestores", "lost")).toBeUndefined());
    },
  },
  {
    sentence: "with Velero down nothing gets a phase, and a Restore that it has not begun vanishes at once",
    async holds(pair) {
      const { second } = pair;
      await backedUp(pair, "down");
      await pair.stopVelero();
      await second.backup("waits", secretsOf("default"));
      await second.restore("vanishes", "down");
      await second.restore("stays", "down");
      await pause(2_000);
      expect((await second.get("veleroBackups", "waits")).status?.["phase"] ?? "").toBe("");
      const vanishing = await second.get("veleroRestores", "vanishes");
      expect(vanishing.status?.["phase"] ?? "").toBe("");
      await second.remove("veleroRestores", vanishing);
      expect(await second.find("veleroRestores", "vanishes")).toBeUndefined();
      await pair.startVelero();
      await second.phase("veleroBackups", "waits", "Completed");
      await second.phase("veleroRestores", "stays", "Completed");
    },
  },
];

/** In this order: the last ones disturb. */
export const veleroStatements: readonly VeleroStatement[] = [...quiet, ...disturbing];
