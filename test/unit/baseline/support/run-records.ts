import type { Identity } from "../../../../steps/baseline/object/managed-object.ts";
import type {
  AssetOutcome,
  AssetRecord,
  RunRecord,
  TombstoneRecord,
} from "../../../../steps/baseline/run/run-record.ts";

export const deschedulerIdentity: Identity = {
  apiVersion: "operator.openshift.io/v1",
  kind: "KubeDescheduler",
  name: "cluster",
  namespace: "openshift-kube-descheduler-operator",
};

export const swapIdentity: Identity = {
  apiVersion: "machineconfiguration.openshift.io/v1",
  kind: "MachineConfig",
  name: "90-worker-swap-online",
  namespace: "",
};

/** An asset's part of a run; its object is a MachineConfig of its name unless another is given. */
export function assetRecord(
  asset: string,
  outcome: AssetOutcome,
  more: Partial<Omit<AssetRecord, keyof AssetOutcome>> = {},
): AssetRecord {
  return {
    asset,
    path: `${asset}.yaml`,
    component: "MachineConfig",
    identity: { ...swapIdentity, name: asset },
    drift: [],
    ignoredFields: [],
    events: [],
    durationMs: 40,
    ...more,
    ...outcome,
  };
}

export const failedAt = (
  step: "render" | "read" | "ignored-fields" | "dry-run" | "apply",
  error = "no",
): AssetOutcome => ({
  result: "failed",
  cause: "step",
  step,
  error,
});

export function tombstone(status: TombstoneRecord["status"], name = "kubevirt-plugin"): TombstoneRecord {
  const known = {
    identity: { apiVersion: "observability.openshift.io/v1alpha1", kind: "UIPlugin", name, namespace: "" },
    path: `tombstones/${name}.yaml`,
  };
  return status === "skipped" || status === "failed" ? { ...known, status, reason: "why" } : { ...known, status };
}

export function runRecord(change: Partial<RunRecord> = {}): RunRecord {
  return {
    runId: "run-7",
    startedAt: Date.parse("2026-03-01T10:00:00Z"),
    finishedAt: Date.parse("2026-03-01T10:00:12.500Z"),
    isDryRun: false,
    scope: "whole",
    ending: { ending: "completed" },
    hco: { namespace: "openshift-cnv", name: "kubevirt-hyperconverged", generation: 3 },
    assets: [],
    tombstones: [],
    dependencies: [],
    rollouts: [],
    events: [],
    advice: [],
    ...change,
  };
}
