import { describe, expect, test } from "@jest/globals";
import { complete } from "../../../../steps/lib/step/complete.ts";
import { sampleRegistry } from "./sample-step.ts";

async function words(...typed: readonly string[]): Promise<readonly string[]> {
  const text = await complete(sampleRegistry, typed);
  return text.split("\n").flatMap((line) => (line === "" ? [] : [line.split("\t")[0] ?? ""]));
}

describe("complete", () => {
  test("offers areas and commands first", async () => {
    expect(await words("")).toEqual(["fleet", "version"]);
  });

  test("offers the operations of an area that begin as typed", async () => {
    expect(await words("fleet", "count")).toEqual(["count-clusters"]);
  });

  test("offers the flags of an operation with their description", async () => {
    expect(await complete(sampleRegistry, ["fleet", "count-clusters", "--hub"])).toBe(
      "--hub-context\tContext of the hub\n",
    );
  });

  test("offers the words of an enumeration", async () => {
    expect(await words("fleet", "count-clusters", "--method", "")).toEqual(["quick", "full"]);
  });

  test("offers both words of a boolean", async () => {
    expect(await words("fleet", "count-clusters", "--dry-run", "t")).toEqual(["true"]);
  });

  test("offers nothing for a free value, so that the shell may complete file names", async () => {
    expect(await words("fleet", "count-clusters", "--hub-context", "")).toEqual([]);
  });

  test("offers nothing after a word that is no command", async () => {
    expect(await words("nonsense", "")).toEqual([]);
  });
});
