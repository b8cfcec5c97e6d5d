import type { RenderableAsset } from "../report/render-record.ts";
import type { CatalogAsset } from "./catalog.ts";
import type { KindOfAsset } from "./kind-of-text.ts";

/** An entry of the catalog with its text. */
export interface LoadedAsset extends RenderableAsset {
  readonly entry: CatalogAsset;
  readonly kind: KindOfAsset;
  /** Absent where a function of the program renders it. */
  readonly text?: string;
}
