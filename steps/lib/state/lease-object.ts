import type { KubeObject, Resource } from "../kube/types.ts";

/** coordination.k8s.io/v1, as far as it is used here. */
export interface Lease extends KubeObject {
  readonly spec?: LeaseSpec;
}

export interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

export const leases: Resource<Lease> = {
  group: "coordination.k8s.io",
  version: "v1",
  plural: "leases",
  kind: "Lease",
  scope: "namespaced",
};

/** Kubernetes' MicroTime is parsed with exactly six decimals. @param now milliseconds since the epoch */
export function microTime(now: number): string {
  return new Date(now).toISOString().replace("Z", "000Z");
}

export interface LeaseClaim {
  readonly holder: string;
  readonly durationSeconds: number;
  /** Milliseconds since the epoch, by the server's clock: holders on different machines compare one clock. */
  readonly now: number;
}

export type LeaseVerdict =
  | { readonly state: "free" }
  | { readonly state: "ours" }
  | { readonly state: "expired" | "held"; readonly holder: string; readonly renewedAt: string };

/** Who has a lease now. A holder without a readable renewal time counts from the lease's creation. */
export function judgeLease(lease: Lease, claim: LeaseClaim): LeaseVerdict {
  const { holderIdentity: holder = "", leaseDurationSeconds, acquireTime, renewTime } = lease.spec ?? {};
  if (holder === "") return { state: "free" };
  if (holder === claim.holder) return { state: "ours" };
  const renewedAt = renewTime ?? acquireTime ?? lease.metadata.creationTimestamp ?? "";
  const renewed = Date.parse(renewedAt);
  const ageMs = Number.isNaN(renewed) ? Number.POSITIVE_INFINITY : claim.now - renewed;
  const durationMs = (leaseDurationSeconds ?? claim.durationSeconds) * 1_000;
  return { state: ageMs > durationMs ? "expired" : "held", holder, renewedAt };
}

/** The lease as this holder writes it; the `resourceVersion` of what was read makes the write conditional. */
export function claimedLease(lease: Lease, claim: LeaseClaim): Lease {
  const spec = lease.spec ?? {};
  const now = microTime(claim.now);
  const ours = spec.holderIdentity === claim.holder;
  const taken = ours
    ? { acquireTime: spec.acquireTime ?? now, leaseTransitions: spec.leaseTransitions ?? 0 }
    : { acquireTime: now, leaseTransitions: (spec.leaseTransitions ?? -1) + 1 };
  return {
    ...lease,
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    spec: { holderIdentity: claim.holder, leaseDurationSeconds: claim.durationSeconds, renewTime: now, ...taken },
  };
}
