/** What an asset renders, as far as its catalog must know before anything is rendered. */
export interface KindOfAsset {
  readonly apiVersion: string;
  readonly kind: string;
}

function literalOf(text: string, key: "apiVersion" | "kind"): string | undefined {
  return new RegExp(`^${key}: *["']?([A-Za-z0-9./-]+)["']? *$`, "m").exec(text)?.[1];
}

/** The kind that stands as literal text at the head of an asset's file; `undefined` where it does not. Pure. */
export function kindOfText(text: string): KindOfAsset | undefined {
  const [apiVersion, kind] = [literalOf(text, "apiVersion"), literalOf(text, "kind")];
  return apiVersion === undefined || kind === undefined ? undefined : { apiVersion, kind };
}
