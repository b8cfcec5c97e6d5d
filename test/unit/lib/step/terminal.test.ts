import { describe, expect, test } from "@jest/globals";
import { useColor } from "../../../../steps/lib/step/terminal.ts";

describe("useColor", () => {
  test.each([
    ["a terminal", {}, true, true],
    ["no terminal", {}, false, false],
    ["a dumb terminal", { TERM: "dumb" }, true, false],
    ["NO_COLOR on a terminal", { NO_COLOR: "1" }, true, false],
    ["an empty NO_COLOR", { NO_COLOR: "" }, true, true],
    ["FORCE_COLOR without a terminal", { FORCE_COLOR: "1" }, false, true],
    ["FORCE_COLOR=0 on a terminal", { FORCE_COLOR: "0" }, true, false],
    ["NO_COLOR against FORCE_COLOR", { NO_COLOR: "1", FORCE_COLOR: "1" }, true, false],
  ])("%s", (_title, environment: Readonly<Record<string, string>>, isTty, expected) => {
    expect(useColor((name) => environment[name], isTty)).toBe(expected);
  });
});
