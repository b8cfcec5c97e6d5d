import { FairleadError } from "../errors/fairlead-error.ts";
import { isKubeError } from "../kube/kube-error.ts";
import type { Lease } from "./lease-object.ts";
import {
  defaultDurationSeconds,
  type LeaseOptions,
  label,
  lost,
  refusal,
  remove,
  renew,
  type Succession,
  takeFirst,
} from "./take-lease.ts";

export interface HeldLease {
  readonly takenOverFrom?: string;
  /** Stops renewing and leaves the lease to the next Task of the same holder. */
  detach(): Promise<void>;
  /** Stops renewing and deletes the lease, if it is still this holder's. */
  release(signal: AbortSignal): Promise<void>;
}

export type LeaseOutcome =
  | { readonly state: "held"; readonly lease: HeldLease }
  /** The role lacks the permission: the operation goes on without this guard. Already logged as a warning. */
  | { readonly state: "unavailable"; readonly warning: string };

/** Of the time that a lease lives, how much may pass without a renewal before its holder takes it for lost. */
const patience = 0.9;
const toleratedJumpMs = 5_000;
const oneRequestMs = 10_000;

/** How the server's clock stood to this machine's, and when that was asked by both of this machine's clocks. */
interface ServerClock {
  readonly offsetMs: number;
  readonly wall: number;
  readonly monotonic: number;
}

async function askForTime({ client, clock }: LeaseOptions, signal: AbortSignal): Promise<ServerClock> {
  const { serverTime } = await client.serverVersion({ signal, priority: "high", requestTimeoutMs: oneRequestMs });
  const wall = clock.now();
  return { offsetMs: serverTime - wall, wall, monotonic: clock.monotonic() };
}

/** Somebody set this machine's clock: what it says beside the server's is another time now. */
function hasJumped({ clock }: LeaseOptions, { wall, monotonic }: ServerClock): boolean {
  return Math.abs(clock.now() - wall - (clock.monotonic() - monotonic)) > toleratedJumpMs;
}

/** @param taken by a request that was begun at `begun`, by the monotonic clock */
function startRenewing(
  options: LeaseOptions,
  asked: ServerClock,
  taken: Lease,
  begun: number,
): { readonly stop: () => Promise<void> } {
  const { clock, log } = options;
  const stopping = new AbortController();
  const durationMs = (options.durationSeconds ?? defaultDurationSeconds) * 1_000;
  // The time that a lease carries is that of the beginning of its request, whatever that waits for.
  let renewedAt = begun;
  let lease = taken;
  let server = asked;

  const onlyOurs: Succession = (holder, _verdict, at) => {
    throw lost(options, `"${holder}" took it at ${at}`);
  };

  const leftMs = (): number => renewedAt + durationMs * patience - clock.monotonic();

  /** Whether to try again. */
  function afterFailure(error: unknown, isLate: boolean): boolean {
    const text = error instanceof Error ? error.message : String(error);
    // NotFound: its namespace is gone, as where the run removes what the lease guards. Nobody else can take it then.
    if (isKubeError(error, "Forbidden", "NotFound")) {
      log.warn(`${label(options)} can no longer be renewed and will expire: ${text}`);
      return false;
    }
    if (error instanceof FairleadError && error.text.id === "STATE-12") options.onLost(error);
    else if (isLate || leftMs() <= 0)
      options.onLost(lost(options, `it could not be renewed for ${Math.round(durationMs / 1000)} s: ${text}`));
    else {
      log.warn(`could not renew ${label(options)}, trying again: ${text}`);
      return true;
    }
    return false;
  }

  async function renewBefore(late: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([stopping.signal, late]);
    if (hasJumped(options, server)) server = await askForTime(options, signal);
    const begin = clock.monotonic();
    lease = await renew(options, server.offsetMs, lease, onlyOurs, signal);
    renewedAt = begin;
  }

  /**
   * Requests are repeated for longer than a lease lives: they end before another holder may take it. One that wakes up
   * late finds out by one request whether somebody did.
   */
  async function renewOnce(): Promise<boolean> {
    const late = new AbortController();
    const settled = new AbortController();
    const over = AbortSignal.any([stopping.signal, settled.signal]);
    const limit = clock.sleep(Math.max(oneRequestMs, leftMs()), over).then(
      () => late.abort(new Error("no answer came in that time")),
      () => undefined, // it is renewed, or is not to be renewed any more
    );
    try {
      await renewBefore(late.signal);
      return true;
    } catch (error) {
      return !stopping.signal.aborted && afterFailure(error, late.signal.aborted);
    } finally {
      settled.abort();
      await limit;
    }
  }

  async function loop(): Promise<void> {
    do await clock.sleep(options.renewEveryMs ?? 10_000, stopping.signal);
    while (await renewOnce());
  }

  const looping = loop().catch((error: unknown) => {
    if (!stopping.signal.aborted) throw error;
  });
  return {
    stop: async () => {
      stopping.abort();
      await looping;
    },
  };
}

/**
 * Takes a Lease on a cluster, so that two operations with different state files cannot work on it, and renews it ahead
 * of all other traffic. Every write is conditional on what was read. A role without the permission is no obstacle.
 *
 * @throws FairleadError STATE-11 when another holder has it; KubeError when the server cannot be asked
 */
export async function acquireLease(options: LeaseOptions): Promise<LeaseOutcome> {
  const { clock, log, signal } = options;
  const asked = await askForTime(options, signal);
  const succeed: Succession = async (holder, verdict, renewedAt) => {
    const blocked = verdict === "held" || (await options.isHolderAlive?.(holder)) === true;
    if (blocked) throw refusal(options, holder, renewedAt);
  };
  try {
    const begun = clock.monotonic();
    const { lease: taken, takenOverFrom } = await takeFirst(options, asked.offsetMs, succeed);
    if (takenOverFrom !== undefined) {
      log.warn(`took over ${label(options)} from "${takenOverFrom}", which did not renew it in time`);
    }
    const renewing = startRenewing(options, asked, taken, begun);
    const release = async (within: AbortSignal): Promise<void> => {
      await renewing.stop();
      await remove(options, within);
    };
    const lease = { detach: renewing.stop, release };
    return { state: "held", lease: takenOverFrom === undefined ? lease : { ...lease, takenOverFrom } };
  } catch (error) {
    if (!isKubeError(error, "Forbidden")) throw error;
    const text = error instanceof Error ? error.message : String(error);
    const warning = `goes on without ${label(options)}: ${text}`;
    log.warn(warning);
    return { state: "unavailable", warning };
  }
}
