import type { ReportTable } from "../../lib/report/types.ts";
import { managedClusterCondition } from "../acm/constants.ts";
import type { ManagedCluster } from "../acm/hub-objects.ts";
import { type ImportReason, importWords } from "../acm/import-messages.ts";
import {
  type BaselineCluster,
  findCondition,
  type ManagedClusterSummary,
  summariseManagedCluster,
} from "../acm/managed-cluster.ts";
import { parseTime } from "../acm/timestamp.ts";
import { hubWords } from "../phases/hub-words.ts";
import type { StateDocument } from "../state/state-document.ts";

/** A cluster with the times that its hub tells of it. */
export interface ReportedCluster extends ManagedClusterSummary {
  /** Milliseconds since the epoch. */
  readonly joinedAt?: number;
  /** Since when it is available, or is so no longer. */
  readonly availableSince?: number;
}

/** Pure projection. */
export function summariseReported(cluster: ManagedCluster): ReportedCluster {
  const since = (type: string): number | undefined =>
    parseTime(findCondition(cluster.status?.conditions, type)?.lastTransitionTime);
  const [joinedAt, availableSince] = [since(managedClusterCondition.joined), since(managedClusterCondition.available)];
  return {
    ...summariseManagedCluster(cluster),
    ...(joinedAt === undefined ? {} : { joinedAt }),
    ...(availableSince === undefined ? {} : { availableSince }),
  };
}

export interface ClusterTableInput {
  readonly document: StateDocument;
  /** The fleet as the hub that is to have it shows it now; absent when it could not be read. */
  readonly fleet: readonly ReportedCluster[] | undefined;
  readonly hub: keyof typeof hubWords;
}

interface Row {
  readonly name: string;
  readonly kind: string;
  readonly before: string;
  readonly now: ReportedCluster | undefined;
  readonly state: string;
}

export function stateOf(cluster: ManagedClusterSummary | undefined): string {
  if (cluster === undefined) return "not there";
  return cluster.available ? "connected" : cluster.unavailableReason || "not available";
}

function rowsOf({ document, fleet }: ClusterTableInput): readonly Row[] {
  const after = new Map((fleet ?? []).map((cluster) => [cluster.name, cluster]));
  const { cluster_baseline: baseline } = document.config;
  // Of an old hub that was down from the start nothing is known: the clusters are those that arrived.
  if (baseline === undefined) {
    return (fleet ?? []).map((now) => ({
      name: now.name,
      kind: "unknown",
      before: "unknown",
      now,
      state: stateOf(now),
    }));
  }
  return baseline.map(({ name, hive, available }: BaselineCluster) => {
    const now = after.get(name);
    const state = fleet === undefined ? "unknown" : stateOf(now);
    return { name, kind: hive ? "Hive" : "imported", before: available ? "available" : "offline", now, state };
  });
}

/** How many clusters are in which state; empty where the fleet could not be read. Pure. */
export function clusterStates(input: ClusterTableInput): ReadonlyMap<string, number> {
  if (input.fleet === undefined) return new Map();
  const states = new Map([
    ["connected", 0],
    ["not_connected", 0],
    ["missing", 0],
  ]);
  for (const { state } of rowsOf(input)) {
    const key = state === "connected" ? "connected" : state === "not there" ? "missing" : "not_connected";
    states.set(key, (states.get(key) ?? 0) + 1);
  }
  return states;
}

/** When the fleet was activated on the hub of the table, ms by that hub's clock; a rollback activates nothing. */
function activatedAt({ document, hub }: ClusterTableInput): number | undefined {
  return hub === "secondary" ? document.config.activation?.appliedAt : undefined;
}

/** Whole seconds since the activation; a hub writes its times without fractions. */
function secondsAfter(activation: number, at: number | undefined): number | undefined {
  return at === undefined ? undefined : Math.round(at / 1000) - Math.floor(activation / 1000);
}

function secondsText(seconds: number | undefined): string {
  if (seconds === undefined) return "";
  return seconds < 0 ? "before" : String(seconds);
}

