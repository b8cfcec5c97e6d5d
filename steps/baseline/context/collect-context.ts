import type { JsonObject } from "../../lib/json/json.ts";
import { isKubeError } from "../../lib/kube/kube-error.ts";
import type { LoadedAsset } from "../catalog/loaded-asset.ts";
import { type CrdSight, type SelectionContext, selectAssets } from "../catalog/select-assets.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { RunEvent } from "../events/run-event.ts";
import { answersOf, type Lookup, readOf } from "../lookups/lookup.ts";
import type { ManagedObject } from "../object/managed-object.ts";
import type { ContextDocument } from "./context-document.ts";
import { type DetectorProfile, detectHardware, hardwareEvidence } from "./hardware.ts";
import { nodeFacts } from "./node-facts.ts";
import { type ClusterConfig, describeTopology } from "./topology.ts";

export interface ContextQuestion {
  readonly hco: ManagedObject;
  readonly assets: readonly LoadedAsset[];
  readonly images: Readonly<Record<string, string>>;
  readonly profile: DetectorProfile;
  readonly selection: Pick<SelectionContext, "activation" | "onlyAssets">;
  /** What is to be taken for true in place of what is detected. */
  readonly override?: (detected: DetectedFacts) => DetectedFacts;
}

/** What is detected of a cluster. */
export type DetectedFacts = Pick<ContextDocument, "hardware" | "topology">;

export interface CollectedContext {
  readonly document: ContextDocument;
  readonly events: readonly RunEvent[];
}

interface Config {
  readonly config: ClusterConfig;
  readonly events: readonly RunEvent[];
}

async function readConfig(
  cluster: Cluster,
  kind: "Infrastructure" | "Scheduler",
): Promise<{ readonly object?: JsonObject; readonly events: readonly RunEvent[] }> {
  try {
    const where = { name: "cluster", namespace: "" };
    const object = await cluster.find({ apiVersion: "config.openshift.io/v1", kind }, where);
    return { ...(object === undefined ? {} : { object }), events: [] };
  } catch (error) {
    cluster.options.signal.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    const note = `${kind} cluster cannot be read: ${why}`;
    return { events: [{ reason: "HardwareDetectionFailed", target: `${kind}/cluster`, note }] };
  }
}

async function clusterConfig(cluster: Cluster): Promise<Config> {
  const [infrastructure, scheduler] = await Promise.all([
    readConfig(cluster, "Infrastructure"),
    readConfig(cluster, "Scheduler"),
  ]);
  return {
    config: {
      ...(infrastructure.object === undefined ? {} : { infrastructure: infrastructure.object }),
      ...(scheduler.object === undefined ? {} : { scheduler: scheduler.object }),
    },
    events: [...infrastructure.events, ...scheduler.events],
  };
}

async function readLookup(cluster: Cluster, lookup: Lookup): Promise<readonly JsonObject[]> {
  const read = readOf(lookup);
  if (read.verb === "list") return await cluster.list(read, (object) => object);
  const found = await cluster.find(read, read);
  return found === undefined ? [] : [found];
}

async function answer(cluster: Cluster, { entry }: LoadedAsset): Promise<JsonObject | string> {
  const lookups = entry.lookups ?? [];
  try {
    const found = new Map(
      await Promise.all(lookups.map(async (lookup) => [lookup, await readLookup(cluster, lookup)] as const)),
    );
    return answersOf(lookups, (lookup) => found.get(lookup) ?? []);
  } catch (error) {
    cluster.options.signal.throwIfAborted();
    return isKubeError(error) ? `${error.text.what}: ${error.text.why}` : String(error);
  }
}

async function crdSights(
  cluster: Cluster,
  wanted: readonly LoadedAsset[],
): Promise<Readonly<Record<string, CrdSight>>> {
  const names = new Set(wanted.flatMap(({ requiredCrd, gateCrd }) => [requiredCrd ?? [], gateCrd ?? []].flat()));
  const sights = await Promise.all(
    [...names].toSorted().map(async (name): Promise<readonly [string, CrdSight]> => {
      const crd = await cluster.crd(name);
      return [name, crd.state === "unreadable" ? { unreadable: crd.reason } : crd.state];
    }),
  );
  return Object.fromEntries(sights);
}

/**
 * Asks the cluster for everything that decides what is applied: its nodes and how it is built, the CRDs of those assets
 * that are wanted, and what their templates look up. Nothing is asked for an asset whose conditions do not hold.
 *
 * @throws KubeError where the nodes cannot be listed
 */
export async function collectContext(cluster: Cluster, question: ContextQuestion): Promise<CollectedContext> {
  const { hco, images, profile, assets, selection, override = (detected) => detected } = question;
  const [nodes, { config, events }] = await Promise.all([
    cluster.list({ apiVersion: "v1", kind: "Node" }, nodeFacts),
    clusterConfig(cluster),
  ]);
  const detected = { hardware: detectHardware(nodes, profile), topology: describeTopology(nodes, config) };
  const base = { hco, ...override(detected), images };
  const anyCrd: SelectionContext = { ...base, ...selection, crd: () => "installed" };
  const wanted = selectAssets(assets, anyCrd).flatMap((one) => (one.state === "selected" ? [one.asset] : []));
  const crds = await crdSights(cluster, wanted);
  const asking = wanted.filter(({ entry }) => (entry.lookups ?? []).length > 0);
  const answers = await Promise.all(asking.map(async (asset) => [asset.name, await answer(cluster, asset)] as const));
  const unreadable = answers.flatMap(([name, found]) => (typeof found === "string" ? [[name, found] as const] : []));
  const lookups = answers.flatMap(([name, found]) => (typeof found === "string" ? [] : [[name, found] as const]));
  return {
    document: {
      schemaVersion: 1,
      ...base,
      crds,
      lookups: Object.fromEntries(lookups),
      ...(unreadable.length === 0 ? {} : { unreadable: Object.fromEntries(unreadable) }),
      evidence: hardwareEvidence(nodes, profile),
    },
    events,
  };
}
