import type { Clock, Random } from "../clock/clock.ts";
import type { FairleadError } from "../errors/fairlead-error.ts";
import type { Snapshot, Source } from "../kube/live-collection.ts";
import type { KubeClient, KubeObject, ObjectRef, Preconditions, Resource } from "../kube/types.ts";
import type { Logger } from "../log/logger.ts";
import type { ClusterChange, ClusterFollower, ClusterSights, ClusterState, Count } from "./cluster-follower.ts";

/** What a look at live state says. No failure without a way out. */
export type Seen = {
  /** What it says of single clusters, beside the verdict. */
  readonly clusters?: ClusterSights;
} & (
  | { readonly state: "done"; readonly note: string }
  | {
      readonly state: "pending";
      readonly note: string;
      /** Where the wait counts: such notes are told in measure. */
      readonly count?: Count;
      /** What the wait waits for by now, where it has more than one part. */
      readonly part?: WaitPart;
    }
  | { readonly state: "failed"; readonly error: FairleadError }
);

/** A later part of a wait, over the same collections: its own limit counts from the moment it was first seen. */
export interface WaitPart {
  readonly name: string;
  readonly timeoutMs: number;
}

/** A write as data: the dry run prints it, the real run sends it, the journal names it. Exactly one API call. */
export type Change = {
  /** Which client of the context. */
  readonly target: string;
  readonly resource: Resource;
  readonly ref: ObjectRef;
  /** One line for people: `pause BackupSchedule open-cluster-management-backup/acm-hub-backup`. */
  readonly summary: string;
  /** Texts in the write that each run makes up anew, a time or a random id: two plans of the same state differ in them. */
  readonly madeUp?: readonly string[];
} & (
  | { readonly verb: "create"; readonly body: KubeObject }
  | {
      readonly verb: "merge-patch";
      readonly patch: unknown;
      readonly precondition?: Preconditions;
      readonly subresource?: string;
      /** Sent with `dryRun=All` in a real run too: only asks whether the server would accept it. */
      readonly probe?: true;
    }
  /** The whole object in one request; `metadata.resourceVersion` makes it conditional. */
  | { readonly verb: "replace"; readonly body: KubeObject }
  | { readonly verb: "delete"; readonly precondition?: Preconditions; readonly requestTimeoutMs?: number }
);

/** Writes that follow one another, each verified before the next. */
export interface Chain {
  /** For messages: the name of a cluster, of a component. */
  readonly name: string;
  readonly changes: readonly Change[];
}

/** What became of a chain. `error` is that of the write at which it stopped. */
export interface ChainOutcome {
  readonly name: string;
  readonly error?: FairleadError;
}

/** A wait as data: live collections and a pure decision over them. */
export interface Wait {
  /** `waiting for BackupSchedule x to report Paused`. */
  readonly title: string;
  readonly sources: Readonly<Record<string, Source>>;
  /** Pure. `elapsedMs` since the wait began, `now` wall clock in ms: for tolerances that time decides. */
  readonly decide: (snapshot: Readonly<Record<string, readonly unknown[]>>, time: WaitTime) => Seen;
  /** The limit of its first part, which for most waits is the only one. */
  readonly timeoutMs: number;
  /** Safety net beside the watch; also the rhythm where the role lacks `watch`. Default 30,000. */
  readonly pollMs?: number;
  /** Turns the last pending note into the failure, and the part whose time was up. The runner's default exits 5. */
  readonly onTimeout?: (lastNote: string, part?: string) => FairleadError | { readonly warning: string };
}

export interface WaitTime {
  readonly elapsedMs: number;
  readonly now: number;
}

/** Typed constructor of a wait: `decide` sees what the sources project. */
export function waitOn<S extends Readonly<Record<string, Source>>>(
  wait: Omit<Wait, "sources" | "decide"> & {
    readonly sources: S;
    readonly decide: (snapshot: Snapshot<S>, time: WaitTime) => Seen;
  },
): Wait {
  // The waiter builds the snapshot from these very sources, so its keys and item types are those of S.
  return { ...wait, decide: (snapshot, time) => wait.decide(snapshot as Snapshot<S>, time) };
}

/** How a step goes on without one of its writes. */
export interface OtherWay {
  readonly warning: string;
  readonly instead?: Change;
}

