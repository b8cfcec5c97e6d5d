import { exitCode } from "../errors/exit-code.ts";
import { FairleadError } from "../errors/fairlead-error.ts";
import type { KubeClient } from "../kube/types.ts";
import type { ClusterSights } from "./cluster-follower.ts";
import type { PhaseContext, PhaseEvent, PhaseStep, PlannedChange, Recorder } from "./types.ts";

/** What the parts of the runner share while one step runs. */
export interface StepRun<C extends PhaseContext<M>, M> {
  readonly phase: string;
  readonly step: PhaseStep<C, M>;
  readonly context: C;
  readonly recorder: Recorder<M>;
  readonly emit: (event: PhaseEvent) => void;
  readonly warn: (note: string) => void;
  /** Tells what has changed of single clusters. */
  readonly sight: (sights: ClusterSights) => void;
  /** What was warned of in this step so far. */
  readonly warned: readonly string[];
  /** The dry run's entries so far, those of earlier phases included. */
  readonly planned: PlannedChange[];
}

export interface StepResult {
  readonly state: "done" | "already-done" | "skipped" | "planned";
  readonly note: string;
}

/** The client that a change names. An unknown name is a defect of the step. */
export function clientOf(context: PhaseContext<unknown>, target: string): KubeClient {
  const client = context.clients[target];
  if (client !== undefined) return client;
  throw new FairleadError(
    {
      id: "PHASE-91",
      what: `a step writes to the target "${target}", which this run has no connection to`,
      why: `it is connected to ${Object.keys(context.clients).join(", ") || "nothing"}`,
      fix: "report this: the step's plan names a wrong target",
    },
    { exitCode: exitCode.defect },
  );
}
