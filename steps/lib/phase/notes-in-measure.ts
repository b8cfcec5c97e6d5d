import type { Count } from "./cluster-follower.ts";

/** Between two notes of a wait that counts, at the least. */
const shortestMs = 1_000;
/** A count that moved by less is told so often only. */
const longestMs = 10_000;
const share = 0.05;

export interface CountedNote {
  readonly note: string;
  readonly count: Count;
}

/**
 * Which notes of a wait that counts are worth telling: each step of 5 %, at most one a second; less than that every ten
 * seconds. What is held back is offered again at the next look, so that the last note is never lost. Thousands of clusters
 * that connect one by one stay some dozens of lines.
 */
export class NotesInMeasure {
  private told: (CountedNote & { readonly at: number }) | undefined;

  /** @param elapsedMs since the wait began @returns whether the note is to be told now */
  offer({ note, count }: CountedNote, elapsedMs: number): boolean {
    if (!this.isDue({ note, count }, elapsedMs)) return false;
    this.told = { note, count, at: elapsedMs };
    return true;
  }

  /** Something else was told in between: what comes next is news. */
  forget(): void {
    this.told = undefined;
  }

  private isDue({ note, count }: CountedNote, elapsedMs: number): boolean {
    const { told } = this;
    if (told === undefined) return true;
    if (told.note === note) return false;
    const pause = elapsedMs - told.at;
    if (pause < shortestMs) return false;
    const moved = Math.abs(count.done - told.count.done);
    return count.total !== told.count.total || moved >= Math.max(1, count.total * share) || pause >= longestMs;
  }
}