/** What the activation Restore said of each cluster. A file of an older writer has but the first refusals. */
function importReasons({ config }: StateDocument): ReadonlyMap<string, ImportReason> {
  const first = (config.import_refusals ?? []).map(({ cluster, reason }) => [cluster, reason] as const);
  // The keys are those under which the step kept the names.
  const notes = Object.entries(config.import_notes ?? {}) as [ImportReason, readonly string[]][];
  return new Map([...first, ...notes.flatMap(([reason, names]) => names.map((name) => [name, reason] as const))]);
}

interface Way {
  readonly said: ReadonlyMap<string, ImportReason>;
  readonly klusterlets: Readonly<Record<string, string>>;
  readonly asked: ReadonlySet<string>;
}

/** What brought a connected cluster to the hub, as far as this operation knows. */
function broughtBy({ name, kind, state }: Row, { said, klusterlets, asked }: Way): string {
  if (state !== "connected" || said.get(name) === "available") return "";
  if (klusterlets[name] === "repaired") return "klusterlet repair";
  if (asked.has(name)) return "import request";
  return kind === "Hive" ? "itself" : "import by the hub";
}

function noteOf({ name, state, now, before }: Row, lostAfter: string, { said }: Way): string {
  const reason = said.get(name);
  const words = reason === undefined ? undefined : importWords[reason];
  if (state === "connected") return reason === "available" ? importWords.available : "";
  if (now === undefined) return "";
  if (before === "offline") return "offline before, too";
  return (
    now.importTrouble ?? words ?? (now.joined && lostAfter !== "" ? `joined, not available since ${lostAfter} s` : "")
  );
}

/** The fleet, cluster by cluster, and which rows are to be looked at first. Pure. */
export function clusterTable(input: ClusterTableInput): ReportTable {
  const { document, hub } = input;
  const { klusterlets, import_requested_clusters: asked = [] } = document.config;
  const activation = activatedAt(input);
  const way = { said: importReasons(document), klusterlets: klusterlets ?? {}, asked: new Set(asked) };
  const all = rowsOf(input);
  const rows = all.map((row) => {
    const { name, kind, before, state, now } = row;
    const start = [name, kind, before, state, ...(klusterlets === undefined ? [] : [klusterlets[name] ?? ""])];
    if (activation === undefined) return start;
    const since = (at: number | undefined): string => secondsText(secondsAfter(activation, at));
    const available = since(now?.availableSince);
    return [
      ...start,
      since(now?.createdAt),
      now?.joined === true ? since(now.joinedAt) : "",
      now?.available === true ? available : "",
      broughtBy(row, way),
      noteOf(row, available, way),
    ];
  });
  return {
    title: "Clusters",
    columns: [
      ...["Cluster", "Kind", "Before", `On the ${hubWords[hub]}`],
      ...(klusterlets === undefined ? [] : ["Klusterlet"]),
      ...(activation === undefined ? [] : ["Restored (s)", "Joined (s)", "Available (s)", "By", "Note"]),
    ],
    rows,
    ...(activation === undefined
      ? {}
      : { legend: "Seconds are counted from the activation, by the clock of the hub." }),
    exceptions: all.flatMap(({ state, before }, index) =>
      state === "connected" || state === "unknown" || before === "offline" ? [] : [index],
    ),
  };
}

/** When half of the clusters, and when the last of them, was available; `undefined` where that is not known. Pure. */
export function arrivalText(input: ClusterTableInput): string | undefined {
  const activation = activatedAt(input);
  if (activation === undefined) return undefined;
  const arrivals = (input.fleet ?? [])
    .filter(({ available }) => available)
    .flatMap(({ availableSince }) => secondsAfter(activation, availableSince) ?? [])
    .filter((seconds) => seconds >= 0)
    .toSorted((one, other) => one - other);
  const last = arrivals.at(-1);
  const half = arrivals[Math.ceil(arrivals.length / 2) - 1];
  return last === undefined ? undefined : `half after ${half} s, the last after ${last} s, of ${arrivals.length}`;
}
