import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import * as Type from "typebox";
import { type FlagOptions, parseFlags } from "../../../../steps/lib/step/parse-flags.ts";

const options: FlagOptions = {
  params: {
    method: Type.String(),
    "dry-run": Type.Boolean(),
    wait: Type.Integer(),
    clusters: Type.Array(Type.String()),
  },
  positional: [],
  aliases: { c: "clusters", m: "method" },
  isStep: true,
  listTakesRest: false,
};

function values(
  args: readonly string[],
  changed: Partial<FlagOptions> = {},
): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(parseFlags(args, { ...options, ...changed }).values);
}

describe("flags", () => {
  const table: readonly (readonly [
    title: string,
    args: readonly string[],
    expected: Readonly<Record<string, readonly string[]>>,
  ])[] = [
    ["a value after a space", ["--method", "passive"], { method: ["passive"] }],
    ["a value after an equals sign", ["--method=a=b"], { method: ["a=b"] }],
    ["an empty value after an equals sign", ["--method="], { method: [""] }],
    ["a boolean alone is true", ["--dry-run", "--method", "x"], { "dry-run": ["true"], method: ["x"] }],
    ["a boolean with its word", ["--dry-run", "false"], { "dry-run": ["false"] }],
    ["a negative number", ["--wait", "-5"], { wait: ["-5"] }],
    ["a list of words", ["--clusters", "a", "b", "--method", "x"], { clusters: ["a", "b"], method: ["x"] }],
    ["a list of repeated flags", ["--clusters", "a", "--clusters=b"], { clusters: ["a", "b"] }],
    ["an empty list", ["--clusters"], { clusters: [] }],
    ["one-letter flags", ["-m", "x", "-ca", "-c", "b"], { method: ["x"], clusters: ["a", "b"] }],
  ];

  test.each(table)("%s", (_title, args, expected) => {
    expect(parseFlags(args, options).faults).toEqual([]);
    expect(values(args)).toEqual(expected);
  });

  test("positional words fill the params that are declared so", () => {
    expect(values(["bash"], { positional: ["method"] })).toEqual({ method: ["bash"] });
  });

  test("flags of the run are kept apart", () => {
    const { run } = parseFlags(
      ["--workspace", "state=/s", "--workspace=out=/o", "--results-dir", "/r", "--log-format", "json"],
      options,
    );
    expect(run).toEqual({ workspaces: ["state=/s", "out=/o"], resultsDir: "/r", logFormat: "json" });
  });
});

describe("inside a Task", () => {
  const inTask = { listTakesRest: true };

  test("list elements that look like flags stay elements", () => {
    expect(values(["--clusters", "a", "--dry-run", "--help", "-x"], inTask)).toEqual({
      clusters: ["a", "--dry-run", "--help", "-x"],
    });
  });

  test("whatever the elements are, they reach the list unchanged and nothing else", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.constantFrom("--dry-run", "--clusters", "--workspace=x=/", "--"))),
        (elements) => {
          const parsed = parseFlags(["--clusters", ...elements], { ...options, ...inTask });
          expect(Object.fromEntries(parsed.values)).toEqual({ clusters: elements });
          expect(parsed.run.workspaces).toEqual([]);
          expect(parsed.faults).toEqual([]);
        },
      ),
    );
  });
});

describe("faults", () => {
  const table: readonly (readonly [title: string, args: readonly string[], what: string, fix: string])[] = [
    ["a mistyped flag", ["--metod", "x"], "flag --metod does not exist", "did you mean --method?"],
    ["a flag like no other", ["--zzzzzz"], "flag --zzzzzz does not exist", "--help lists the flags"],
    [
      "a name that every object has",
      ["--constructor", "x"],
      "flag --constructor does not exist",
      "--help lists the flags",
    ],
    ["an unknown letter", ["-z"], "flag -z does not exist", "--help lists the flags"],
    [
      "a missing value",
      ["--method"],
      "--method has no value",
      "write --method <value>, or --method=<value> when it starts with a dash",
    ],
    [
      "a flag for a value",
      ["--method", "--dry-run"],
      "--method has no value",
      "write --method <value>, or --method=<value> when it starts with a dash",
    ],
    ["a flag given twice", ["--method", "a", "--method", "b"], "--method is given twice", "give --method once"],
    ["a stray word", ["stray"], 'argument "stray" is not expected', "give values by their flag, --name value"],
    [
      "a wrong log format",
      ["--log-format", "xml"],
      '--log-format "xml" is neither "json" nor "text"',
      "give json or text",
    ],
  ];

  test.each(table)("%s", (_title, args, what, fix) => {
    expect(parseFlags(args, options).faults).toEqual([{ what, fix }]);
  });

  test("all come at once", () => {
    expect(parseFlags(["--metod", "x", "stray", "--wait"], options).faults).toHaveLength(3);
  });

  test("a command has no flags of steps", () => {
    expect(parseFlags(["--results-dir", "/r"], { ...options, isStep: false }).faults).toHaveLength(1);
  });

  test("parsing never throws", () => {
    fc.assert(fc.property(fc.array(fc.string()), (args) => parseFlags(args, options) !== undefined));
  });
});
