import type { Clock, Random } from "../../lib/clock/clock.ts";
import type { FairleadError } from "../../lib/errors/fairlead-error.ts";
import type { KubeClient } from "../../lib/kube/types.ts";
import { acquireFileLock } from "../../lib/state/file-lock.ts";
import type { FileLock } from "../../lib/state/held-lock.ts";
import { acquireLease, type HeldLease } from "../../lib/state/lease.ts";
import { objectName } from "../acm/constants.ts";
import type { HubNamespaces } from "../acm/namespaces.ts";
import { namespaces as namespaceResource } from "../acm/resources.ts";
import { ms } from "../phases/switchover-context.ts";
import type { OperationMemory } from "../state/operation-memory.ts";
import { switchoverExit } from "../switchover-error.ts";
import type { ResolvedTuning } from "../tuning.ts";
import { type OwnerContext, ownerGone } from "./run-owner.ts";

export interface LockRequest {
  readonly context: OwnerContext & { readonly clock: Clock; readonly random: Random };
  readonly clients: readonly KubeClient[];
  readonly namespaces: HubNamespaces;
  readonly tuning: ResolvedTuning;
  readonly stateFile: string;
  readonly operationId: string;
  /** Called once when this run no longer owns what it works on. */
  readonly onLost: (error: FairleadError) => void;
}

/** Both guards of an operation: a lock beside its state, and a Lease on each hub. */
export interface OperationLocks {
  assertHeld(): Promise<void>;
  /** Leaves both to the next Task of the same run. */
  detach(): Promise<void>;
  release(signal: AbortSignal): Promise<void>;
}

// Well within the grace period of a pod (30 s).
export const releaseMs = 15_000;
// A run that was told to stop has 12 s for all that it still does.
const giveBackMs = 5_000;

/** The hubs that a lease can be held on: one that is being removed loses the namespace of its lease on the way. */
export async function lockedHubs(
  clients: readonly KubeClient[],
  {
    oldHub,
    memory,
    namespaces,
    signal,
  }: {
    readonly oldHub: KubeClient | undefined;
    readonly memory: OperationMemory | undefined;
    readonly namespaces: HubNamespaces;
    readonly signal: AbortSignal;
  },
): Promise<readonly KubeClient[]> {
  if (memory?.old_hub_removal === undefined || oldHub === undefined || !clients.includes(oldHub)) return clients;
  const found = await oldHub.find(namespaceResource, { name: namespaces.backup }, { signal });
  const isGone = found === undefined || found.metadata.deletionTimestamp !== undefined;
  return isGone ? clients.filter((client) => client !== oldHub) : clients;
}

export function fileMode(inTekton: boolean): number {
  return inTekton ? 0o664 : 0o600;
}

/**
 * Takes the lock beside the state file, then a Lease on each hub, so that neither two runs of one operation nor two
 * operations on one hub work at once.
 *
 * @throws FairleadError STATE-08 or STATE-11 (exit 4) naming the holder
 */
export async function takeLocks(request: LockRequest): Promise<OperationLocks> {
  const lock = await takeFileLock(request);
  const leases: HeldLease[] = [];
  try {
    for (const client of request.clients) {
      leases.push(...(await takeLease(request, client)));
    }
  } catch (error) {
    // A run that is told to stop gives back what it has as well: its own signal would end that at once.
    await releaseAll(lock, leases, AbortSignal.timeout(giveBackMs)).catch((failure: unknown) => {
      request.context.log.warn(`a lock could not be given back, and ends by itself: ${String(failure)}`);
    });
    throw error;
  }
  return {
    assertHeld: () => lock.assertHeld(),
    detach: async () => {
      await Promise.all(leases.map((lease) => lease.detach()));
      await lock.detach();
    },
    release: (signal) => releaseAll(lock, leases, signal),
  };
}

/** A hub that does not answer keeps neither the other hub's lease nor the lock. @throws the first failure, after all */
async function releaseAll(lock: FileLock, leases: readonly HeldLease[], signal: AbortSignal): Promise<void> {
  const ended = await Promise.allSettled(leases.map((lease) => lease.release(signal)));
  await lock.release();
  const failed = ended.find((one) => one.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

async function takeFileLock({ context, tuning, stateFile, operationId, onLost }: LockRequest): Promise<FileLock> {
  const { run, clock, random, log, signal } = context;
  return await acquireFileLock(stateFile, {
    owner: run.uid,
    // Names the PipelineRun: whoever finds the lock can look it up.
    pod: run.name,
    operation: operationId,
    mode: fileMode(run.inTekton),
    clock,
    random,
    log,
    signal,
    isOwnerGone: ownerGone(context),
    onLost,
    expiryMs: ms(tuning.lockTtl),
    heartbeatMs: ms(tuning.heartbeat),
    refusedExitCode: switchoverExit.refused,
  });
}

async function takeLease(request: LockRequest, client: KubeClient): Promise<readonly HeldLease[]> {
  const { context, tuning, namespaces, operationId, onLost } = request;
  const outcome = await acquireLease({
    client,
    namespace: namespaces.backup,
    name: objectName.lease,
    holder: operationId,
    clock: context.clock,
    log: context.log,
    signal: context.signal,
    onLost,
    durationSeconds: tuning.lockTtl,
    renewEveryMs: ms(tuning.heartbeat),
    refusedExitCode: switchoverExit.refused,
  });
  return outcome.state === "held" ? [outcome.lease] : [];
}
