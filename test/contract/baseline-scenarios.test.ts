import { beforeAll, describe, expect, test } from "@jest/globals";
import { allTitles } from "./support/test-titles.ts";

// Acceptance scenarios of the baseline (B-12), where it deviates on purpose from the operator that it replaces (D), and
// the defects of that operator that it must not have (B). Each is held by a test that names it.

const numbered = (prefix: string, count: number, digits: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${String(index + 1).padStart(digits, "0")}`);

const ids = [...numbered("B-12-", 84, 2), ...numbered("D", 38, 1), ...numbered("B", 30, 1)];
const idForm = /\b(?:B-12-\d{2}|[BD]\d{1,2})\b/g;

const isOfBaseline = (path: string): boolean => path.includes("/baseline/");

describe("the tests of the baseline", () => {
  let named: ReadonlySet<string>;

  beforeAll(async () => {
    const titles = [...(await allTitles())].flatMap(([path, all]) => (isOfBaseline(path) ? all : []));
    named = new Set(titles.flatMap((title) => [...title.matchAll(idForm)].map(([id]) => id)));
  });

  test.each(ids)("name %s", (id) => {
    expect([...named]).toContain(id);
  });

  test("name nothing that there is not", () => {
    expect([...named].filter((id) => !ids.includes(id))).toEqual([]);
  });
});
