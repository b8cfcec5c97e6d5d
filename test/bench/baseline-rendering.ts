import type { LoadedAssets } from "../../steps/baseline/catalog/load-assets.ts";
import type { ContextDocument } from "../../steps/baseline/context/context-document.ts";
import { type ManagedObject, textsOf } from "../../steps/baseline/object/managed-object.ts";
import { offlineContext } from "../../steps/baseline/render/offline-context.ts";
import { renderCatalog } from "../../steps/baseline/report/render-catalog.ts";
import { templateEngine } from "../../steps/baseline/template/template-engine.ts";
import { isJsonObject, member } from "../../steps/lib/json/json.ts";
import { everything } from "./baseline-platform.ts";
import { median } from "./paired.ts";
import { type Row, seconds } from "./row.ts";

const clusters = 50;
const rounds = 9;
const oneContextBudget = 0.1;
const allContextsBudget = 1;
const micro = 1000;

const asked = { activation: { state: "all" }, onlyAssets: [] } as const;
const prefix = "platform.kubevirt.io/";

/** Values that its owner wrote: no two clusters of a fleet have the same. */
function annotationsOf(cluster: number): Readonly<Record<string, string>> {
  return {
    [`${prefix}kubelet-max-pods`]: String(100 + cluster),
    [`${prefix}numa-reserved-cpuset`]: `0-${cluster + 1}`,
    [`${prefix}vfio-device-ids`]: `10de:${(0x1000 + cluster).toString(16)}`,
    [`${prefix}fence-agents-config`]: JSON.stringify({ agent: "fence_ipmilan", sharedSecretName: `fence-${cluster}` }),
    [`${prefix}kubevirt-metrics-exporter-env`]: JSON.stringify({ EBPF_SCAN_INTERVAL: String(10 + cluster) }),
    [`${prefix}sbr-storage-class`]: `class-${cluster}`,
    ...(cluster % 2 === 0 ? { [`${prefix}golden-profile`]: "opinionated" } : {}),
  };
}

/** A cluster that wants every asset, and of which no other is the equal. */
function contextOf(loaded: LoadedAssets, cluster: number): ContextDocument {
  const all = everything(loaded);
  const given = member(all.hco, "spec");
  const hco: ManagedObject = {
    ...all.hco,
    metadata: {
      ...all.hco.metadata,
      // Most platforms are in the namespace of the product; some are not.
      namespace: cluster % 10 === 0 ? `cnv-${cluster}` : "openshift-cnv",
      annotations: { ...textsOf(all.hco, "annotations"), ...annotationsOf(cluster) },
    },
    spec: {
      ...(isJsonObject(given) ? given : {}),
      liveMigrationConfig: { parallelMigrationsPerCluster: 5 + cluster },
    },
  };
  const images = { "kubevirt-metrics-exporter": `quay.io/example/exporter:${cluster}` };
  const { crds } = offlineContext(loaded.assets, { hco, images, overrides: { hardware: {}, topology: {} } });
  const topology = { ...all.topology, totalNodeCount: 3 + cluster, workerCount: cluster };
  return { ...all, hco, topology, images, crds };
}

function contextsOf(loaded: LoadedAssets): readonly ContextDocument[] {
  return Array.from({ length: clusters }, (_, cluster) => contextOf(loaded, cluster));
}

/** Milliseconds of this thread's work: what it takes on a machine that has nothing else to do. */
function ownMs(work: () => void): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / micro;
}

/** Renders them as `baseline render` does, with nothing remembered of earlier ones. */
function render(loaded: LoadedAssets, contexts: readonly ContextDocument[]): void {
  const engine = templateEngine();
  for (const document of contexts) {
    const records = renderCatalog(loaded, document, asked, engine);
    const missing = records.filter(({ status }) => status !== "INCLUDED");
    if (missing.length === 0) continue;
    const told = missing.map(({ asset, reason }) => `${asset}: ${reason?.details}`);
    throw new Error(`not every asset was rendered: ${told.join("; ")}`);
  }
}

function measure(loaded: LoadedAssets, contexts: readonly ContextDocument[]): number {
  return median(Array.from({ length: rounds }, () => ownMs(() => render(loaded, contexts))));
}

/** What rendering without a cluster costs: all assets, for one cluster and for a fleet of clusters that all differ. */
export function timeRendering(loaded: LoadedAssets): readonly Row[] {
  const contexts = contextsOf(loaded);
  const one = measure(loaded, contexts.slice(0, 1));
  const all = measure(loaded, contexts);
  const perSecond = Math.round((clusters * 1000) / all);
  return [
    {
      what: `rendering of ${loaded.assets.length} assets for one HyperConverged, offline, processor time`,
      floor: "–",
      measured: seconds(one),
      value: one / 1000,
      budget: oneContextBudget,
      unit: "s",
    },
    {
      what: `  for ${clusters} HyperConvergeds that all differ`,
      floor: `${clusters} × ${seconds(one)}`,
      measured: `${perSecond} a second`,
      value: all / 1000,
      budget: allContextsBudget,
      unit: "s",
    },
  ];
}
