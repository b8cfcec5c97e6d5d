import { canonicalJson } from "../../lib/schema/canonical-json.ts";
import type { Rendered } from "../template/render-asset.ts";
import { type AssetIdentity, assetIdentity } from "./asset-identity.ts";

export type CollectedIdentities =
  | { readonly state: "collected"; readonly identities: readonly AssetIdentity[] }
  /** What would be left out of the role, so that there must be none. */
  | { readonly state: "incomplete"; readonly faults: readonly string[] };

function distinct(identities: readonly AssetIdentity[]): readonly AssetIdentity[] {
  return [...new Map(identities.map((identity) => [canonicalJson(identity), identity])).values()];
}

function faultOf(name: string, rendered: readonly Rendered[]): string {
  const failed = rendered.find((one) => one.state === "failed");
  const why = failed === undefined ? "it has nothing to say in any of them" : failed.reason;
  return `${name} renders no object in any of ${rendered.length} contexts: ${why}`;
}

/**
 * Which objects the assets can become: what each renders in every context of a matrix, once. An asset may fail in some
 * contexts; one that renders in none cannot be judged. Pure.
 *
 * @param contexts of made-up clusters, such as {@link flagMatrix} helps to make
 */
export function collectIdentities<A extends { readonly name: string }, C>(
  assets: readonly A[],
  contexts: readonly C[],
  render: (asset: A, context: C) => Rendered,
): CollectedIdentities {
  const faults: string[] = [];
  const identities = assets.flatMap((asset) => {
    const rendered = contexts.map((context) => render(asset, context));
    const objects = rendered.flatMap((one) => (one.state === "rendered" ? [one.object] : []));
    if (objects.length === 0) faults.push(faultOf(asset.name, rendered));
    return objects.map(assetIdentity);
  });
  return faults.length === 0
    ? { state: "collected", identities: distinct(identities) }
    : { state: "incomplete", faults };
}

/**
 * Every flag off, every flag on, each one on alone and each one off alone: enough for templates whose branches ask for
 * one flag each, in as many contexts as there are flags and not in two to their power. Pure.
 */
export function flagMatrix<F extends string>(flags: readonly F[]): readonly Readonly<Record<F, boolean>>[] {
  const having = (isOn: (flag: F) => boolean): Readonly<Record<F, boolean>> =>
    // Every flag gets a value.
    Object.fromEntries(flags.map((flag) => [flag, isOn(flag)])) as Record<F, boolean>;
  return [
    having(() => false),
    having(() => true),
    ...flags.map((one) => having((flag) => flag === one)),
    ...flags.map((one) => having((flag) => flag !== one)),
  ];
}