/** One thing to do. `remember` is durable before the next action starts, so that a kill in between loses nothing. */
export type Action<M> =
  | {
      readonly kind: "write";
      readonly change: Change;
      /**
       * What is said instead of failing, where the rest can go on without this write, and what is written in its place;
       * `undefined` fails.
       */
      readonly orElse?: (error: FairleadError) => OtherWay | undefined;
    }
  /** Independent writes of one kind, at bounded concurrency; failures are retried, then reported together by name. */
  | {
      readonly kind: "bulk";
      readonly title: string;
      readonly changes: readonly Change[];
      readonly concurrency?: number;
      /** Also after one was refused: few writes, each of which an admission policy or a role of its namespace may refuse. */
      readonly tryAll?: true;
      /** The writes are about clusters, and this is what one brings its cluster to. */
      readonly clusters?: { readonly hub: string; readonly state: ClusterState };
    }
  /**
   * Chains of writes that the operation can do without. A chain stops at its first failure, which is a warning and not
   * the end of the step; the others go on. Their targets need not be among the clients: {@link PhaseContext.open}.
   */
  | {
      readonly kind: "attempt";
      readonly title: string;
      readonly chains: readonly Chain[];
      readonly concurrency?: number;
      /** Durable, with what became of each. Pure. */
      readonly remember?: (memory: M, outcomes: readonly ChainOutcome[]) => M;
      /** The chains are about clusters, each named like its own, and this is what one brings it to. */
      readonly clusters?: { readonly hub: string; readonly state: ClusterState };
    }
  | { readonly kind: "wait"; readonly wait: Wait }
  /** Changes the operation's memory. Pure: a crash may run it again on the loaded memory. */
  | { readonly kind: "remember"; readonly note: string; readonly update: (memory: M) => M }
  /** Drops the record of an earlier step, so that a resume does it anew. */
  | { readonly kind: "forget"; readonly step: string; readonly note: string }
  | { readonly kind: "warn"; readonly message: string };

/**
 * What a step's planner says after a look at live state.
 * After `act` with `afterwards: "plan-again"` the step is read and planned once more (bounded), which makes multi-stage work
 * (delete, wait until gone, create) resumable at each point: each round starts from live state.
 */
export type StepPlan<M> =
  | {
      readonly state: "done";
      readonly note: string;
      readonly warnings?: readonly string[];
      /** What the look said of single clusters. */
      readonly clusters?: ClusterSights;
    }
  /** Does not apply here; not recorded as completed. */
  | { readonly state: "skipped"; readonly note: string; readonly warnings?: readonly string[] }
  | { readonly state: "refused"; readonly error: FairleadError }
  | {
      readonly state: "act";
      readonly note: string;
      readonly actions: readonly Action<M>[];
      readonly afterwards: "done" | "plan-again";
    };

/**
 * A named, idempotent, journaled unit inside a phase. `name` is the journal key and is never renamed.
 * `S` is what it reads, `C` the operation's context, `M` its durable memory.
 */
export interface PhaseStep<C extends PhaseContext<M>, M, S = unknown> {
  readonly name: string;
  /** For people: `Pause the backup schedule on the old hub`. */
  readonly title: string;
  /** Why the step does not apply to this operation, where that is known without a look at a hub. Pure. */
  skip?(context: C): string | undefined;
  /** Live state, never writes. */
  read(context: C): Promise<S>;
  /** Pure. */
  plan(snapshot: S, context: C): StepPlan<M>;
  /**
   * What a resumed run does with a recorded step: look once and say what changed, or trust the record because live
   * state cannot tell (a one-time trigger).
   */
  readonly onResume: "observe" | "trust-record";
  /**
   * A last word on failure or timeout of this step (undo, archive). Runs before the failure is recorded, never after an
   * interruption. Its `warn` messages, and the failure of one of its own actions, are added to the error's text.
   */
  onFailure?(error: FairleadError, context: C): Promise<readonly Action<M>[]>;
}

/** Erases `S`, which only matters between `read` and `plan` of the same step. */
export function phaseStep<C extends PhaseContext<M>, M, S>(step: PhaseStep<C, M, S>): PhaseStep<C, M> {
  return { ...step, plan: (snapshot, context) => step.plan(snapshot as S, context) };
}

/** What each step may use. Areas extend it. */
export interface PhaseContext<M> {
  readonly clients: Readonly<Record<string, KubeClient>>;
  /** Opens a target beside the clients for one chain of writes; whoever asks closes it. */
  open?(target: string): Promise<KubeClient>;
  /** The durable memory as it is now. */
  memory(): M;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly dryRun: DryRun;
  /** What was told of each cluster so far, where more than one phase follows them; each phase begins anew without. */
  readonly clusters?: ClusterFollower;
}

/** Objects by their place, as planned writes leave them; `null`: deleted. */
export type ForeseenObjects = readonly (readonly [place: string, object: KubeObject | null])[];

