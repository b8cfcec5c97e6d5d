import { type AssetReason, eventType } from "../asset/asset-event.ts";

/** Why an Event is written: what became of an asset, or of the run. */
export type EventReason =
  | AssetReason
  | "CRDDiscovered"
  | "CRDMissing"
  | "HardwareDetectionFailed"
  | "InvalidDisabledResources"
  | "ReconcileSucceeded"
  | "StateReset"
  | "TombstoneDeleted"
  | "TombstoneFailed"
  | "TombstoneSkipped"
  | "UnknownAllowlistEntry";

/** An Event about the HyperConverged. */
export interface RunEvent {
  readonly reason: EventReason;
  /** What it is about: `Kind/namespace/name`, or the name of an asset or of a CRD. */
  readonly target: string;
  readonly note: string;
}

/** The type that Kubernetes gives an Event. Pure. */
export function typeOf(reason: EventReason): "Normal" | "Warning" {
  switch (reason) {
    case "CRDDiscovered":
    case "ReconcileSucceeded":
    case "TombstoneDeleted":
      return "Normal";
    case "CRDMissing":
    case "HardwareDetectionFailed":
    case "InvalidDisabledResources":
    case "StateReset":
    case "TombstoneFailed":
    case "TombstoneSkipped":
    case "UnknownAllowlistEntry":
      return "Warning";
    default:
      return eventType(reason);
  }
}
