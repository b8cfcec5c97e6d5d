import * as Type from "typebox";
import { detectorProfiles } from "./context/hardware.ts";
import { durationPattern, positiveDurationPattern } from "./duration.ts";

/** A parameter that is a duration. */
export const duration = (value: string, description: string) =>
  Type.String({
    pattern: durationPattern,
    maxLength: 30,
    default: value,
    rule: "a duration such as 90s, 5m or 1h30m",
    description,
  });

/** How long to wait for another run. */
export const lockWaitParameter = duration(
  "0s",
  "How long to wait for another run to end before this one gives up with exit 6",
);

/** Whether a run goes on without the rules of its HyperConverged that it cannot read. */
export const exclusionOnErrorParameter = Type.Enum(["ignore", "stop"], {
  default: "ignore",
  description: "What becomes of a run whose HyperConverged has rules of disabled resources that cannot be read",
});

/** Where the platform is. */
export const platformParameters = {
  namespace: Type.String({
    pattern: "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
    rule: "a namespace",
    default: "openshift-cnv",
    description: "Namespace of the HyperConverged; state, Lease and Events are there too",
  }),
  context: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 253,
      description: "Context of the kubeconfig; its current one when absent",
    }),
  ),
};

/** What decides which assets there are, and what they are. */
export const selectionParameters = {
  assets: Type.String({
    maxLength: 4096,
    default: "",
    description: "Names or groups of assets between commas, a further restriction of what the HyperConverged wants",
  }),
  "require-opt-in": Type.Boolean({
    default: true,
    description: "Only where the HyperConverged opts in; false runs without its annotation, unless that says false",
  }),
  "detector-profile": Type.Enum([...detectorProfiles], {
    default: "accurate",
    description: "How hardware is detected; legacy by the signals of virt-platform-autopilot",
  }),
  "related-images": Type.String({
    maxLength: 16_384,
    default: "",
    description: "Images that assets need, a line KEY=reference each, for example KUBEVIRT_METRICS_EXPORTER=quay.io/…",
  }),
};

/** How an edit war is told from a change. */
export const throttleParameters = {
  "throttle-capacity": Type.Integer({
    minimum: 1,
    maximum: 1000,
    default: 10,
    description: "Corrections of one object within the window before it is throttled",
  }),
  "throttle-window": Type.String({
    pattern: positiveDurationPattern,
    maxLength: 30,
    default: "1m",
    rule: "a duration above zero such as 90s, 5m or 1h30m",
    description: "Time in which that many corrections come back",
  }),
  "repeat-threshold": Type.Integer({
    minimum: 0,
    maximum: 1000,
    default: 5,
    description: "Corrections of the same field within its window that make an edit war; 0 for never",
  }),
  "repeat-window": duration("30m", "Time in which repeated corrections are counted"),
};

/** Where the metrics of whole runs go. */
export const pushgatewayParameter = Type.String({
  pattern: "^(https?://[^\\s?#@]{1,2000})?$",
  maxLength: 2_048,
  default: "",
  rule: "an http or https address without user name, query and fragment",
  description: "Prometheus Pushgateway that takes the metrics of runs over the whole baseline; none when empty",
});
