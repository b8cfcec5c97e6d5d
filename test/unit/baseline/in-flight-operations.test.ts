import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { Environment } from "@marcbachmann/cel-js";
import { lintAgainstSchema } from "../../../steps/baseline/lint/lint-objects.ts";
import { identityOf, type ManagedObject } from "../../../steps/baseline/object/managed-object.ts";
import { readYamlObject } from "../../../steps/baseline/template/read-yaml-object.ts";
import { renderStatic } from "../../../steps/baseline/template/render-asset.ts";
import { isJsonArray, isJsonObject, type Json, type JsonObject, valueAt } from "../../../steps/lib/json/json.ts";
import { conditions, withStatus } from "./support/in-flight-examples.ts";
import { expectedRuleSets } from "./support/in-flight-rule-sets.ts";

const folder = new URL("../../../assets/baseline/active/in-flight-operations/", import.meta.url);

// As an OperationRuleSet is evaluated: of the object nothing is known beforehand.
const cel = new Environment({ unlistedVariablesAreDyn: false }).registerVariable("object", "dyn");

/** Whole numbers of JSON are integers in CEL, as an API server's own decoder has them. */
function celValue(value: Json): unknown {
  if (isJsonArray(value)) return value.map(celValue);
  if (isJsonObject(value)) return Object.fromEntries(Object.entries(value).map(([name, of]) => [name, celValue(of)]));
  return typeof value === "number" ? BigInt(value) : value;
}

interface Rule {
  readonly operation: string;
  readonly expression: string;
}

function read(name: string): ManagedObject {
  const rendered = renderStatic(readFileSync(new URL(`${name}.yaml`, folder), "utf8"));
  if (rendered.state !== "rendered") throw new Error(`${name}: ${JSON.stringify(rendered)}`);
  return rendered.object;
}

const rulesOf = (name: string): readonly Rule[] => valueAt(read(name), ["spec", "rules"]) as unknown as readonly Rule[]; // held to that shape by the first test

const evaluate = (expression: string, object: JsonObject): unknown =>
  cel.evaluate(expression, { object: celValue(object) });

/** The object without each of its members, at any depth. */
function withoutOne(value: Json): readonly Json[] {
  if (isJsonArray(value)) {
    return value.flatMap((item, at) => withoutOne(item).map((less) => value.with(at, less)));
  }
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, of]) => {
    const { [name]: _, ...others } = value;
    return [others, ...withoutOne(of).map((less) => ({ ...value, [name]: less }))];
  });
}

const names = Object.keys(expectedRuleSets);
const cases = Object.entries(expectedRuleSets).flatMap(([name, { rules }]) =>
  Object.entries(rules).map(([operation, examples]) => ({ name, operation, examples })),
);

describe("the OperationRuleSets", () => {
  test("are the 38 that are known, one file each", () => {
    expect(names.length).toBe(38);
    expect(readdirSync(folder).toSorted()).toEqual(names.map((name) => `${name}.yaml`).toSorted());
  });

  test.each(names)("%s watches and tells what it is to", (name) => {
    const object = read(name);
    const expected = expectedRuleSets[name];
    const [group, role] = expected?.correlation?.split(" ") ?? [];
    const [api = "", resource] = expected?.target.split(" ") ?? [];
    const [targetGroup, version] = api.split("/");
    expect(identityOf(object)).toEqual({
      apiVersion: "ifo.kubevirt.io/v1alpha1",
      kind: "OperationRuleSet",
      name,
      namespace: "",
    });
    expect(object["spec"]).toEqual({
      component: expected?.component,
      ...(group === undefined
        ? {}
        : { labels: { "ifo.kubevirt.io/correlation-group": group, "ifo.kubevirt.io/correlation-role": role } }),
      target: { group: targetGroup, version, resource },
      rules: Object.keys(expected?.rules ?? {}).map((operation) => ({ operation, expression: expect.any(String) })),
    });
  });
});

describe("their CRD", () => {
  const file = new URL("../../fixtures/baseline/crds/operationrulesets.ifo.kubevirt.io.yaml", import.meta.url);
  const crd = readYamlObject(readFileSync(file, "utf8"));

  test.each(names)("allows %s", (name) => {
    expect(crd.state === "read" && lintAgainstSchema(read(name), crd.object)).toEqual([]);
  });
});

describe.each(cases)("$name $operation", ({ name, operation, examples }) => {
  const expression = rulesOf(name).find((rule) => rule.operation === operation)?.expression ?? "";

  test("holds for an object that is at it", () => {
    expect(examples.holds.map((object) => evaluate(expression, object))).toEqual(examples.holds.map(() => true));
  });

  test("does not hold for one that is not", () => {
    expect(examples.fails.length).toBeGreaterThan(0);
    expect(examples.fails.map((object) => evaluate(expression, object))).toEqual(examples.fails.map(() => false));
  });

  test("does not hold, without an error, for an object without status", () => {
    expect([{}, { metadata: { name: "one" }, spec: {} }].map((object) => evaluate(expression, object))).toEqual([
      false,
      false,
    ]);
  });

  test("is answered whichever member of the object is not there", () => {
    const answers = [...examples.holds, ...examples.fails]
      .flatMap((object) => withoutOne(object))
      .map((object) => evaluate(expression, object as JsonObject)); // less of an object is one
    expect(answers.length).toBeGreaterThan(0);
    expect(new Set(answers.map((answer) => typeof answer))).toEqual(new Set(["boolean"]));
  });
});

describe("a status that says nothing yet", () => {
  const blank = [
    withStatus({}),
    conditions({}),
    withStatus({ conditions: [{}, { type: "Available" }, { status: "True" }] }),
  ];

  // A VolumeSnapshot is being cut as soon as it has a status.
  test.each(cases.filter(({ name }) => name !== "volumesnapshot-rules"))("is not at $name $operation", (one) => {
    const expression = rulesOf(one.name).find(({ operation }) => operation === one.operation)?.expression ?? "";
    expect(blank.map((object) => evaluate(expression, object))).toEqual([false, false, false]);
  });
});

describe("an object that is at one operation", () => {
  const phaseRuleSets = ["datavolume-rules", "vmim-rules", "machine-rules", "vm-lifecycle-rules", "csv-rules"];

  test.each(phaseRuleSets)("is at no other of %s", (name) => {
    for (const [operation, { holds }] of Object.entries(expectedRuleSets[name]?.rules ?? {})) {
      for (const object of holds) {
        const told = rulesOf(name).filter(({ expression }) => evaluate(expression, object) === true);
        expect(told.map((rule) => rule.operation)).toEqual([operation]);
      }
    }
  });
});