export type DryRun =
  | { readonly enabled: false }
  | {
      readonly enabled: true;
      /** Asks the server about each write with `dryRun=All`. */
      readonly serverSide: boolean;
      /** Tells what each planned write makes of its object. */
      readonly foreseen?: {
        take(change: Change): { readonly before?: unknown; readonly after?: unknown };
        forgetReads(): void;
        /** What the planned writes would leave, for the next part of the same plan. */
        left(): ForeseenObjects;
      };
    };

export type PhaseEvent =
  | {
      readonly type: "phase-started";
      readonly phase: string;
      readonly steps: readonly { readonly name: string; readonly title: string }[];
    }
  | {
      readonly type: "phase-ended";
      readonly phase: string;
      readonly state: "done" | "failed" | "interrupted";
      readonly durationMs: number;
    }
  | { readonly type: "step-started"; readonly phase: string; readonly step: string; readonly title: string }
  | {
      readonly type: "step-done";
      readonly phase: string;
      readonly step: string;
      readonly note: string;
      readonly durationMs: number;
    }
  | { readonly type: "step-already-done"; readonly phase: string; readonly step: string; readonly note: string }
  | { readonly type: "step-skipped"; readonly phase: string; readonly step: string; readonly note: string }
  | {
      readonly type: "step-planned";
      readonly phase: string;
      readonly step: string;
      readonly changes: readonly PlannedChange[];
    }
  | {
      readonly type: "waiting";
      readonly phase: string;
      readonly step: string;
      readonly note: string;
      readonly count?: Count;
    }
  | ({ readonly type: "cluster"; readonly phase: string; readonly step: string } & ClusterChange)
  | {
      readonly type: "clusters-given-up";
      readonly phase: string;
      readonly step: string;
      readonly hub: string;
      /** All of them. */
      readonly clusters: readonly string[];
    }
  | {
      readonly type: "progress";
      readonly phase: string;
      readonly step: string;
      readonly done: number;
      readonly total: number;
    }
  | { readonly type: "warning"; readonly phase: string; readonly step: string; readonly note: string }
  | { readonly type: "step-failed"; readonly phase: string; readonly step: string; readonly error: FairleadError }
  | { readonly type: "step-interrupted"; readonly phase: string; readonly step: string; readonly error: FairleadError };

/** The API call of a planned write. */
export interface PlannedWrite {
  readonly group: string;
  readonly version: string;
  /** `statefulsets/scale` form for a subresource. */
  readonly resource: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly probe?: true;
}

/** An entry of a dry run's plan. */
export interface PlannedChange {
  readonly phase: string;
  readonly step: string;
  readonly target: string;
  /** `later`: what follows depends on the state that the entries before leave, and is planned by the real run. */
  readonly verb: "create" | "merge-patch" | "replace" | "delete" | "wait" | "later";
  /** `backupschedules.cluster.open-cluster-management.io ns/name`; the wait's title for a wait. */
  readonly object: string;
  readonly summary: string;
  readonly body?: unknown;
  /** Which API call it is, where it is a write. */
  readonly write?: PlannedWrite;
  /** As far as the dry run knows it, see `Foreseen`. */
  readonly before?: unknown;
  readonly after?: unknown;
  /** What the server said to `dryRun=All`. */
  readonly server?: string;
  /** See {@link Change}. */
  readonly madeUp?: readonly string[];
}

/**
 * Where the runner records. Each call is durable before it resolves. Implemented by an area over its state file;
 * must not use the run's signal, so that an interruption is still recorded.
 */
export interface Recorder<M> {
  /** Says that nothing reaches a disk. A dry run accepts no other. */
  readonly inMemory?: true;
  memory(): M;
  remember(update: (memory: M) => M): Promise<void>;
  isRecorded(step: string): boolean;
  /** With what was told of the step as a warning, in one write. */
  record(step: string, phase: string, durationMs: number, warnings: readonly string[]): Promise<void>;
  /** Keeps what was told of a step that goes on, once however often it is told: a killed run has told it, too. */
  keepWarning(warning: string): Promise<void>;
  /** Drops a record, so that a later run does the step anew. */
  forget(step: string): Promise<void>;
  /** Write-ahead line: what is about to be written. */
  intend(phase: string, step: string, what: string): Promise<void>;
  fail(phase: string, step: string, error: FairleadError): Promise<void>;
  /** The run was told to stop (signal, deadline, lost lock) in this step. Not a failure: the next run goes on here. */
  interrupt(phase: string, step: string, cause: FairleadError): Promise<void>;
}
