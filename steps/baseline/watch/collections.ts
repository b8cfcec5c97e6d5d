import type { JsonObject } from "../../lib/json/json.ts";
import type { KubeObject, ListQuery, Resource } from "../../lib/kube/types.ts";
import type { LoadedAsset } from "../catalog/loaded-asset.ts";
import { asManaged, type Cluster, customResourceDefinitions } from "../cluster/cluster.ts";
import { findHco, hcoCrd, hcoName } from "../cluster/find-hco.ts";
import { managedLabel, manager } from "../markers/marker-keys.ts";
import { identityOf } from "../object/managed-object.ts";
import { crdFingerprint, objectFingerprint } from "./fingerprint.ts";
import type { Sight } from "./followed-collection.ts";
import { crdsOf } from "./touch.ts";

/** Objects of the cluster that are followed together. */
export interface Collection {
  /** Of what: a CRD, or a kind that every cluster serves. */
  readonly name: string;
  readonly resource: Resource;
  readonly query: ListQuery;
  readonly sight: (object: KubeObject) => Sight;
}

/** A kind that assets are of. */
export interface WatchedKind {
  readonly name: string;
  readonly apiVersion: string;
  readonly kind: string;
}

// CRDs are up to a megabyte each: a page of the default size would hold hundreds of them.
const crdsAPage = 20;

function keyOf({ metadata: { namespace = "", name } }: KubeObject): string {
  return `${namespace}/${name}`;
}

/** The kinds of the assets, each once, without the HyperConverged, which is followed whoever labels it. Pure. */
export function watchedKinds(assets: readonly LoadedAsset[]): readonly WatchedKind[] {
  const kinds = assets.flatMap(({ kind: { apiVersion, kind }, requiredCrd }) =>
    requiredCrd === hcoCrd ? [] : [{ name: requiredCrd ?? `${kind}.${apiVersion}`, apiVersion, kind }],
  );
  return [...new Map(kinds.map((kind) => [kind.name, kind])).values()];
}

/** All CRDs; of those on which nothing depends only the name is looked at. Pure. */
export function definitionsCollection(assets: readonly LoadedAsset[]): Collection {
  const needed = new Set([hcoCrd, ...assets.flatMap(crdsOf)]);
  return {
    name: "customresourcedefinitions",
    resource: customResourceDefinitions,
    query: { limit: crdsAPage },
    sight: (object) => {
      const crd = object.metadata.name;
      const definition = object as unknown as JsonObject; // the API answers in JSON
      return { key: crd, fingerprint: needed.has(crd) ? crdFingerprint(definition) : "", touch: { what: "crd", crd } };
    },
  };
}

/** Where the objects of a kind are that carry our label; `undefined` where the cluster does not serve it. @throws Error */
export async function objectsCollection(cluster: Cluster, kind: WatchedKind): Promise<Collection | undefined> {
  const resource = await cluster.resource(kind);
  if (resource === undefined) return undefined;
  return {
    name: kind.name,
    resource,
    query: { labelSelector: `${managedLabel}=${manager}` },
    sight: (object) => {
      const managed = asManaged(object, resource);
      const touch = { what: "object", object: identityOf(managed) } as const;
      return { key: keyOf(object), fingerprint: objectFingerprint(managed), touch };
    },
  };
}

/** The one HyperConverged; `undefined` where its CRD is not installed. @throws KubeError; FairleadError BASE-RUN-01 */
export async function hcoCollection(cluster: Cluster, namespace: string): Promise<Collection | undefined> {
  const found = await findHco(cluster, namespace);
  if (found.state === "no-crd") return undefined;
  const resource = await cluster.resource({ apiVersion: found.apiVersion, kind: "HyperConverged" });
  if (resource === undefined) return undefined;
  return {
    name: hcoCrd,
    resource,
    query: { namespace, fieldSelector: `metadata.name=${hcoName}` },
    sight: (object) => ({
      key: keyOf(object),
      fingerprint: objectFingerprint(asManaged(object, resource)),
      touch: { what: "hco" },
    }),
  };
}
