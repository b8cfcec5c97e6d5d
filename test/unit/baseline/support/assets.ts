import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Hardware } from "../../../../steps/baseline/context/hardware.ts";
import { describeTopology, type Topology } from "../../../../steps/baseline/context/topology.ts";
import type { ManagedObject } from "../../../../steps/baseline/object/managed-object.ts";
import {
  type RenderContext,
  type Rendered,
  renderStatic,
  renderTemplate,
} from "../../../../steps/baseline/template/render-asset.ts";
import { templateEngine } from "../../../../steps/baseline/template/template-engine.ts";
import type { JsonObject } from "../../../../steps/lib/json/json.ts";

const folder = join(import.meta.dirname, "../../../../assets/baseline/active");
const engine = templateEngine();

export const noHardware: Hardware = {
  pciDevicesPresent: false,
  numaNodesPresent: false,
  vfioCapable: false,
  usbDevicesPresent: false,
  gpuPresent: false,
};

/** What is known of the cluster that an asset is rendered for; nothing is, where nothing is given. */
export interface Known {
  /** The version by which the HyperConverged was read. */
  readonly hcoVersion?: "v1" | "v1beta1";
  /** Its metadata, where the annotations alone do not do. */
  readonly metadata?: JsonObject;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly hardware?: Partial<Hardware>;
  readonly topology?: Partial<Topology>;
}

/** Files beside the templates, by their paths below the folder of the assets. */
export function assetFiles(): Readonly<Record<string, string>> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.parentPath.endsWith("/files"))
    .map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, "utf8")]));
}

const files = assetFiles();

function contextOf({ hcoVersion = "v1", metadata, annotations, hardware, topology }: Known): RenderContext {
  const own = { name: "kubevirt-hyperconverged", namespace: "openshift-cnv" };
  return {
    HCO: {
      apiVersion: `hco.kubevirt.io/${hcoVersion}`,
      kind: "HyperConverged",
      metadata: metadata ?? (annotations === undefined ? own : { ...own, annotations }),
      spec: {},
    },
    Hardware: { ...noHardware, ...hardware },
    Topology: { ...describeTopology([], {}), ...topology },
    Images: {},
    Params: {},
    Lookups: {},
    Files: files,
  };
}

/** Renders the file of an asset, by its path below the folder of the assets. */
export function renderFile(path: string, known: Known = {}): Rendered {
  const text = readFileSync(join(folder, path), "utf8");
  return path.endsWith(".liquid") ? renderTemplate(engine, text, contextOf(known)) : renderStatic(text);
}

/** The object that the file of an asset renders. */
export function renderedObject(path: string, known: Known = {}): ManagedObject {
  const rendered = renderFile(path, known);
  if (rendered.state === "rendered") return rendered.object;
  throw new Error(`${path} is not rendered: ${"reason" in rendered ? rendered.reason : rendered.state}`);
}
