import { baselineError } from "../baseline-error.ts";
import type { LoadedAssets } from "../catalog/load-assets.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { FoundHco } from "../cluster/find-hco.ts";
import { baselineExit } from "../failure/exit-code.ts";
import { type Identity, identityOf } from "../object/managed-object.ts";
import { renderCatalog } from "../report/render-catalog.ts";
import { lookAtPlatform } from "../run/look-at-platform.ts";
import type { BaselineState } from "../state/baseline-state.ts";
import { templateEngine } from "../template/template-engine.ts";
import { candidates, identitiesOfKey } from "./paused-objects.ts";

export interface FindTools {
  readonly cluster: Cluster;
  readonly loaded: LoadedAssets;
  readonly namespace: string;
  /** By which version the HyperConverged is read. */
  readonly hcoVersion: Extract<FoundHco, { apiVersion: string }>["apiVersion"];
}

function refuse(key: string, why: string) {
  return baselineError(
    "BASE-PAR-06",
    {
      what: `resource ${key} names no object of the baseline`,
      why,
      fix: "give Kind/namespace/name, or Kind/name for a cluster-scoped kind, as the report of a reconciliation has it",
    },
    baselineExit.invalidInput,
  );
}

function inVersion(identity: Identity, { hcoVersion }: FindTools): Identity {
  return identity.kind === "HyperConverged" ? { ...identity, apiVersion: hcoVersion } : identity;
}

/** @throws FairleadError BASE-PAR-06 (exit 2) for a key that no object of the baseline can have */
async function objectsOfKey(key: string, tools: FindTools): Promise<readonly Identity[]> {
  const found = identitiesOfKey(key, tools.loaded.assets);
  const [first] = found;
  if (first === undefined) throw refuse(key, "no asset is of that kind");
  const identities = found.map((identity) => inVersion(identity, tools));
  for (const identity of identities) {
    const resource = await tools.cluster.resource(identity);
    const needsNamespace = resource?.scope === "namespaced";
    if (resource !== undefined && needsNamespace !== (identity.namespace !== "")) {
      throw refuse(key, `${identity.kind} is ${needsNamespace ? "namespaced" : "cluster-scoped"}`);
    }
  }
  return identities;
}

/** What is wanted now, whether or not the platform opts in: a paused object may be of a baseline that is off. */
async function renderedObjects({ cluster, loaded, namespace }: FindTools): Promise<readonly Identity[]> {
  const sight = await lookAtPlatform(cluster, {
    namespace,
    requireOptIn: false,
    onlyAssets: [],
    loaded,
    images: {},
    profile: "accurate",
  });
  if (sight.state !== "found") return [];
  const asked = { activation: { state: "all" }, onlyAssets: [] } as const;
  const records = renderCatalog(loaded, sight.document, asked, templateEngine());
  return records.flatMap(({ object }) => (object === undefined ? [] : [identityOf(object)]));
}

/**
 * The objects that a person means to resume.
 *
 * @param resource a key, or `all`
 * @throws FairleadError BASE-PAR-06 (exit 2); KubeError
 */
export async function findObjects(
  resource: string,
  state: BaselineState,
  tools: FindTools,
): Promise<readonly Identity[]> {
  if (resource !== "all") return await objectsOfKey(resource, tools);
  const all = candidates(state, await renderedObjects(tools), tools.loaded.assets);
  return all.map((identity) => inVersion(identity, tools));
}
