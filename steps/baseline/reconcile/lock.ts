import type { Clock } from "../../lib/clock/clock.ts";
import { FairleadError } from "../../lib/errors/fairlead-error.ts";
import { source } from "../../lib/kube/live-collection.ts";
import { timedVersion } from "../../lib/kube/timed-version.ts";
import type { KubeClient } from "../../lib/kube/types.ts";
import { waitFor } from "../../lib/kube/wait-for.ts";
import type { Logger } from "../../lib/log/logger.ts";
import { waitOn } from "../../lib/phase/types.ts";
import { acquireLease, type HeldLease, type LeaseOutcome } from "../../lib/state/lease.ts";
import { judgeLease, leases } from "../../lib/state/lease-object.ts";
import { baselineExit } from "../failure/exit-code.ts";
import { reasonOf } from "../failure/reason-of.ts";
import { ownNames } from "../object/own-names.ts";

// It is renewed every 10 s by a run that lives, which gives itself up when it could not for nine tenths of this: a run that
// was killed keeps others away for less than the five minutes between two scheduled ones.
const durationSeconds = 120;

export interface LockOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly holder: string;
  readonly waitMs: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly onLost: (error: FairleadError) => void;
}

async function tryToTake(options: LockOptions): Promise<LeaseOutcome | FairleadError> {
  try {
    const refusedExitCode = baselineExit.locked;
    return await acquireLease({ ...options, name: ownNames.lease, durationSeconds, refusedExitCode });
  } catch (error) {
    if (error instanceof FairleadError && error.exitCode === baselineExit.locked) return error;
    throw error;
  }
}

/** Until nobody holds the Lease, or its holder has let it expire by the server's clock, as whoever takes it judges that. */
async function untilFree(
  { client, namespace, holder, clock, log, signal }: LockOptions,
  timeoutMs: number,
): Promise<void> {
  const { clockOffsetMs } = await timedVersion(client, clock, { signal });
  const query = { namespace, fieldSelector: `metadata.name=${ownNames.lease}` };
  const wait = waitOn({
    title: `waiting for Lease ${namespace}/${ownNames.lease}`,
    sources: { leases: source(client, leases, query, (lease) => lease) },
    decide: ({ leases: found }, { now }) => {
      const [lease] = found;
      const claim = { holder, durationSeconds, now: now + clockOffsetMs };
      const verdict = lease === undefined ? undefined : judgeLease(lease, claim);
      return verdict?.state === "held"
        ? { state: "pending", note: `${verdict.holder} is at work` }
        : { state: "done", note: "free" };
    },
    timeoutMs,
  });
  await waitFor(wait, { clock, signal, log, onNote: (note) => log.info(`waiting: ${note}`) });
}

/**
 * Takes the lock that keeps a second run of the baseline away from the cluster, waiting for it as long as was asked.
 *
 * @throws FairleadError STATE-11 (exit 6) where another run holds it all the time
 */
export async function takeLock(options: LockOptions): Promise<LeaseOutcome> {
  const { clock, waitMs } = options;
  const deadline = clock.monotonic() + waitMs;
  for (;;) {
    const taken = await tryToTake(options);
    if (!(taken instanceof FairleadError)) return taken;
    const left = deadline - clock.monotonic();
    if (left <= 0) throw taken;
    await untilFree(options, left);
  }
}

/** Gives the lock back. Where that fails it ends by itself, and what was done under it is done all the same. */
export async function giveBack(lease: HeldLease, withinMs: number, log: Logger): Promise<void> {
  try {
    await lease.release(AbortSignal.timeout(withinMs));
  } catch (error) {
    log.warn(`the lock could not be given back, and ends by itself after ${durationSeconds} s: ${reasonOf(error)}`);
  }
}
