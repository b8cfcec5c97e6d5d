import type { ApprovalPoint, StateDocument, StoredApproval } from "../state/state-document.ts";

export type ApprovalMode = "none" | "gate" | "digest";

/** Where a switchover asks: before its first write and, only of people at a gate, before the clusters are activated. */
export function pointOf(mode: ApprovalMode, phase: string): ApprovalPoint {
  return mode === "gate" && phase === "activation" ? "activation" : "start";
}

/** What was approved at this point, the last one first. */
function approvedAt(document: Pick<StateDocument, "approvals">, point: ApprovalPoint): readonly StoredApproval[] {
  return (document.approvals ?? []).filter((approval) => approval.point === point).toReversed();
}

export interface Asked {
  readonly mode: ApprovalMode;
  readonly point: ApprovalPoint;
  /** That was given, for mode `digest`. */
  readonly digest: string | undefined;
}

/**
 * The approval that is recorded for this question; `undefined` where it is still to be given. A run that was killed after
 * its approval goes on although live state has moved: it has moved it itself. Another digest is another question. Pure.
 */
export function recordedApproval(
  document: Pick<StateDocument, "approvals">,
  { mode, point, digest }: Asked,
): StoredApproval | undefined {
  return approvedAt(document, point).find((approval) => mode !== "digest" || approval.digest === digest);
}

/** Adds an approval. Pure. */
export function withApproval(document: StateDocument, approval: StoredApproval): StateDocument {
  return { ...document, last_updated: approval.at, approvals: [...(document.approvals ?? []), approval] };
}
