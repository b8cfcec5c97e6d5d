import { describe, expect, test } from "@jest/globals";
import { cases } from "./support/operator-cases.ts";
import { goldenOf, objectOf } from "./support/operator-golden.ts";

describe("an asset is rendered as it was agreed", () => {
  test.each(cases.map((one) => [one.asset, one.of, one] as const))("%s: %s", (asset, of, { context }) => {
    const object = objectOf(asset, context);
    expect(object).toEqual(goldenOf(asset, of, object));
  });
});
