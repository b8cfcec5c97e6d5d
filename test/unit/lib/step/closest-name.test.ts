import { describe, expect, test } from "@jest/globals";
import { closestName } from "../../../../steps/lib/step/closest-name.ts";

const names = ["preflight", "primary-prep", "activate", "post-activate", "finalize"];

describe("closestName", () => {
  test.each([
    ["prefligth", "preflight"],
    ["actvate", "activate"],
    ["postactivate", "post-activate"],
    ["final", "finalize"],
  ])("takes %s for %s", (word, name) => {
    expect(closestName(word, names)).toBe(name);
  });

  test.each(["x", "destroy", "", "a".repeat(10_000)])("has no suggestion where nothing is near", (word) => {
    expect(closestName(word, names)).toBeUndefined();
  });
});
