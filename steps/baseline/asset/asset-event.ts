/** What is told of an asset while it is reconciled, as an Event on the HyperConverged. */
export type AssetReason =
  | "AssetApplied"
  | "ApplyFailed"
  | "DriftCorrected"
  | "DriftDetected"
  | "InvalidIgnoreFields"
  | "InvalidMode"
  | "InvalidPatch"
  | "PatchApplied"
  | "RenderFailed"
  | "ThrashingDetected"
  | "Throttled"
  | "UnmanagedMode";

export interface AssetEvent {
  readonly reason: AssetReason;
  readonly note: string;
}

const normal: ReadonlySet<AssetReason> = new Set(["AssetApplied", "DriftCorrected", "PatchApplied", "UnmanagedMode"]);

/** The type that Kubernetes gives an Event. Pure. */
export function eventType(reason: AssetReason): "Normal" | "Warning" {
  return normal.has(reason) ? "Normal" : "Warning";
}
