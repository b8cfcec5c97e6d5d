import type { Clock } from "../lib/clock/clock.ts";
import { FairleadError } from "../lib/errors/fairlead-error.ts";
import type { KubeClient } from "../lib/kube/types.ts";
import { runOutcome } from "./progress.ts";
import { type PipelineRun, pipelineRuns } from "./tekton.ts";

export interface StartOptions {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** How long Tekton may take to look at the run, ms; default 60,000. */
  readonly acceptTimeoutMs?: number;
}

export interface StartedRun {
  readonly run: PipelineRun;
  /** A run of this exact name was there before: the same start, seen twice. */
  readonly existed: boolean;
}

async function createOrFind(client: KubeClient, run: PipelineRun, signal: AbortSignal): Promise<StartedRun> {
  const { name, namespace } = run.metadata;
  if (name !== undefined && name !== "") {
    const found = await client.find(pipelineRuns, { name, ...(namespace ? { namespace } : {}) }, { signal });
    if (found !== undefined) {
      return { run: found, existed: true };
    }
  }
  return { run: await client.create(pipelineRuns, run, { signal }), existed: false };
}

function refused(run: PipelineRun, reason: string, message: string): FairleadError {
  return new FairleadError({
    id: "TRIG-04",
    what: `Tekton refused PipelineRun ${run.metadata.namespace}/${run.metadata.name} (${reason})`,
    why: message,
    fix: "correct the parameters or workspaces named above and start again",
  });
}

async function untilAccepted(client: KubeClient, run: PipelineRun, options: StartOptions): Promise<PipelineRun> {
  const { name, namespace } = run.metadata;
  const query = { ...(namespace ? { namespace } : {}), fieldSelector: `metadata.name=${name}` };
  for await (const event of client.watch(pipelineRuns, query, { signal: options.signal })) {
    const seen = event.type === "replaced" ? event.items[0] : event.object;
    if (seen === undefined || event.type === "deleted") {
      throw refused(run, "deleted", "the run was deleted before Tekton accepted it");
    }
    const outcome = runOutcome(seen, []);
    // Tekton sets startTime before it validates (Pipelines 1.15): a refusal shows as a failure without any TaskRun.
    if (outcome.state === "failed" && (seen.status?.childReferences ?? []).length === 0) {
      throw refused(seen, outcome.reason, outcome.message);
    }
    if (outcome.state !== "pending") {
      return seen;
    }
  }
  return run;
}

function notAccepted(run: PipelineRun, timeoutMs: number): FairleadError {
  return new FairleadError(
    {
      id: "TRIG-06",
      what: `PipelineRun ${run.metadata.namespace}/${run.metadata.name} was created but not looked at for ${timeoutMs / 1000} s`,
      why: "the Tekton Pipelines controller does not answer, or the run is created as pending",
      fix: "check the pods of the namespace of Tekton (tekton-pipelines or openshift-pipelines)",
    },
    { exitCode: 5 },
  );
}

/**
 * Creates the run (or finds the one of the same name) and returns once Tekton has looked at it: a run that Tekton
 * rejects (missing parameter, unknown Pipeline) is a failure here, not a silent object.
 *
 * @throws FairleadError TRIG-04 when Tekton refuses the run, TRIG-06 when nobody looks at it in time; KubeError
 */
export async function startRun(client: KubeClient, run: PipelineRun, options: StartOptions): Promise<StartedRun> {
  const started = await createOrFind(client, run, options.signal);
  const timeoutMs = options.acceptTimeoutMs ?? 60_000;
  const expired = new AbortController();
  const settled = new AbortController();
  const timer = options.clock.sleep(timeoutMs, settled.signal).then(
    () => expired.abort(notAccepted(started.run, timeoutMs)),
    // The clock's sleep rejects when `settled` fires: the run was accepted in time.
    () => undefined,
  );
  try {
    const signal = AbortSignal.any([options.signal, expired.signal]);
    const accepted = await untilAccepted(client, started.run, { ...options, signal });
    return { ...started, run: accepted };
  } catch (error) {
    throw expired.signal.aborted ? expired.signal.reason : error;
  } finally {
    settled.abort();
    await timer;
  }
}
