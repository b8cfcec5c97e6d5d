import { beforeAll, describe, expect, test } from "@jest/globals";
import { programIds, type WordedId, wordedIds } from "./support/error-ids.ts";

// Ids that name a family of faults, each of which says in its own words what is wrong with which file or parameter.
const families: ReadonlySet<string> = new Set([
  // Kubeconfigs: the id says what is to be done with the file, as its type does; the words name the field.
  ...["KUBE-20", "KUBE-21", "KUBE-22", "KUBE-23", "KUBE-24", "KUBE-25", "KUBE-26"],
  // Parameters that are not valid: one is named in the first line, more than one are counted there.
  "STEP-03",
]);

/** `X-01: "one" in a.ts, "other" in b.ts`, for each id with more than one text. */
function ambiguous(ids: readonly WordedId[]): readonly string[] {
  const byId = Map.groupBy(ids, ({ id }) => id);
  return [...byId]
    .filter(([id, places]) => !families.has(id) && new Set(places.map(({ words }) => words)).size > 1)
    .map(([id, places]) => `${id}: ${places.map(({ words, path }) => `"${words}" in ${path}`).join(", ")}`)
    .toSorted();
}

describe("the ids of errors", () => {
  let ids: readonly WordedId[];
  beforeAll(async () => {
    ids = await programIds();
  });

  test("have one text each, so that an id leads to one explanation", () => {
    expect(new Set(ids.map(({ id }) => id)).size).toBeGreaterThan(100);
    expect(ambiguous(ids)).toEqual([]);
  });

  test("that name a family are all in use", () => {
    const used = new Set(ids.map(({ id }) => id));
    expect([...families].filter((family) => !used.has(family))).toEqual([]);
  });

  test("of an area are given in that area alone", () => {
    const areas = { "SW-": "steps/switchover/", "TRIG-": "steps/trigger/" };
    const strayed = Object.entries(areas).flatMap(([prefix, folder]) =>
      ids.filter(({ id, path }) => id.startsWith(prefix) && !path.startsWith(folder)),
    );
    expect(strayed).toEqual([]);
  });
});

describe("a module that gives one id two texts", () => {
  test.each([
    ["as objects", 'one({ id: "A-01", what: "x" }); one({ id: "A-01", what: "y" });'],
    ["as first arguments", `one("A-01", { what: \`x \${n}\` }); one("A-01", { what: \`y \${n}\` });`],
    ["as lists of arguments", 'one("A-01", `x`, "w", "f"); one("A-01", "y", "w", "f");'],
    ["in either way", 'one("A-01", { what: "x" }, "refused"); one({ id: "A-01", what: a ? "x" : "y" });'],
  ])("is found: %s", async (_how, source) => {
    expect(ambiguous(await wordedIds("module.ts", source))).toEqual([expect.stringMatching(/^A-01: "x/)]);
  });

  test("is not taken for one that repeats its text, or only asks for the id", async () => {
    const source = 'one({ id: "A-01", what: "x" }); one("A-01", { what: "x" }); if (error.id === "A-01") stop();';
    expect(ambiguous(await wordedIds("module.ts", source))).toEqual([]);
  });
});
