import { beforeAll, describe, expect, test } from "@jest/globals";
import { allTitles, titlesOf } from "./support/test-titles.ts";

// Acceptance scenarios of a switchover (A) and the defects that it must never have (K). Each is held by a test that
// names it at its beginning: `A-59 / K-01 a dry run …`.

const numbered = (letter: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${letter}-${String(index + 1).padStart(2, "0")}`);

const scenarios = [...numbered("A", 100), ...numbered("K", 42)];

const idForm = /\b[AK]-\d{2,3}\b/g;

function named(titles: readonly string[]): readonly string[] {
  return titles.flatMap((title) => [...title.matchAll(idForm)].map(([id]) => id));
}

describe("the tests", () => {
  let ids: ReadonlySet<string>;

  beforeAll(async () => {
    ids = new Set(named([...(await allTitles()).values()].flat()));
  });

  test.each(scenarios)("name %s", (id) => {
    expect([...ids]).toContain(id);
  });

  test("name no scenario and no defect that there is not", () => {
    expect([...ids].filter((id) => !scenarios.includes(id))).toEqual([]);
  });
});

describe("a scenario is named by", () => {
  const of = async (source: string): Promise<readonly string[]> => named(await titlesOf(source));

  test.each([
    ["the title of a test", 'test("A-01 / K-02 passes", () => {});', ["A-01", "K-02"]],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text.
    ["a title with values", "test(`A-75 a fleet of ${size}`, () => {});", ["A-75"]],
    ["a row of a table", 'test.each([["A-76 full with restore", 1]])("%s", () => {});', ["A-76"]],
    ["a key of a table", 'decides({ "A-52: resumes it": {} });', ["A-52"]],
  ])("%s", async (_what, source, ids) => {
    expect(await of(source)).toEqual(ids);
  });

  test("no comment", async () => {
    expect(await of('// A-01\ntest("passes", () => { /* K-02 */ });')).toEqual([]);
  });
});
