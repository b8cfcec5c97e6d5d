import type { BaselineState } from "../../../../steps/baseline/state/baseline-state.ts";
import type { BaselineBench } from "../../../integration/baseline/support/baseline-bench.ts";
import { carriedOut } from "./writes.ts";

/** What differs between any two runs. */
const dropped: ReadonlySet<string> = new Set(["uid", "resourceVersion", "generation", "creationTimestamp", "time"]);

const kinds = [
  "hyperconvergeds.hco.kubevirt.io",
  "machineconfigs.machineconfiguration.openshift.io",
  "kubedeschedulers.operator.openshift.io",
  "uiplugins.observability.openshift.io",
  "prometheusrules.monitoring.coreos.com",
  "leases.coordination.k8s.io",
];

interface StoredEvent {
  readonly reason: string;
  readonly action: string;
  readonly series?: { readonly count: number };
}

/** How a platform is left. */
export interface FinalPlatform {
  readonly objects: unknown;
  /** Writes to its objects that the server carried out. */
  readonly writes: readonly string[];
  readonly state: unknown;
  /** How often each Event was told. */
  readonly told: Readonly<Record<string, number>>;
  /** Corrections of each object that are remembered. */
  readonly corrections: Readonly<Record<string, number>>;
  readonly tokens: Readonly<Record<string, number>>;
}

function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !dropped.has(key));
  return Object.fromEntries(entries.map(([key, member]) => [key, comparable(member)]));
}

/** Without times, and without what counts times. */
function comparableState(state: BaselineState): unknown {
  const wars = Object.entries(state.wars).map(([key, war]) => {
    const paths = [...new Set(war.corrections.map((correction) => correction.paths.join(" ")))];
    const unsettled = war.corrections.filter(({ intendedOn }) => intendedOn !== undefined).length;
    return [key, { ...war, corrections: paths.toSorted(), unsettled }];
  });
  const tombstones = Object.entries(state.tombstones).map(([key, { status }]) => [key, status]);
  return {
    outcome: state.lastRun?.outcome,
    wars: Object.fromEntries(wars),
    buckets: Object.keys(state.buckets).toSorted(),
    thrashings: state.thrashings,
    identities: state.identities,
    customizations: state.customizations,
    missingCrds: state.missingCrds,
    tombstones: Object.fromEntries(tombstones),
  };
}

async function toldEvents(bench: BaselineBench): Promise<Readonly<Record<string, number>>> {
  const text = await bench.server.kubectl(["get", "events.events.k8s.io", "-n", "openshift-cnv", "-o", "json"]);
  const items: readonly StoredEvent[] = JSON.parse(text).items; // events.k8s.io/v1
  return Object.fromEntries(items.map(({ action, series }) => [action, series?.count ?? 1] as const).toSorted());
}

function mapped<T>(entries: Readonly<Record<string, T>>, of: (value: T) => number): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, of(value)]));
}

/** Reads how a platform was left, as far as two runs of one kind leave it alike. */
export async function finalPlatform(bench: BaselineBench): Promise<FinalPlatform> {
  const list = ["get", kinds.join(","), "-A", "-o", "json", "--show-managed-fields"];
  const { items } = JSON.parse(await bench.server.kubectl(list));
  const state = await bench.storedState();
  return {
    objects: comparable(
      items.filter(({ metadata }: { metadata: { namespace?: string } }) => metadata.namespace !== "kube-system"),
    ),
    writes: carriedOut(await bench.server.auditEvents()),
    state: comparableState(state),
    told: await toldEvents(bench),
    corrections: mapped(state.wars, ({ corrections }) => corrections.length),
    tokens: mapped(state.buckets, ({ tokens }) => tokens),
  };
}
