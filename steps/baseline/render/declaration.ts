import * as Type from "typebox";
import { requestParameters } from "../../lib/step/request-age.ts";
import type { StepContext } from "../../lib/step/types.ts";
import { platformParameters, selectionParameters } from "../parameters.ts";

const path = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 4096, description }));

const forced = (what: string) =>
  Type.Optional(Type.Boolean({ description: `Take ${what} for present, or for absent, whatever the nodes say` }));

import { endResults, kubeconfigWorkspace, shownResults } from "../step-parts.ts";

export const renderParams = {
  ...platformParameters,
  "hco-file": path("File with the HyperConverged, for a rendering that asks no cluster"),
  "context-file": path("File context.json of an earlier run, for a rendering that asks no cluster"),
  crds: path("Folder of CRDs that count as installed where no cluster is asked; all are, without it"),
  asset: Type.String({ maxLength: 253, default: "", description: "Name of the one asset to render; all when empty" }),
  "show-excluded": Type.Boolean({ default: false, description: "Tell of assets that are not applied, too, and why" }),
  "only-installed": Type.Boolean({ default: false, description: "Leave out objects whose kind has no CRD there" }),
  "metadata-only": Type.Boolean({ default: false, description: "Tell of the assets without their objects" }),
  output: Type.Enum(["yaml", "json", "status"], {
    default: "yaml",
    description: "Form of the answer: objects as YAML, records as JSON, or a table for people",
  }),
  strict: Type.Boolean({ default: false, description: "End with exit 3 where an asset cannot be rendered" }),
  "require-opt-in": selectionParameters["require-opt-in"],
  "detector-profile": selectionParameters["detector-profile"],
  "force-pci": forced("PCI devices"),
  "force-numa": forced("NUMA nodes"),
  "force-vfio": forced("an IOMMU"),
  "force-usb": forced("USB devices"),
  "force-gpu": forced("GPUs"),
  topology: Type.String({
    maxLength: 4096,
    default: "",
    description: "Facts of the topology to go by, key=value between commas, for example isHCP=true,workerCount=3",
  }),
  image: Type.String({
    maxLength: 16_384,
    default: "",
    description:
      "Images that assets need, KEY=reference between commas, for example KUBEVIRT_METRICS_EXPORTER=quay.io/…",
  }),
  ...requestParameters,
};

export const renderResults = {
  outcome: {
    description: "How the rendering ended",
    neutral: "",
    values: ["", "ok", "degraded", "failed", "hco-not-found", "precondition-missing"],
  },
  ...shownResults,
  report: { description: "Path of rendered.json in the output workspace", neutral: "" },
  ...endResults,
} as const;

export const renderWorkspaces = {
  output: { description: "Where rendered.yaml and rendered.json are left", optional: true },
  source: {
    description: "Folder that the paths of hco-file, context-file and crds start from, and must stay in",
    readOnly: true,
    optional: true,
  },
  kubeconfig: kubeconfigWorkspace,
} as const;

export type RenderContext = StepContext<typeof renderParams, typeof renderResults, typeof renderWorkspaces>;
