import { describe, expect, test } from "@jest/globals";
import { commands } from "../../steps/commands.ts";
import { compileValidator } from "../../steps/lib/schema/compile-validator.ts";
import { checkDeclaration } from "../../steps/lib/step/check-declaration.ts";
import { allParams, isStep } from "../../steps/lib/step/common-params.ts";
import { isRequired } from "../../steps/lib/step/param-kind.ts";
import { paramsSchema, parseParams } from "../../steps/lib/step/parse-params.ts";

const all = await Promise.all(commands.commands.map(async (entry) => ({ entry, declaration: await entry.load() })));
const table = all.map(
  ({ entry, declaration }) => [[entry.area, entry.name].join(" ").trim(), entry, declaration] as const,
);

describe("the registry", () => {
  test("names each command once", () => {
    const names = table.map(([name]) => name);
    expect(names).toEqual([...new Set(names)]);
  });

  test("has an entry for each area that a command belongs to, and no area without commands", () => {
    const used = new Set(commands.commands.flatMap(({ area }) => (area === undefined ? [] : [area])));
    expect(commands.areas.map(({ name }) => name).toSorted()).toEqual([...used].toSorted());
  });

  test("gives no command the name of an area", () => {
    const areas = commands.areas.map(({ name }) => name);
    expect(commands.commands.filter(({ area, name }) => area === undefined && areas.includes(name))).toEqual([]);
  });
});

describe.each(table)("%s", (_name, entry, declaration) => {
  test("is listed under the name and summary that it declares", () => {
    const { area, name, summary } = declaration;
    expect({ area: entry.area, name: entry.name, summary: entry.summary }).toEqual({ area, name, summary });
  });

  test("keeps the rules for declarations", () => {
    expect(checkDeclaration(declaration)).toEqual([]);
  });

  test("has an example that its own params accept", async () => {
    const params = allParams(declaration);
    const flags = new Map(Object.entries(declaration.example).map(([name, value]) => [name, [value]]));
    const parsed = parseParams(
      params,
      { flags, variable: () => undefined },
      await compileValidator(paramsSchema(params)),
    );
    expect(parsed).toMatchObject({ valid: true });
  });

  test("refuses an empty command line only when a param is required", async () => {
    const params = allParams(declaration);
    const validate = await compileValidator(paramsSchema(params));
    const parsed = parseParams(params, { flags: new Map(), variable: () => undefined }, validate);
    const required = Object.entries(params).flatMap(([name, schema]) => (isRequired(schema) ? [name] : []));
    expect(parsed.valid ? [] : parsed.faults.map(({ param }) => param)).toEqual(required);
  });

  test("lets its params be told apart in any letter case, as Tekton demands", () => {
    const names = Object.keys(allParams(declaration)).map((name) => name.toLowerCase());
    expect(names).toEqual([...new Set(names)]);
  });

  test("declares the exit codes that the wrapper gives by itself", () => {
    const codes = declaration.exitCodes.map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(isStep(declaration) ? [0, 2] : [0]));
  });
});
