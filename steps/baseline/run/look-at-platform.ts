import { type Activation, readActivation } from "../catalog/activation.ts";
import { goldenConfig } from "../catalog/catalog.ts";
import type { LoadedAsset } from "../catalog/loaded-asset.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { findHco } from "../cluster/find-hco.ts";
import { type CollectedContext, type ContextQuestion, collectContext } from "../context/collect-context.ts";

export interface PlatformQuestion extends Pick<ContextQuestion, "assets" | "images" | "profile" | "override"> {
  readonly namespace: string;
  readonly requireOptIn: boolean;
  /** Names or groups of assets; none for all that the HyperConverged wants. */
  readonly onlyAssets: readonly string[];
}

export type PlatformSight =
  | (CollectedContext & { readonly state: "found"; readonly activation: Activation })
  | { readonly state: "absent" }
  | { readonly state: "no-crd" };

/** The assets that are selected after the golden config was applied. Pure. */
export function laterAssets(assets: readonly LoadedAsset[]): readonly LoadedAsset[] {
  return assets.filter(({ name }) => name !== goldenConfig);
}

/** Reads what a reconciliation would go by, and nothing else. @throws KubeError */
export async function lookAtPlatform(cluster: Cluster, question: PlatformQuestion): Promise<PlatformSight> {
  const { namespace, requireOptIn, onlyAssets, assets, ...asked } = question;
  const found = await findHco(cluster, namespace);
  if (found.state !== "found") return { state: found.state };
  const { hco } = found;
  const activation = readActivation(hco, requireOptIn);
  const selection = { activation, onlyAssets };
  const collected = await collectContext(cluster, { ...asked, hco, assets: laterAssets(assets), selection });
  return { state: "found", activation, ...collected };
}
