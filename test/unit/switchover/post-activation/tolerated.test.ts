import { expect, test } from "@jest/globals";
import { tolerated } from "../../../../steps/switchover/phases/post-activation/verify-clusters-connected.ts";

test.each([
  [undefined, 100, 0],
  ["0", 100, 0],
  ["3", 100, 3],
  ["5%", 100, 5],
  ["5%", 19, 0],
  ["100%", 7, 7],
])("max-unavailable %s of %i clusters lets %i stay unavailable", (given, required, allowed) => {
  expect(tolerated(given, required)).toBe(allowed);
});
