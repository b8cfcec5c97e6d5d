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
  take,
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

function startRenewing(options: LeaseOptions, offsetMs: number, taken: Lease): { readonly stop: () => Promise<void> } {
  const { clock, log } = options;
  const stopping = new AbortController();
  const durationMs = (options.durationSeconds ?? defaultDurationSeconds) * 1_000;
  let renewedAt = clock.monotonic();
  let lease = taken;

  const onlyOurs: Succession = (holder, _verdict, at) => {
    throw lost(options, `"${holder}" took it at ${at}`);
  };

  /** Whether to try again. */
  function afterFailure(error: unknown): boolean {
    const text = error instanceof Error ? error.message : String(error);
    // NotFound: its namespace is gone, as where the run removes what the lease guards. Nobody else can take it then.
    if (isKubeError(error, "Forbidden", "NotFound")) {
      log.warn(`${label(options)} can no longer be renewed and will expire: ${text}`);
      return false;
    }
    const overdue = clock.monotonic() - renewedAt > durationMs * 0.9;
    if (error instanceof FairleadError && error.text.id === "STATE-12") options.onLost(error);
    else if (overdue)
      options.onLost(lost(options, `it could not be renewed for ${Math.round(durationMs / 1000)} s: ${text}`));
    else {
      log.warn(`could not renew ${label(options)}, trying again: ${text}`);
      return true;
    }
    return false;
  }

  async function renewOnce(): Promise<boolean> {
    try {
      lease = await renew(options, offsetMs, lease, onlyOurs, stopping.signal);
      renewedAt = clock.monotonic();
      return true;
    } catch (error) {
      return !stopping.signal.aborted && afterFailure(error);
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
  const { client, clock, log, signal } = options;
  const { serverTime } = await client.serverVersion({ signal });
  const offsetMs = serverTime - clock.now();
  const succeed: Succession = async (holder, verdict, renewedAt) => {
    const blocked = verdict === "held" || (await options.isHolderAlive?.(holder)) === true;
    if (blocked) throw refusal(options, holder, renewedAt);
  };
  try {
    const { lease: taken, takenOverFrom } = await take(options, offsetMs, succeed, signal);
    if (takenOverFrom !== undefined) {
      log.warn(`took over ${label(options)} from "${takenOverFrom}", which did not renew it in time`);
    }
    const renewing = startRenewing(options, offsetMs, taken);
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
