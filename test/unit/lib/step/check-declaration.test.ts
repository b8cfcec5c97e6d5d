import { describe, expect, test } from "@jest/globals";
import * as Type from "typebox";
import { checkDeclaration } from "../../../../steps/lib/step/check-declaration.ts";
import type { AnyStepDeclaration } from "../../../../steps/lib/step/types.ts";
import { sampleStep } from "./sample-step.ts";

const described = { description: "Some text" };
const plain = { ...described, neutral: "" };
const permission = sampleStep.permissions[0];
if (permission === undefined) throw new Error("the sample has a permission");

const table: readonly (readonly [changed: Partial<AnyStepDeclaration>, fault: string])[] = [
  [{ name: "countClusters" }, 'name "countClusters" is not kebab-case'],
  [{ summary: "Count clusters." }, 'the description of the summary ends with "."'],
  [{ summary: `Count ${"x".repeat(80)}` }, "the summary has more than 80 characters"],
  [{ description: " " }, "the description is empty"],
  [{ params: { hub_name: Type.String(described) }, example: {} }, 'param "hub_name" is not kebab-case'],
  [{ params: { hub: Type.String() }, example: {} }, 'param "hub" has no description'],
  [
    { params: { hub: Type.String({ description: "The hub," }) }, example: {} },
    'the description of param "hub" ends with ","',
  ],
  [
    { params: { workspace: Type.String(described) }, example: {} },
    'param "workspace" has the name of a flag that every command has',
  ],
  [
    { params: { a: Type.Array(Type.String(), described), b: Type.Array(Type.String(), described) }, example: {} },
    "2 list params: a Task passes one at most, so mark the others json",
  ],
  [
    { params: { a: Type.Enum(["x"], { ...described, default: "y" }) }, example: {} },
    'the default of param "a" is none of its values',
  ],
  [{ example: { nonsense: "1" } }, 'the example gives "nonsense", which is no param'],
  [
    { exitCodes: [...sampleStep.exitCodes, { code: 126, meaning: "x" }] },
    "exit code 126 belongs to container runtimes and shells",
  ],
  [{ exitCodes: sampleStep.exitCodes.filter(({ code }) => code !== 2) }, "exit code 2, invalid input, is not declared"],
  [
    { exitCodes: sampleStep.exitCodes.filter(({ code }) => code !== 5) },
    "exit code 5, the deadline's, is not declared",
  ],
  [
    { results: { outcome: { ...plain, values: ["a"] } } },
    'the neutral value of result "outcome" is none of its values',
  ],
  [
    { results: Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`r${index}`, plain])) },
    "results may take 1056 bytes, a Task has 1024",
  ],
  [
    { results: { plain, diff: { ...plain, human: true, linesBytes: 1_000 } } },
    "results may take 1096 bytes, a Task has 1024",
  ],
  [{ results: { diff: { ...plain, linesBytes: 100 } } }, 'result "diff" has lines and is not for people'],
  [{ workspaces: { keys: { ...described, secret: true } } }, 'workspace "keys" holds a secret and is not read-only'],
  [{ permissions: [{ ...permission, resource: "*" }] }, "permission on * of hub is a wildcard"],
  [
    { permissions: [{ ...permission, verbs: ["read"] }] },
    'permission on managedclusters of hub has the unknown verb "read"',
  ],
  [{ tekton: { ...sampleStep.tekton, categories: ["Fleet"] } }, '"Fleet" is no Tekton Hub category'],
];

describe("checkDeclaration", () => {
  test("finds nothing wrong with a good declaration", () => {
    expect(checkDeclaration(sampleStep)).toEqual([]);
  });

  test.each(table)("%j", (changed, fault) => {
    expect(checkDeclaration({ ...sampleStep, ...changed })).toEqual([fault]);
  });
});
