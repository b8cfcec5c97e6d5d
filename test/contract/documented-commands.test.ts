import { describe, expect, test } from "@jest/globals";
import { commands } from "../../steps/commands.ts";
import { compileValidator } from "../../steps/lib/schema/compile-validator.ts";
import { allParams, isStep } from "../../steps/lib/step/common-params.ts";
import { isRequired } from "../../steps/lib/step/param-kind.ts";
import { parseFlags } from "../../steps/lib/step/parse-flags.ts";
import { paramsSchema, parseParams } from "../../steps/lib/step/parse-params.ts";
import type { AnyDeclaration } from "../../steps/lib/step/types.ts";
import { anyValue, commandsIn, type DocumentedCommand, documentedCommands } from "./support/documented-commands.ts";

interface Selected {
  readonly declaration: AnyDeclaration;
  readonly args: readonly string[];
}

/** The command that the first words name; `undefined` for an area, or for the program itself. */
async function select(words: readonly string[]): Promise<Selected | undefined> {
  const [first = "", second = "", ...rest] = words;
  const isArea = commands.areas.some(({ name }) => name === first);
  if ((isArea && second === "") || first.startsWith("--")) return undefined;
  const entry = commands.commands.find(({ area, name }) =>
    isArea ? area === first && name === second : area === undefined && name === first,
  );
  if (entry === undefined) throw new Error(`there is no command ${first} ${isArea ? second : ""}`);
  return { declaration: await entry.load(), args: isArea ? rest : words.slice(1) };
}

function workspaceFaults(declaration: AnyDeclaration, given: readonly string[]): readonly string[] {
  const declared = isStep(declaration) ? Object.keys(declaration.workspaces) : [];
  const names = given.map((pair) => pair.split("=")[0] ?? "");
  return names.filter((name) => !declared.includes(name)).map((name) => `there is no workspace ${name}`);
}

/** What the program would say against a command line; of one that leaves something out, only what it says of the rest. */
async function faultsOf({ words, isWhole }: Omit<DocumentedCommand, "place">): Promise<readonly string[]> {
  const selected = await select(words);
  if (selected === undefined) return [];
  const { declaration, args } = selected;
  const params = allParams(declaration);
  const flags = parseFlags(args, {
    params,
    positional: "positional" in declaration ? (declaration.positional ?? []) : [],
    aliases: "aliases" in declaration ? (declaration.aliases ?? {}) : {},
    isStep: isStep(declaration),
    listTakesRest: false,
  });
  const parsed = parseParams(
    params,
    { flags: flags.values, variable: () => undefined },
    await compileValidator(paramsSchema(params)),
  );
  const wrong = parsed.valid ? [] : parsed.faults;
  // What a reader fills in, or is not shown here, is not the document's fault.
  const isReaders = (param: string): boolean => {
    const schema = params[param];
    const values = flags.values.get(param);
    if (values !== undefined) return values.some((value) => value.includes(anyValue));
    return !isWhole && schema !== undefined && isRequired(schema);
  };
  return [
    ...flags.faults.map(({ what, fix }) => `${what} (${fix})`),
    ...wrong.filter(({ param }) => !isReaders(param)).map(({ param, problem }) => `parameter ${param} ${problem}`),
    ...workspaceFaults(declaration, flags.run.workspaces),
  ];
}

const documented = documentedCommands();

describe("a command line in the documents", () => {
  test("is found in shell blocks and in running text", () => {
    expect(documented.filter(({ isWhole }) => isWhole).length).toBeGreaterThan(5);
    expect(documented.filter(({ isWhole }) => !isWhole).length).toBeGreaterThan(10);
  });

  test.each(documented.map((one) => [one.place, one.words.join(" "), one] as const))(
    "K-25 is one that the program takes: %s: fairlead %s",
    async (_place, _words, one) => {
      expect(await faultsOf(one)).toEqual([]);
    },
  );
});

describe("a document", () => {
  const found = (text: string) => commandsIn("a.md", text);

  test("shows a command over several lines as one", () => {
    const text = "```sh\nfairlead a b --one 'x y' \\\n  --two <some id>   # a comment\nkubectl get pods\n```\n";
    expect(found(text)).toEqual([
      { place: "a.md:2", words: ["a", "b", "--one", "x y", "--two", "some-value"], isWhole: true },
    ]);
  });

  test("mentions one in running text, also across a line break, and may leave some of it out", () => {
    expect(found("see `fairlead a\nb …` and `kubectl`")).toEqual([
      { place: "a.md:1", words: ["a", "b"], isWhole: false },
    ]);
  });

  test("shows none in a block of another language", () => {
    expect(found("```yaml\nfairlead a\n```\n")).toEqual([]);
  });
});

describe("what the program would refuse is found:", () => {
  test.each([
    ["an unknown flag", "switchover show-state --lists true", false, "flag --lists does not exist"],
    ["a value that is none", "switchover run --method partial", false, "parameter method"],
    ["an unknown workspace", "switchover rollback --workspace states=x", false, "there is no workspace states"],
    ["a parameter that is left out", "switchover verify-audit", true, "parameter file"],
  ])("%s", async (_what, line, isWhole, says) => {
    expect((await faultsOf({ words: line.split(" "), isWhole })).join("; ")).toContain(says);
  });

  test("a command that there is not", async () => {
    await expect(faultsOf({ words: ["switchover", "swich"], isWhole: false })).rejects.toThrow("there is no command");
  });
});
