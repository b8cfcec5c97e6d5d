import type { Clock, Random } from "../clock/clock.ts";
import type { FairleadError } from "../errors/fairlead-error.ts";
import type { Logger } from "../log/logger.ts";
import type { LockRecord } from "./lock-record.ts";

/** Longer than any gap between two pods of one PipelineRun. */
export const defaultExpiryMs = 600_000;

export interface FileLockOptions {
  /** PipelineRun uid; on a laptop operation id and process uuid. The same owner re-enters. */
  readonly owner: string;
  readonly pod: string;
  /** Only a run of the same operation takes over at once from an owner that is gone. */
  readonly operation: string;
  /** 0o664 in a Tekton workspace, 0o600 on a laptop. */
  readonly mode: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** True only when it is certain: the PipelineRun has finished or was deleted; on a laptop `isLocalOwnerGone`. */
  readonly isOwnerGone: (holder: LockRecord) => Promise<boolean>;
  /** Called once when another owner took the lock: abort the run with this error. */
  readonly onLost: (error: FairleadError) => void;
  /** Age of the last heartbeat from which any lock is taken over. Default 600,000: longer than a gap between two pods. */
  readonly expiryMs?: number;
  /** Default 10,000. */
  readonly heartbeatMs?: number;
  /** Exit code of a refusal. */
  readonly refusedExitCode?: number;
}
