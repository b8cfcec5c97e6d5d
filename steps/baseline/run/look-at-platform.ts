import { type Activation, readActivation } from "../catalog/activation.ts";
import { laterAssets } from "../catalog/catalog.ts";
import type { LoadedAssets } from "../catalog/load-assets.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { findHco } from "../cluster/find-hco.ts";
import { type CollectedContext, type ContextQuestion, collectContext } from "../context/collect-context.ts";
import { foreseeMade } from "../context/foresee-made.ts";
import type { HcoDocument } from "../hco/effective-hco.ts";
import { foreseeHco } from "../hco/foresee-hco.ts";
import { templateEngine } from "../template/template-engine.ts";

export interface PlatformQuestion extends Pick<ContextQuestion, "images" | "profile" | "override"> {
  readonly namespace: string;
  readonly requireOptIn: boolean;
  /** Names or groups of assets; none for all that the HyperConverged wants. */
  readonly onlyAssets: readonly string[];
  readonly loaded: Pick<LoadedAssets, "assets" | "files">;
}

export type PlatformSight =
  | (CollectedContext & {
      readonly state: "found";
      readonly activation: Activation;
      /** As it is, and as it would be. */
      readonly hco: HcoDocument;
    })
  | { readonly state: "absent" }
  | { readonly state: "no-crd" };

/**
 * Reads what a reconciliation would go by, as it will be when that has come so far: the HyperConverged with its golden
 * config, and one asset's object for the next that waits for it. Nothing is written. @throws KubeError
 */
export async function lookAtPlatform(cluster: Cluster, question: PlatformQuestion): Promise<PlatformSight> {
  const { namespace, requireOptIn, onlyAssets, loaded, ...given } = question;
  const found = await findHco(cluster, namespace);
  if (found.state !== "found") return { state: found.state };
  const activation = readActivation(found.hco, requireOptIn);
  const asked = { activation, onlyAssets };
  const engine = templateEngine();
  const hco = await foreseeHco(cluster, found.hco, { loaded, engine, images: given.images, asked });
  const assets = laterAssets(loaded.assets);
  const wanted = { ...given, hco: hco.effective ?? found.hco, assets, selection: asked };
  const { document, events } = await collectContext(cluster, wanted);
  const foreseen = foreseeMade({ assets, files: loaded.files }, document, asked, engine);
  return { state: "found", activation, hco, document: foreseen, events };
}
