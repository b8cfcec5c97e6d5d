import type { Clock } from "../clock/clock.ts";
import { hideSecret } from "../log/redact-text.ts";

/** What proves to the server who is calling. */
export interface Proof {
  readonly token?: string;
  /** PEM. */
  readonly clientCertificate?: { readonly certificate: string; readonly key: string };
}

/** The way in that a kubeconfig describes. */
export interface Login {
  /** The proof for the next request. @throws FairleadError KUBE-20, KUBE-23, KUBE-26; the signal's reason */
  current(signal: AbortSignal): Promise<Proof>;
  /** The server refused the proof: whether a newer one can be had, which the next `current` returns. */
  renew(): boolean;
}

/** A proof that stands in the kubeconfig or in a file beside it, which is read anew each time: others renew it in place. */
export function fixedLogin(read: () => Promise<Proof>): Login {
  return { current: async () => hidden(await read()), renew: () => false };
}

export interface FetchedProof extends Proof {
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number;
}

function hidden<P extends Proof>(proof: P): P {
  if (proof.token !== undefined) {
    hideSecret(proof.token);
  }
  return proof;
}

// A proof that ends while a request is on its way would be refused.
const renewBeforeEndMs = 30_000;
// A younger proof that is refused will not get better by fetching it again.
const youngMs = 10_000;

/** A proof that a program or an identity provider hands out: kept until it expires, fetched once for all who wait. */
export class FetchedLogin implements Login {
  private readonly fetch: () => Promise<FetchedProof>;
  private readonly clock: Clock;
  private kept: { readonly proof: FetchedProof; readonly since: number } | undefined;
  private underWay: Promise<FetchedProof> | undefined;

  constructor(fetch: () => Promise<FetchedProof>, clock: Clock) {
    this.fetch = fetch;
    this.clock = clock;
  }

  async current(signal: AbortSignal): Promise<Proof> {
    signal.throwIfAborted();
    const end = this.kept?.proof.expiresAt ?? Number.POSITIVE_INFINITY;
    if (this.kept !== undefined && end - renewBeforeEndMs > this.clock.now()) {
      return this.kept.proof;
    }
    this.underWay ??= this.fetchAndKeep();
    // Whoever gives up leaves the fetching to the others.
    return await untilAborted(this.underWay, signal);
  }

  renew(): boolean {
    if (this.kept === undefined || this.clock.monotonic() - this.kept.since < youngMs) {
      return false;
    }
    this.kept = undefined;
    return true;
  }

  private async fetchAndKeep(): Promise<FetchedProof> {
    try {
      const proof = hidden(await this.fetch());
      this.kept = { proof, since: this.clock.monotonic() };
      return proof;
    } finally {
      this.underWay = undefined;
    }
  }
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
