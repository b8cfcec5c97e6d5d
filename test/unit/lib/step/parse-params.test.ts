import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { TProperties } from "typebox";
import * as Type from "typebox";
import { compileValidator } from "../../../../steps/lib/schema/compile-validator.ts";
import { paramVariable } from "../../../../steps/lib/step/environment-names.ts";
import { type ParamFault, paramsSchema, parseParams } from "../../../../steps/lib/step/parse-params.ts";
import { invalidParams } from "../../../../steps/lib/step/step-errors.ts";
import { anyCharacter } from "../../../support/any-character.ts";

const params = {
  method: Type.Enum(["passive", "full"], { description: "d" }),
  "min-managed-clusters": Type.Integer({ minimum: 0, maximum: 10_000, default: 0, description: "d" }),
  "dry-run": Type.Boolean({ default: false, description: "d" }),
  context: Type.Optional(
    Type.String({ pattern: "^[a-z]+$", rule: "a context name of small letters", description: "d" }),
  ),
  clusters: Type.Array(Type.String({ pattern: "^[a-z0-9-]+$", rule: "a cluster name" }), {
    default: [],
    maxItems: 3,
    description: "d",
  }),
  tuning: Type.Optional(
    Type.Object(
      { restoreWait: Type.Optional(Type.Integer({ minimum: 1 })), note: Type.Optional(Type.String()) },
      { additionalProperties: false, description: "d" },
    ),
  ),
  password: Type.Optional(Type.String({ writeOnly: true, minLength: 12, description: "d" })),
} satisfies TProperties;

const validate = await compileValidator(paramsSchema(params));

type Given = Readonly<Record<string, string | readonly string[]>>;

function parse(flags: Given, environment: Readonly<Record<string, string>> = {}) {
  const values = new Map(
    Object.entries(flags).map(([name, value]) => [name, typeof value === "string" ? [value] : value]),
  );
  return parseParams(params, { flags: values, variable: (name) => environment[name] }, validate);
}

function faultsOf(flags: Given, environment: Readonly<Record<string, string>> = {}): readonly ParamFault[] {
  const parsed = parse({ method: "passive", ...flags }, environment);
  return parsed.valid ? [] : parsed.faults;
}

function parsedValue(name: string, flags: Given, environment: Readonly<Record<string, string>> = {}): unknown {
  const parsed = parse({ method: "passive", ...flags }, environment);
  return parsed.valid ? parsed.params[name] : parsed.faults;
}

describe("sources of a param", () => {
  test("a flag wins over its environment variable", () => {
    expect(parsedValue("context", { context: "flag" }, { PARAM_CONTEXT: "variable" })).toBe("flag");
  });

  test("an environment variable is used when no flag is given", () => {
    expect(parsedValue("min-managed-clusters", {}, { PARAM_MIN_MANAGED_CLUSTERS: "12" })).toBe(12);
  });

  test("an empty text, as Tekton passes for a field left empty, means the default", () => {
    expect(parsedValue("min-managed-clusters", {}, { PARAM_MIN_MANAGED_CLUSTERS: "" })).toBe(0);
  });

  test("an optional param that is empty is absent", () => {
    expect(parsedValue("context", { context: "" })).toBeUndefined();
  });

  test("an empty list given on purpose is an empty list", () => {
    expect(parsedValue("clusters", { clusters: [] })).toEqual([]);
  });

  test("JSON text becomes the object that the schema describes", () => {
    expect(parsedValue("tuning", { tuning: '{ "restoreWait": 5 }' })).toEqual({ restoreWait: 5 });
  });
});

