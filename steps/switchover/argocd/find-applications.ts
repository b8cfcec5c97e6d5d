import type { CallOptions, KubeClient } from "../../lib/kube/types.ts";
import { argoCrd, label } from "../acm/constants.ts";
import type { CustomResourceDefinition } from "../acm/hub-objects.ts";
import { applications, customResourceDefinitions, managedClusters } from "../acm/resources.ts";
import { noneIfAbsent } from "../phases/none-if-absent.ts";
import { type AcmScope, type ApplicationSummary, localClusterName, summariseApplication } from "./application.ts";
import type { KeptHub } from "./keeper.ts";

/** How Argo CD came onto a hub. `unknown`: it is there, but whether by its operator could not be read. */
export type ArgoInstall = "none" | "operator" | "vanilla" | "unknown";

/** From the two definitions; `unread` where the second could not be looked at. Pure. */
export function argoInstall(
  applicationsCrd: CustomResourceDefinition | undefined,
  argoCdsCrd: CustomResourceDefinition | undefined | "unread",
): ArgoInstall {
  if (applicationsCrd === undefined) return "none";
  if (argoCdsCrd === "unread") return "unknown";
  return argoCdsCrd === undefined ? "vanilla" : "operator";
}

/** The version in which a kind's objects are stored, else any that is served. */
export function servedVersion({ spec }: CustomResourceDefinition): string {
  const served = (spec?.versions ?? []).filter((version) => version.served === true);
  return (served.find((version) => version.storage === true) ?? served[0])?.name ?? "v1alpha1";
}

/** Whether Argo CD is on the hub. @throws KubeError where that cannot be told */
export async function hasArgoCd(client: KubeClient, signal: AbortSignal): Promise<boolean> {
  const found = await client.find(customResourceDefinitions, { name: argoCrd.applications }, { signal });
  return found !== undefined;
}

/** Every Application of the hub, each reduced as its page arrives; none where Argo CD is not installed. */
export async function listApplications(
  { name, client }: KeptHub,
  scope: AcmScope,
  options: CallOptions,
): Promise<readonly ApplicationSummary[]> {
  const project = summariseApplication(name, scope);
  return await noneIfAbsent(async () => (await client.list(applications, {}, { ...options, project })).items);
}

/** Name of the hub's own ManagedCluster. */
export async function localClusterOf(client: KubeClient, options: CallOptions): Promise<string> {
  const labelSelector = `${label.localCluster}=true`;
  const project = ({ metadata }: { readonly metadata: { readonly name: string } }): string => metadata.name;
  const names = await noneIfAbsent(
    async () => (await client.list(managedClusters, { labelSelector }, { ...options, project })).items,
  );
  return localClusterName(names);
}
