import type { KubeObject, ListQuery, Resource } from "../../lib/kube/types.ts";
import { argoCrd, fluxCrd, objectName, restoreName } from "../acm/constants.ts";
import type { HubName } from "../acm/hub-identity.ts";
import type { Fleet } from "../acm/managed-cluster.ts";
import * as api from "../acm/resources.ts";
import { summariseApplication } from "../argocd/application.ts";
import { argoInstall, servedVersion } from "../argocd/find-applications.ts";
import { type MarkedObject, markedObject } from "../argocd/gitops-markers.ts";
import type { HubReader } from "./hub-reader.ts";
import type { ArgoInstallation } from "./observation.ts";
import { absentAsEmpty, mapReading, type Reading, read, valueOr } from "./reading.ts";
import { looksAtArgoCd, type PreflightSettings } from "./settings.ts";

/** A collection reduced to what its check needs, and beside it what of it a GitOps tool seems to keep. */
export interface MarkedList<P> {
  readonly values: Reading<readonly P[]>;
  readonly marks: Reading<readonly MarkedObject[]>;
}

/** One list for both. */
export async function listMarked<T extends KubeObject, P>(
  reader: HubReader,
  resource: Resource<T>,
  query: ListQuery,
  project: (object: T) => P,
): Promise<MarkedList<P>> {
  const both = await reader.list(resource, query, (object) => ({
    value: project(object),
    mark: markedObject(resource.kind, object),
  }));
  return {
    values: mapReading(both, (list) => list.map(({ value }) => value)),
    marks: mapReading(absentAsEmpty(both), (list) => list.flatMap(({ mark }) => mark ?? [])),
  };
}

/** Of a collection whose labels and annotations were kept. */
export function marksOf<T extends KubeObject>(
  kind: string,
  objects: Reading<readonly T[]>,
): Reading<readonly MarkedObject[]> {
  return mapReading(absentAsEmpty(objects), (list) => list.flatMap((object) => markedObject(kind, object) ?? []));
}

/** The Restore of the passive sync, whatever it is called. */
export function isPassiveSync({
  metadata,
  spec,
}: KubeObject & { readonly spec?: { readonly syncRestoreWithNewBackups?: boolean } }): boolean {
  return metadata.name === restoreName.passiveSync || spec?.syncRestoreWithNewBackups === true;
}

interface ArgoQuestion {
  readonly hub: HubName;
  readonly reader: HubReader;
  readonly settings: PreflightSettings;
  readonly fleet: Reading<Fleet>;
}

const notThere: ArgoInstallation = { install: "none", instances: [], applications: read([]) };

/** Argo CD as its definitions and Applications tell of it. Its operator's Applications may be in any namespace. */
export async function observeArgoCd(question: ArgoQuestion): Promise<Reading<ArgoInstallation>> {
  const { reader, settings } = question;
  if (!looksAtArgoCd(settings)) return read(notThere);
  const definition = (name: string) => reader.find(api.customResourceDefinitions, { name }, (found) => found);
  const crd = await definition(argoCrd.applications);
  if (crd.state !== "read") return crd;
  if (crd.value === undefined) return read(notThere);
  const ofOperator = await definition(argoCrd.argoCds);
  const install = argoInstall(crd.value, ofOperator.state === "read" ? ofOperator.value : "unread");
  const instancesCrd = valueOr(ofOperator, undefined);
  const [instances, applications] = await Promise.all([
    instancesCrd === undefined
      ? read([])
      : reader.list(api.argoCds(servedVersion(instancesCrd)), {}, ({ metadata }) => placeOf(metadata)),
    listTouching(question),
  ]);
  // Which instances there are is told, no more: where it cannot be read nothing is lost.
  return read({ install, instances: valueOr(instances, []), applications });
}

/** Whether Flux is installed; `undefined` where that cannot be told. */
export async function isFluxThere(reader: HubReader): Promise<boolean | undefined> {
  const found = await Promise.all(
    Object.values(fluxCrd).map((name) =>
      reader.find(api.customResourceDefinitions, { name }, (definition) => definition !== undefined),
    ),
  );
  if (found.some((one) => valueOr(one, false))) return true;
  return found.every(({ state }) => state === "read") ? false : undefined;
}

async function listTouching({ hub, reader, settings, fleet }: ArgoQuestion): Promise<ArgoInstallation["applications"]> {
  const localCluster = valueOr(fleet, undefined)?.local?.name ?? objectName.localCluster;
  const project = summariseApplication(hub, { namespaces: settings.namespaces, localCluster });
  return mapReading(await reader.list(api.applications, {}, project), (list) =>
    list.filter(({ touchesAcm }) => touchesAcm),
  );
}

function placeOf({ namespace, name }: KubeObject["metadata"]): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}
