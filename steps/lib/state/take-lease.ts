import type { Clock } from "../clock/clock.ts";
import { FairleadError } from "../errors/fairlead-error.ts";
import { isKubeError } from "../kube/kube-error.ts";
import type { KubeClient } from "../kube/types.ts";
import type { Logger } from "../log/logger.ts";
import { claimedLease, judgeLease, type Lease, type LeaseClaim, type LeaseVerdict, leases } from "./lease-object.ts";

export interface LeaseOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly name: string;
  /** The same holder re-enters. */
  readonly holder: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Called once when the lease is another's or could not be renewed in time: abort the run with this error. */
  readonly onLost: (error: FairleadError) => void;
  /** Default 600. */
  readonly durationSeconds?: number;
  /** Default 10,000; keep it below a third of the duration. */
  readonly renewEveryMs?: number;
  /** Where a holder names a run that can be looked up: an expired lease of a live run is left alone. */
  readonly isHolderAlive?: (holder: string) => Promise<boolean>;
  readonly refusedExitCode?: number;
}

const maxConflicts = 10;
export const defaultDurationSeconds = 600;
const callTimeoutMs = 10_000;
/** Of the seconds that a run has after it was told to stop, what the answer to its claim may take. */
const answerMs = 2_000;

/** `Lease ns/name on "hub"`. */
export function label({ client, namespace, name }: Pick<LeaseOptions, "client" | "namespace" | "name">): string {
  return `Lease ${namespace}/${name} on "${client.name}"`;
}

export function refusal(
  options: Pick<LeaseOptions, "client" | "namespace" | "name" | "refusedExitCode">,
  holder: string,
  renewedAt: string,
): FairleadError {
  return new FairleadError(
    {
      id: "STATE-11",
      what: `${label(options)} is held by "${holder}"`,
      why: `it was renewed at ${renewedAt}, and two operations must not work on one cluster`,
      fix: `wait until "${holder}" has ended, or cancel it; a lease that is not renewed is taken over when it has expired`,
    },
    options.refusedExitCode === undefined ? {} : { exitCode: options.refusedExitCode },
  );
}

export function lost(options: LeaseOptions, why: string): FairleadError {
  return new FairleadError({
    id: "STATE-12",
    what: `this run lost ${label(options)}`,
    why,
    fix: "let the other operation end, then resume this one",
  });
}

export interface Taken {
  readonly lease: Lease;
  readonly takenOverFrom?: string;
}

/** Throws unless the holder may be succeeded. */
export type Succession = (holder: string, verdict: "expired" | "held", renewedAt: string) => Promise<void>;

/** What ends the look at a lease, and what the write of it. */
interface TakeSignals {
  readonly look: AbortSignal;
  readonly write: AbortSignal;
}

/** One read and one conditional write. `undefined` = someone else was faster, look again. */
async function tryTake(
  options: LeaseOptions,
  claim: LeaseClaim,
  maySucceed: Succession,
  signals: TakeSignals,
): Promise<Taken | undefined> {
  const { client, namespace, name } = options;
  const call = { priority: "high", requestTimeoutMs: callTimeoutMs } as const;
  const found = await client.find(leases, { namespace, name }, { ...call, signal: signals.look });
  signals.look.throwIfAborted();
  const write = { ...call, signal: signals.write };
  try {
    if (found === undefined) {
      return { lease: await client.create(leases, claimedLease({ metadata: { namespace, name } }, claim), write) };
    }
    const verdict = judgeLease(found, claim);
    const taken = claimedLease(found, claim);
    if (verdict.state === "free" || verdict.state === "ours")
      return { lease: await client.replace(leases, taken, write) };
    await maySucceed(verdict.holder, verdict.state, verdict.renewedAt);
    return { lease: await client.replace(leases, taken, write), takenOverFrom: verdict.holder };
  } catch (error) {
    if (isKubeError(error, "Conflict", "AlreadyExists")) return undefined;
    // On the replacement: released meanwhile. On the creation it is the namespace that is not there.
    if (found !== undefined && isKubeError(error, "NotFound")) return undefined;
    throw error;
  }
}

/** Who has the lease now, by the server's clock; takes nothing. */
export async function lookAtLease({
  client,
  namespace,
  name,
  signal,
}: Pick<LeaseOptions, "client" | "namespace" | "name" | "signal">): Promise<
  Exclude<LeaseVerdict, { readonly state: "ours" }>
