import * as Type from "typebox";
import type { CommandContext } from "../../lib/step/types.ts";
import {
  duration,
  exclusionOnErrorParameter,
  platformParameters,
  pushgatewayParameter,
  selectionParameters,
  throttleParameters,
} from "../parameters.ts";

const { assets: _, ...selection } = selectionParameters;

export const watchParams = {
  ...platformParameters,
  ...selection,
  ...throttleParameters,
  "exclusion-on-error": exclusionOnErrorParameter,
  quiet: duration("1s", "How long nothing more must have changed before a run begins"),
  "at-most": duration("3s", "How long a run waits at most for changes to end"),
  "lock-wait": duration("15m", "How long to wait for another run to end; the changes are kept when it takes longer"),
  "pushgateway-url": pushgatewayParameter,
  "in-cluster": Type.Boolean({
    default: false,
    description: "Use the ServiceAccount of this pod, as the Deployment does",
  }),
  "health-port": Type.Integer({
    minimum: 0,
    maximum: 65_535,
    default: 0,
    description: "Port that answers /healthz and /readyz, for example 8080; 0 for none",
  }),
};

export type WatchContext = CommandContext<typeof watchParams>;
export type WatchParams = WatchContext["params"];