describe("faults of a param", () => {
  const table: readonly (readonly [title: string, flags: Given, problem: string, fix: string])[] = [
    [
      "a missing required param",
      { method: "" },
      "is required and was not given",
      "give --method <value>, or set PARAM_METHOD",
    ],
    [
      "a word outside an enumeration",
      { method: "passiv" },
      '"passiv" is not one of "passive", "full"',
      'did you mean "passive"?',
    ],
    [
      "K-33 a boolean that is no boolean",
      { "dry-run": "yes" },
      '"yes" is neither "true" nor "false"',
      'give "true" or "false"',
    ],
    ["K-33 a capital boolean", { "dry-run": "True" }, '"True" is neither "true" nor "false"', 'give "true" or "false"'],
    ["a number with a unit", { "min-managed-clusters": "5s" }, '"5s" is not a whole number', "give digits only"],
    ["a fraction", { "min-managed-clusters": "1.5" }, '"1.5" is not a whole number', "give digits only"],
    ["a negative number", { "min-managed-clusters": "-1" }, '"-1" is less than 0', "give a number of at least 0"],
    [
      "too large a number",
      { "min-managed-clusters": "10001" },
      '"10001" is more than 10000',
      "give a number of at most 10000",
    ],
    [
      "a pattern that has words",
      { context: "A B" },
      '"A B" is not a context name of small letters',
      "give a context name of small letters",
    ],
    ["a list that is too long", { clusters: ["a", "b", "c", "d"] }, "has more than 3 elements", "give at most 3"],
    [
      "text that is no JSON",
      { tuning: "{" },
      '"{" is not JSON at position 1',
      "give one JSON document, quoted for the shell",
    ],
    [
      "an unknown member",
      { tuning: '{"restoreWeit":1}' },
      'has the unknown member "restoreWeit"',
      'did you mean "restoreWait"?',
    ],
    [
      "a member of the wrong type",
      { tuning: '{"restoreWait":"1"}' },
      'restoreWait: "1" is not of type integer',
      "give a value of type integer",
    ],
  ];

  test.each(table)("%s", (_title, flags, problem, fix) => {
    const param = Object.keys(flags)[0];
    expect(faultsOf(flags)).toEqual([{ param, problem, fix }]);
  });

  test("the element of a list at fault is named by its place", () => {
    expect(faultsOf({ clusters: ["ok", "Not Ok"] })[0]?.problem).toBe('1: "Not Ok" is not a cluster name');
  });

  test("a secret value never appears", () => {
    const [fault] = faultsOf({ password: "hunter2" });
    expect(fault?.problem).toBe("the value (hidden) is shorter than 12 characters");
  });

  test("all faults of all params come at once", () => {
    const params = faultsOf({ method: "x", "dry-run": "maybe", context: "1" }).map(({ param }) => param);
    expect(params).toEqual(["dry-run", "method", "context"]);
  });

  test("the error of a single fault names param, value, rule and fix", () => {
    const error = invalidParams(faultsOf({ "dry-run": "1" }));
    expect(error.text).toEqual({
      id: "STEP-03",
      what: 'parameter "dry-run" = "1" is neither "true" nor "false"',
      why: "the value was refused before anything was read or changed",
      fix: 'give "true" or "false"',
    });
    expect(error.exitCode).toBe(2);
  });
});

describe("hostile text", () => {
  const table: readonly (readonly [title: string, text: string, problem: string])[] = [
    ["Tekton and kubelet references", "a$(context.taskRun.name)", 'contains "$("'],
    ["a line break", "a\nb", "contains the control character U+000A"],
    ["an escape sequence", "\u001b[2J", "contains the control character U+001B"],
    ["a zero byte", "a\u0000", "contains the control character U+0000"],
    ["marks that reverse text", "a\u202eb", "contains the control character U+202E"],
    ["more than 10,000 bytes", "a".repeat(10_001), "is longer than 10000 bytes"],
    ["more than 10,000 bytes in fewer characters", "é".repeat(5_001), "is longer than 10000 bytes"],
  ];

  test.each(table)("refuses %s", (_title, text, problem) => {
    expect(faultsOf({ context: text })[0]?.problem).toContain(problem);
  });

  test("refuses a reference hidden behind a JSON escape", () => {
    expect(faultsOf({ tuning: '{"note":"\\u0024(x)"}' })[0]?.problem).toContain('contains "$("');
  });

  test("accepts a formatted JSON document with its line breaks", () => {
    expect(parsedValue("tuning", { tuning: '{\n\t"restoreWait": 5\r\n}' })).toEqual({ restoreWait: 5 });
  });

  test("quotes and shell words stay text", () => {
    expect(parsedValue("tuning", { tuning: JSON.stringify({ note: `"; rm -rf / #'` }) })).toEqual({
      note: `"; rm -rf / #'`,
    });
  });

  test("a long refused value is cut in the message", () => {
    expect(faultsOf({ context: "A".repeat(5_000) })[0]?.problem.length).toBeLessThan(200);
  });
});

describe("for any input", () => {
  const anyText = fc.oneof(
    fc.string({ unit: anyCharacter }),
    fc.constantFrom("true", "5", "{}", "[1]", "null", '"x"', "$(a)", "__proto__"),
  );
  const anyFlags = fc.dictionary(
    fc.constantFrom(...Object.keys(params).filter((name) => name !== "clusters")),
    anyText,
  );

  test("parsing never throws, and gives either valid params or faults that name a declared param", () => {
    fc.assert(
      fc.property(anyFlags, fc.array(anyText, { maxLength: 5 }), (flags, clusters) => {
        const parsed = parse({ ...flags, clusters });
        if (parsed.valid) return validate(parsed.params).length === 0;
        return parsed.faults.length > 0 && parsed.faults.every(({ param }) => param in params);
      }),
    );
  });

  test("what is accepted contains neither control characters nor references", () => {
    fc.assert(
      fc.property(anyFlags, (flags) => {
        const parsed = parse({ method: "full", ...flags });
        const accepted = parsed.valid ? JSON.stringify(Object.values(parsed.params)) : "";
        return !accepted.includes("$(") && !/\\u00[01]/.test(accepted);
      }),
    );
  });

  test("a whole number survives the way through a flag and through a variable alike", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000 }), (number) => {
        const name = "min-managed-clusters";
        return (
          parsedValue(name, { [name]: `${number}` }) === number &&
          parsedValue(name, {}, { [paramVariable(name)]: `${number}` }) === number
        );
      }),
    );
  });
});
