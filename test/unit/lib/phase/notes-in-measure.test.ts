import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { NotesInMeasure } from "../../../../steps/lib/phase/notes-in-measure.ts";

interface Look {
  readonly done: number;
  readonly total: number;
  readonly at: number;
}

/** The counts that are told, each with its time. */
function told(looks: readonly Look[]): readonly Look[] {
  const measure = new NotesInMeasure();
  return looks.filter(({ done, total, at }) =>
    measure.offer({ note: `${done} of ${total}`, count: { done, total } }, at),
  );
}

describe("W-08 the notes of a wait that counts", () => {
  test("begin at once", () => {
    expect(told([{ done: 0, total: 3_000, at: 0 }])).toHaveLength(1);
  });

  test("of 3,000 clusters that connect one by one in ten minutes are some dozens", () => {
    const looks = Array.from({ length: 3_001 }, (_, done) => ({ done, total: 3_000, at: done * 200 }));
    const notes = told(looks).length;
    expect(notes).toBeGreaterThan(20);
    expect(notes).toBeLessThan(85);
  });

  test("of twelve clusters tell each one, but not two within a second", () => {
    const at = [0, 1_500, 1_600, 3_000];
    expect(told(at.map((time, done) => ({ done, total: 12, at: time }))).map(({ done }) => done)).toEqual([0, 1, 3]);
  });

  test("are not repeated while nothing changes, however long that takes", () => {
    const looks = Array.from({ length: 1_000 }, (_, index) => ({ done: 5, total: 12, at: index * 5_000 }));
    expect(told(looks)).toHaveLength(1);
  });

  test("tell what was held back at a later look, so that the last count is never lost", () => {
    const looks = [
      { done: 1_000, total: 3_000, at: 0 },
      { done: 1_001, total: 3_000, at: 500 },
      ...[5_500, 10_500, 15_500].map((at) => ({ done: 1_001, total: 3_000, at })),
    ];
    expect(told(looks)).toEqual([looks[0], looks[3]]);
  });

  test("are at most one a second, and the last count is told within eleven seconds of quiet", () => {
    const moves = fc.array(
      fc.record({ step: fc.integer({ min: -50, max: 200 }), pause: fc.integer({ min: 200, max: 5_000 }) }),
      {
        maxLength: 200,
      },
    );
    fc.assert(
      fc.property(moves, (all) => {
        let [done, at] = [0, 0];
        const looks = all.map(({ step, pause }) => {
          done = Math.max(0, Math.min(3_000, done + step));
          at += pause;
          return { done, total: 3_000, at };
        });
        const quiet = [1, 2, 3].map((turn) => ({ done, total: 3_000, at: at + turn * 5_000 }));
        const notes = told([...looks, ...quiet]);
        expect(notes.every((note, index) => index === 0 || note.at - (notes[index - 1]?.at ?? 0) >= 1_000)).toBe(true);
        expect(notes.at(-1)?.done).toBe(done);
      }),
    );
  });

  test("begin anew after something else was told", () => {
    const measure = new NotesInMeasure();
    const note = { note: "5 of 12", count: { done: 5, total: 12 } };
    expect(measure.offer(note, 0)).toBe(true);
    measure.forget();
    expect(measure.offer(note, 100)).toBe(true);
  });
});
