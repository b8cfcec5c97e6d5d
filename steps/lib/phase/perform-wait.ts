import { FairleadError } from "../errors/fairlead-error.ts";
import { waitFor } from "../kube/wait-for.ts";
import type { ClusterSights } from "./cluster-follower.ts";
import { NotesInMeasure } from "./notes-in-measure.ts";
import { waitTimedOut } from "./phase-errors.ts";
import type { StepRun } from "./step-run.ts";
import type { PhaseContext, Seen, Wait, WaitTime } from "./types.ts";

function timeoutError(wait: Wait, lastNote: string): FairleadError {
  return new FairleadError(
    {
      id: "PHASE-01",
      what: `${wait.title} did not end within ${Math.round(wait.timeoutMs / 1000)} s`,
      why: `last seen: ${lastNote}`,
      fix: "find out what holds it up, then resume: the wait goes on where it stopped",
    },
    { exitCode: waitTimedOut },
  );
}

/** What a wait tells while it lasts: its notes, and what becomes of the clusters that it sees. */
class WaitTold<C extends PhaseContext<M>, M> {
  private readonly run: StepRun<C, M>;
  private readonly measure = new NotesInMeasure();
  private counted: string | undefined;
  private last: ClusterSights | undefined;

  constructor(run: StepRun<C, M>) {
    this.run = run;
  }

  look(seen: Seen, { elapsedMs }: WaitTime): void {
    if (seen.clusters !== undefined) {
      this.last = seen.clusters;
      this.run.sight(seen.clusters);
    }
    if (seen.state !== "pending" || seen.count === undefined) {
      this.counted = undefined;
      return;
    }
    const { note, count } = seen;
    this.counted = note;
    if (this.measure.offer({ note, count }, elapsedMs)) this.tell(note, count);
  }

  note(note: string): void {
    // Told with its count, and in measure.
    if (note === this.counted) return;
    this.measure.forget();
    this.tell(note);
  }

  /** The wait is over: whom it did not see connected it waits for no longer. */
  giveUp(): void {
    if (this.last === undefined) return;
    const left = this.last.clusters.filter(({ awaited, state }) => awaited === true && state !== "available");
    if (left.length === 0) return;
    const { phase, step, emit, sight } = this.run;
    sight({ ...this.last, clusters: left.map((one) => ({ ...one, state: "given-up" })) });
    const clusters = left.map(({ name }) => name);
    emit({ type: "clusters-given-up", phase, step: step.name, hub: this.last.hub, clusters });
  }

  private tell(note: string, count?: { readonly done: number; readonly total: number }): void {
    const { phase, step, emit } = this.run;
    emit({ type: "waiting", phase, step: step.name, note, ...(count === undefined ? {} : { count }) });
  }
}

/**
 * Waits, and tells what is seen meanwhile. Asks the server for nothing beyond what the wait itself watches.
 *
 * @throws FairleadError when the wait says so, or when its time is up and `onTimeout` permits nothing else
 */
export async function performWait<C extends PhaseContext<M>, M>(run: StepRun<C, M>, wait: Wait): Promise<void> {
  const { clock, signal, log } = run.context;
  const told = new WaitTold(run);
  const followed: Wait = {
    ...wait,
    decide: (snapshot, time) => {
      const seen = wait.decide(snapshot, time);
      told.look(seen, time);
      return seen;
    },
  };
  const outcome = await waitFor(followed, { clock, signal, log, onNote: (note) => told.note(note) });
  told.giveUp();
  if (outcome.state === "failed") throw outcome.error;
  if (outcome.state === "timeout") {
    const verdict = wait.onTimeout?.(outcome.lastNote, outcome.part) ?? timeoutError(wait, outcome.lastNote);
    if (verdict instanceof FairleadError) throw verdict;
    run.warn(verdict.warning);
  }
}
