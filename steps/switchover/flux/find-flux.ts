import { FairleadError } from "../../lib/errors/fairlead-error.ts";
import type { CallOptions, KubeClient, KubeObject, Resource } from "../../lib/kube/types.ts";
import { fluxCrd } from "../acm/constants.ts";
import type { CustomResourceDefinition } from "../acm/hub-objects.ts";
import * as api from "../acm/resources.ts";
import type { AcmScope } from "../argocd/application.ts";
import { type KeptHub, ownerKey } from "../argocd/keeper.ts";
import { noneIfAbsent } from "../phases/none-if-absent.ts";

const definitions = [
  { name: fluxCrd.kustomizations, resource: api.kustomizations },
  { name: fluxCrd.helmReleases, resource: api.helmReleases },
] as const;

/** @throws FairleadError SW-FLUX-05 for a Flux whose kinds cannot be read, which must not count as having none */
function demandVersion({ spec }: CustomResourceDefinition, { kind, version }: Resource): void {
  const served = (spec?.versions ?? []).filter((one) => one.served === true).map((one) => one.name);
  if (served.includes(version)) return;
  throw new FairleadError({
    id: "SW-FLUX-05",
    what: `${kind} of Flux is not served as ${version}`,
    why: `the hub serves ${served.join(", ") || "no version of it"}`,
    fix: "update Flux to 2.3 or later, or suspend its objects by hand and leave flux-manage out",
  });
}

/** Whether Flux is on the hub. @throws KubeError where that cannot be told, FairleadError SW-FLUX-05 */
export async function hasFlux(client: KubeClient, signal: AbortSignal): Promise<boolean> {
  const found = await Promise.all(
    definitions.map(async ({ name, resource }) => {
      const crd = await client.find(api.customResourceDefinitions, { name }, { signal });
      if (crd !== undefined) demandVersion(crd, resource);
      return crd !== undefined;
    }),
  );
  return found.includes(true);
}

const releaseLabel = { name: "helm.toolkit.fluxcd.io/name", namespace: "helm.toolkit.fluxcd.io/namespace" } as const;

function ownerOf({ metadata: { labels } }: KubeObject): string {
  return ownerKey({
    kind: "HelmRelease",
    namespace: labels?.[releaseLabel.namespace] ?? "",
    name: labels?.[releaseLabel.name] ?? "",
  });
}

/** The HelmReleases that what a switchover changes carries the labels of: not every Flux keeps an inventory of them. */
export async function releasesOfAcm(
  { client }: KeptHub,
  { namespaces }: AcmScope,
  options: CallOptions,
): Promise<ReadonlySet<string>> {
  const labelSelector = releaseLabel.name;
  const ownersIn = <T extends KubeObject>(resource: Resource<T>, namespace?: string): Promise<readonly string[]> =>
    noneIfAbsent(async () => {
      const query = namespace === undefined ? { labelSelector } : { labelSelector, namespace };
      return (await client.list(resource, query, { ...options, project: ownerOf })).items;
    });
  const owners = await Promise.all([
    ownersIn(api.managedClusters),
    ownersIn(api.multiClusterHubs, namespaces.acm),
    ownersIn(api.backupSchedules, namespaces.backup),
    ownersIn(api.acmRestores, namespaces.backup),
  ]);
  return new Set(owners.flat());
}