> {
  const lease = await client.find(leases, { namespace, name }, { signal });
  if (lease === undefined) return { state: "free" };
  const { serverTime } = await client.serverVersion({ signal });
  // Of nobody's, so that every holder is another one.
  const verdict = judgeLease(lease, { holder: "", durationSeconds: defaultDurationSeconds, now: serverTime });
  return verdict.state === "ours" ? { state: "free" } : verdict;
}

function claimNow(
  { holder, durationSeconds = defaultDurationSeconds, clock }: LeaseOptions,
  offsetMs: number,
): LeaseClaim {
  return { holder, durationSeconds, now: clock.now() + offsetMs };
}

/** One write, conditional on the lease as this holder wrote it last; a fresh look only where somebody touched it since. */
export async function renew(
  options: LeaseOptions,
  offsetMs: number,
  known: Lease,
  maySucceed: Succession,
  signal: AbortSignal,
): Promise<Lease> {
  const call = { signal, priority: "high", requestTimeoutMs: callTimeoutMs } as const;
  try {
    return await options.client.replace(leases, claimedLease(known, claimNow(options, offsetMs)), call);
  } catch (error) {
    if (!isKubeError(error, "Conflict", "NotFound")) throw error;
    return (await take(options, offsetMs, maySucceed, signal)).lease;
  }
}

/** Takes or renews the lease; every write is conditional on what was read. @throws what `maySucceed` throws */
export async function take(
  options: LeaseOptions,
  offsetMs: number,
  maySucceed: Succession,
  signal: AbortSignal,
): Promise<Taken> {
  return await takeBy(options, offsetMs, maySucceed, { look: signal, write: signal });
}

async function takeBy(
  options: LeaseOptions,
  offsetMs: number,
  maySucceed: Succession,
  signals: TakeSignals,
): Promise<Taken> {
  for (let count = 0; count < maxConflicts; count += 1) {
    const taken = await tryTake(options, claimNow(options, offsetMs), maySucceed, signals);
    if (taken !== undefined) return taken;
  }
  throw new FairleadError({
    id: "STATE-13",
    what: `could not take ${label(options)}`,
    why: `others changed it ${maxConflicts} times meanwhile`,
    fix: "find out what else starts operations on this cluster, then run again",
  });
}

/**
 * Takes the lease for a run that may be told to stop meanwhile: what is on its way to the server then is waited for a
 * moment longer, and taken back where no answer comes; one that the holder has had before stays. A lease of which its
 * holder does not know is released by nobody, and keeps all others out until it expires.
 */
export async function takeFirst(options: LeaseOptions, offsetMs: number, maySucceed: Succession): Promise<Taken> {
  const { clock, signal, log } = options;
  const since = claimNow(options, offsetMs).now;
  const late = new AbortController();
  const over = new AbortController();
  const onStop = (): void => {
    clock.sleep(answerMs, over.signal).then(
      () => late.abort(signal.reason),
      () => undefined, // it was answered
    );
  };
  signal.addEventListener("abort", onStop, { once: true });
  try {
    return await takeBy(options, offsetMs, maySucceed, { look: signal, write: late.signal });
  } catch (error) {
    if (signal.aborted) {
      await remove(options, AbortSignal.timeout(answerMs), since).catch((why: unknown) => {
        log.warn(`${label(options)} may be left until it expires: ${why instanceof Error ? why.message : String(why)}`);
      });
    }
    throw error;
  } finally {
    signal.removeEventListener("abort", onStop);
    over.abort();
  }
}

/**
 * Deletes the lease if it is this holder's.
 *
 * @param since milliseconds since the epoch, by the server's clock: one that this holder has had before stays; absent for any
 */
export async function remove(options: LeaseOptions, signal: AbortSignal, since = 0): Promise<void> {
  const { client, namespace, name, holder } = options;
  const ref = { namespace, name };
  const call = { signal, priority: "high", requestTimeoutMs: callTimeoutMs } as const;
  for (let count = 0; count < maxConflicts; count += 1) {
    const found = await client.find(leases, ref, call);
    if (found?.spec?.holderIdentity !== holder || Date.parse(found.spec.acquireTime ?? "") < since) return;
    const { uid, resourceVersion } = found.metadata;
    const precondition = { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) };
    try {
      await client.delete(leases, ref, { ...call, ...precondition });
      return;
    } catch (error) {
      if (!isKubeError(error, "Conflict")) throw error;
    }
  }
}
