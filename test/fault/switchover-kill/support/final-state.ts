import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { KindName } from "../../../sim/kinds.ts";
import type { SimObject } from "../../../sim/kube/sim-client.ts";
import type { HealthyPair } from "../../../support/hubs.ts";
import type { HubName } from "./refill-hubs.ts";

// Numbers and times of a run, under whatever names: they differ between any two runs.
const dropped = new Set([
  "uid",
  "resourceVersion",
  "resource_version",
  "generation",
  "managedFields",
  "creationTimestamp",
  "creation_timestamp",
  "timestamp",
  "startedAt",
  "durationMs",
  "durationSeconds",
  "runId",
  // Whether a cluster joins before it is asked to is a race between operators.
  "import.open-cluster-management.io/immediate-import",
  "import_requested_clusters",
  // A run that finds the standby Enabled by then has nothing to wait for.
  "awaited",
]);

// How soon the old hub misses a cluster's lease is a matter of its clock, not of the run.
const timely = /clusters are still Available on the old hub/;

const replaced: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "UID"],
  [/\b[0-9a-f]{12}\b/g, "RUN-ID"],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, "TIME"],
  [/\d{14}/g, "STAMP"],
  [/\b20\d{6}\b/g, "DAY"],
  [/local-\d+/g, "RUN"],
  [/^import (request|by the hub)$/g, "IMPORT"],
  [/half after \d+ s, the last after \d+ s, of \d+/g, "ARRIVAL"],
];

/** A metric in seconds: which samples it has is the run's, how long they are is the machine's. */
function isTimeMetric(value: object): value is { readonly samples: readonly { readonly labels: unknown }[] } {
  return "name" in value && /_seconds$/.test(String(value.name)) && "samples" in value && Array.isArray(value.samples);
}

/** When a cluster came is told in the columns of a table. */
function comparableItem(item: unknown): unknown {
  return typeof item === "string" && /^(\d+|before)$/.test(item) ? "SECONDS" : comparable(item);
}

/**
 * None told and nothing to tell are the same. So are clusters that nobody tolerated and clusters that were there before
 * anybody waited for them, which depends on how soon they are.
 */
function isNone(key: string, member: unknown): boolean {
  if (key === "warnings") return isDeepStrictEqual(member, []);
  return key === "clusters_tolerated" && member === false;
}

/** Takes away what differs between any two runs: identities, versions, times, and the times in names. Pure. */
export function comparable(value: unknown): unknown {
  if (typeof value === "string") return replaced.reduce((text, [from, to]) => text.replaceAll(from, to), value);
  if (typeof value === "number") return value > 1e12 ? "MILLISECONDS" : value;
  if (Array.isArray(value)) return value.filter((item) => !timely.test(String(item))).map(comparableItem);
  if (typeof value !== "object" || value === null) return value;
  if (isTimeMetric(value)) return { ...value, samples: value.samples.map(({ labels }) => comparable(labels)) };
  const entries = Object.entries(value)
    .filter(([key]) => !dropped.has(key))
    .map(([key, member]) => [String(comparable(key)), comparable(member)] as const);
  return Object.fromEntries(entries.filter(([key, member]) => !isNone(key, member)).toSorted());
}

function isAvailable(object: SimObject): boolean | undefined {
  const conditions = object.status?.["conditions"];
  if (!Array.isArray(conditions)) return undefined;
  return conditions.some((one) => one.type === "ManagedClusterConditionAvailable" && one.status === "True");
}

// When the old hub misses its clusters is a matter of its clock.
function connection(object: SimObject, hub: HubName): object {
  return hub === "primary" ? {} : { available: isAvailable(object) };
}

function essence(object: SimObject, hub: HubName): unknown {
  const { spec, status, data } = object;
  const metadata = { ...object.metadata, annotations: object.metadata.annotations ?? {} };
  return comparable({ metadata, spec, data, phase: status?.["phase"], ...connection(object, hub) });
}

const compared = [
  "managedClusters",
  "clusterDeployments",
  "backupSchedules",
  "veleroSchedules",
  "restores",
  "multiClusterHubs",
] as const satisfies readonly KindName[];

type HubState = Readonly<Partial<Record<KindName, readonly unknown[]>>>;

/** Both hubs, as far as a switchover changes them. */
async function hubsState(pair: HealthyPair): Promise<Readonly<Record<HubName, HubState>>> {
  const look = async (hub: HubName): Promise<HubState> => {
    const lists = await Promise.all(compared.map((kind) => pair.seeds[hub].list(kind)));
    const entries = lists.map((objects, index) => [compared[index], objects.map((object) => essence(object, hub))]);
    return Object.fromEntries(entries);
  };
  const [primary, secondary] = await Promise.all([look("primary"), look("secondary")]);
  return { primary, secondary };
}

const patienceMs = 60_000;
const restMs = 1_500;

/** Whether a played operator is in the middle of something: it goes on after a run's end. */
function isAtWork({ restores, backupSchedules }: HubState): boolean {
  return /"phase":"(New|Unknown|Started|Running)"/.test(JSON.stringify([restores, backupSchedules]));
}

/** The hubs once their operators have come to rest. */
export async function restingHubs(pair: HealthyPair): Promise<unknown> {
  const deadline = performance.now() + patienceMs;
  let state = await hubsState(pair);
  let since = performance.now();
  while (performance.now() - since < restMs && performance.now() < deadline) {
    await pause(100);
    const next = await hubsState(pair);
    if (Object.values(next).some(isAtWork) || !isDeepStrictEqual(next, state)) since = performance.now();
    state = next;
  }
  return state;
}

/** The hubs once they are as `expected`: their operators go on after a run's end, on a busy machine for a while. */
export async function settledHubs(pair: HealthyPair, expected: unknown): Promise<unknown> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const state = await hubsState(pair);
    if (isDeepStrictEqual(state, expected) || performance.now() > deadline) return state;
    await pause(100);
  }
}

export async function comparableFile(path: string): Promise<unknown> {
  return comparable(JSON.parse(await readFile(path, "utf8")));
}
