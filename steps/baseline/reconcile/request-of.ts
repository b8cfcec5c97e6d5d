import { durationMs } from "../duration.ts";
import { listItems } from "../list-items.ts";
import type { RunRequest } from "../run/run-request.ts";
import type { ReconcileContext } from "./declaration.ts";
import { imagesOf } from "./related-images.ts";

/** The parameters that decide what a run does. */
export type RequestParams = Omit<ReconcileContext["params"], "context" | "lock-wait" | "pushgateway-url">;

/** What the parameters of a run ask for. Pure. */
export function requestOf(params: RequestParams): RunRequest {
  const onlyAssets = listItems(params.assets);
  return {
    namespace: params.namespace,
    isDryRun: params["dry-run"],
    scope: onlyAssets.length === 0 ? "whole" : "listed",
    onlyAssets,
    requireOptIn: params["require-opt-in"],
    limits: {
      capacity: params["throttle-capacity"],
      windowMs: durationMs(params["throttle-window"]),
      repeatThreshold: params["repeat-threshold"],
      repeatWindowMs: durationMs(params["repeat-window"]),
    },
    exclusionOnError: params["exclusion-on-error"],
    profile: params["detector-profile"],
    images: imagesOf(params["related-images"]),
  };
}
