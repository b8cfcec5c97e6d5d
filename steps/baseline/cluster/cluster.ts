import type { JsonObject } from "../../lib/json/json.ts";
import { isKubeError } from "../../lib/kube/kube-error.ts";
import type { CallOptions, KubeClient, KubeObject, ObjectRef, Resource } from "../../lib/kube/types.ts";
import { requiredCrd } from "../catalog/crd-name.ts";
import { reasonOf } from "../failure/reason-of.ts";
import type { ManagedObject } from "../object/managed-object.ts";
import { judgeCrd, type KnownCrd } from "./known-crd.ts";
import { resourceOf } from "./resource-of.ts";

// As the API retries are meant here: three, after the first.
const attempts = 4;

/** CRDs as resources. */
export const customResourceDefinitions: Resource = {
  group: "apiextensions.k8s.io",
  version: "v1",
  plural: "customresourcedefinitions",
  kind: "CustomResourceDefinition",
  scope: "cluster",
};

/** Any object of any kind: what the API answers is JSON with a name, which is all that is taken for granted. */
export function asManaged(object: KubeObject, { group, version, kind }: Resource): ManagedObject {
  const apiVersion = group === "" ? version : `${group}/${version}`;
  return { apiVersion, kind, ...(object as unknown as JsonObject) } as ManagedObject;
}

/** Where an object is, of a kind that may be of the cluster whatever its file says. */
export function refOf(
  resource: Resource,
  { name, namespace }: { readonly name: string; readonly namespace: string },
): ObjectRef {
  return resource.scope === "cluster" ? { name } : { name, namespace };
}

/** Reads of one run. A CRD is read once: what a run goes by must not change under it. */
export class Cluster {
  readonly client: KubeClient;
  readonly options: CallOptions;
  readonly #crds = new Map<string, Promise<KnownCrd>>();

  constructor(client: KubeClient, signal: AbortSignal) {
    this.client = client;
    this.options = { signal, attempts };
  }

  /** Never throws for what one asset alone is about: that a CRD cannot be read is told of that asset. */
  crd(name: string): Promise<KnownCrd> {
    const known = this.#crds.get(name) ?? this.#readCrd(name);
    this.#crds.set(name, known);
    return known;
  }

  /** Where the API serves a kind; `undefined` where it does not. @throws KubeError where its CRD cannot be read */
  async resource(kind: { readonly apiVersion: string; readonly kind: string }): Promise<Resource | undefined> {
    const name = requiredCrd(kind.apiVersion, kind.kind);
    if (name === undefined) return resourceOf(kind, undefined);
    const crd = await this.crd(name);
    if (crd.state === "unreadable") throw crd.error;
    return crd.state === "installed" ? resourceOf(kind, crd.definition) : undefined;
  }

  /** `undefined` where there is no such object, or no such API. @throws KubeError */
  async find(
    kind: { readonly apiVersion: string; readonly kind: string },
    place: { readonly name: string; readonly namespace: string },
  ): Promise<ManagedObject | undefined> {
    const resource = await this.resource(kind);
    if (resource === undefined) return undefined;
    const object = await this.client.find(resource, refOf(resource, place), this.options);
    return object === undefined ? undefined : asManaged(object, resource);
  }

  /** All objects of a kind; none where there is no such API. @throws KubeError */
  async list<P>(
    kind: { readonly apiVersion: string; readonly kind: string },
    project: (object: ManagedObject) => P,
  ): Promise<readonly P[]> {
    const resource = await this.resource(kind);
    if (resource === undefined) return [];
    try {
      const options = { ...this.options, project: (object: KubeObject) => project(asManaged(object, resource)) };
      return (await this.client.list(resource, {}, options)).items;
    } catch (error) {
      if (isKubeError(error, "KindAbsent")) return [];
      throw error;
    }
  }

  async #readCrd(name: string): Promise<KnownCrd> {
    try {
      const definition = await this.client.find(customResourceDefinitions, { name }, this.options);
      return judgeCrd(definition as unknown as JsonObject | undefined); // the API answers in JSON
    } catch (error) {
      this.options.signal.throwIfAborted();
      if (!isKubeError(error)) throw error;
      return { state: "unreadable", reason: reasonOf(error), error };
    }
  }
}
