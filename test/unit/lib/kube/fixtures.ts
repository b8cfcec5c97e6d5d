import type { Clock, Random } from "../../../../steps/lib/clock/clock.ts";
import { describeFailure } from "../../../../steps/lib/kube/describe-failure.ts";
import type { KubeError, KubeFailure, KubeReason } from "../../../../steps/lib/kube/kube-error.ts";

export const restore = {
  group: "cluster.open-cluster-management.io",
  version: "v1beta1",
  plural: "restores",
  kind: "Restore",
  scope: "namespaced",
} as const;

/** The error of a call that failed for this reason. */
export function kubeError(reason: KubeReason, more: Partial<KubeFailure> = {}, verb = "list"): KubeError {
  const attempt = { target: "primary", server: "https://hub", verb, resource: restore, namespace: "backup" };
  return describeFailure(attempt, { reason, status: 0, message: `made up: ${reason}`, ...more });
}

/** Time that jumps to the end of each pause, and remembers the pauses. */
export class JumpingClock implements Clock {
  readonly pauses: number[] = [];
  #now: number;

  constructor(start = Date.parse("2026-11-24T12:00:00Z")) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  /** Lets time pass outside of a pause. */
  pass(ms: number): void {
    this.#now += ms;
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.pauses.push(ms);
    this.#now += ms;
    // A macrotask, as with a real timer: whoever races against the pause gets a turn.
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
  }
}

/** Draws `value` each time. */
export function alwaysDrawing(value: number): Random {
  return { next: () => value, hex: (bytes) => "ab".repeat(bytes) };
}
