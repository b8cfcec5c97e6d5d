import type { RenderContext, Rendered } from "../template/render-asset.ts";
import { renderFenceAgents } from "./fence-agents.ts";
import { renderClusterMonitoring } from "./ksm-cluster-monitoring.ts";
import { renderMetricsExporter } from "./metrics-exporter.ts";
import { renderUsbPassthrough } from "./usb-passthrough.ts";
import { renderVfioAssign } from "./vfio-assign.ts";

/** Renders an asset that no template can say. Pure, as templates are. */
export type AssetRenderer = (context: RenderContext) => Rendered;

const renderers: Readonly<Record<string, AssetRenderer>> = {
  "fence-agents": renderFenceAgents,
  "ksm-cluster-monitoring": renderClusterMonitoring,
  "metrics-exporter": renderMetricsExporter,
  "usb-passthrough": renderUsbPassthrough,
  "vfio-assign": renderVfioAssign,
};

/** What `render` of a catalog entry may name. */
export const rendererNames: ReadonlySet<string> = new Set(Object.keys(renderers));

/** The renderer of that name; `undefined` where the program has none. Pure. */
export function rendererOf(name: string): AssetRenderer | undefined {
  return Object.hasOwn(renderers, name) ? renderers[name] : undefined;
}
