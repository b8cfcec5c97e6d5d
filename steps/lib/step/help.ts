import type { TSchema } from "typebox";
import yargs, { type Argv, type Options } from "yargs";
import { allParams, isStep } from "./common-params.ts";
import { exampleCommand } from "./example-command.ts";
import { enumValues, isRequired, paramKind, viewSchema } from "./param-kind.ts";
import type { AnyDeclaration, CommandEntry, Registry } from "./types.ts";

const maxColumns = 120;

/** A bare yargs: it only lays out the text, reading of flags is `parse-flags.ts`. */
function page(columns: number): Argv {
  return yargs([]).locale("en").scriptName("fairlead").help(false).version(false).wrap(Math.min(columns, maxColumns));
}

function withTail(text: string, sections: readonly string[]): string {
  return `${[text.trim(), ...sections.filter((section) => section !== "")].join("\n\n")}\n`;
}

function table(title: string, rows: readonly (readonly [string, string])[]): string {
  if (rows.length === 0) return "";
  const width = Math.max(...rows.map(([name]) => name.length));
  return [title, ...rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`)].join("\n");
}

const optionTypes = {
  string: "string",
  integer: "number",
  number: "number",
  boolean: "boolean",
  list: "array",
  json: "string",
} as const;

function option(schema: TSchema, group: string): Options {
  const view = viewSchema(schema);
  const kind = paramKind(view);
  const choices = enumValues(view);
  return {
    type: optionTypes[kind],
    description: `${view.description ?? ""}${kind === "json" ? " (JSON)" : ""}`,
    group,
    requiresArg: kind !== "boolean",
    ...(choices === undefined ? {} : { choices: [...choices] }),
    ...(view.default === undefined ? {} : { defaultDescription: JSON.stringify(view.default) }),
    ...(isRequired(schema) ? { demandOption: true } : {}),
  };
}

function usage(declaration: AnyDeclaration): string {
  const words = [declaration.area, declaration.name].filter((word) => word !== undefined);
  const positional = "positional" in declaration ? (declaration.positional ?? []) : [];
  return `Usage: fairlead ${[...words, ...positional.map((name) => `<${name}>`)].join(" ")} [flags]`;
}

function workspaceRows(declaration: AnyDeclaration): readonly (readonly [string, string])[] {
  if (!isStep(declaration)) return [];
  return Object.entries(declaration.workspaces).map(([name, workspace]) => [
    `--workspace ${name}=<directory>`,
    `${workspace.description}${workspace.optional === true ? " (optional)" : ""}`,
  ]);
}

/** `fairlead <area> <name> --help`. */
export async function commandHelp(declaration: AnyDeclaration, columns: number): Promise<string> {
  const layout = page(columns).usage(`${usage(declaration)}\n\n${declaration.summary}`);
  const own = new Set(Object.keys(declaration.params));
  const aliases = "aliases" in declaration ? (declaration.aliases ?? {}) : {};
  for (const [name, schema] of Object.entries(allParams(declaration))) {
    const alias = Object.entries(aliases).find(([, target]) => target === name)?.[0];
    const settings = option(schema, own.has(name) ? "Flags:" : "Flags of every command:");
    layout.option(name, alias === undefined ? settings : { ...settings, alias });
  }
  layout.option("log-format", {
    choices: ["json", "text"],
    description: "Form of the log lines",
    group: "Flags of every command:",
  });
  if (isStep(declaration)) {
    layout.option("results-dir", {
      type: "string",
      description: "Directory for one file per result",
      group: "Flags of every command:",
    });
  }
  const results = isStep(declaration) ? Object.entries(declaration.results) : [];
  return withTail(await layout.getHelp(), [
    declaration.description,
    table("Workspaces:", workspaceRows(declaration)),
    table(
      "Results:",
      results.map(([name, result]) => [name, result.description]),
    ),
    table(
      "Exit codes:",
      declaration.exitCodes.map(({ code, meaning }) => [String(code), meaning]),
    ),
    `Example:\n  ${exampleCommand(declaration)}`,
    "Each flag but lists may also be given as an environment variable, PARAM_ and its name in capitals; flags win.",
  ]);
}

function listed(entries: readonly CommandEntry[]): readonly (readonly [string, string])[] {
  return entries.map(({ name, summary }) => [name, summary]);
}

/** `fairlead <area> --help`. */
export async function areaHelp(registry: Registry, area: string, columns: number): Promise<string> {
  const summary = registry.areas.find(({ name }) => name === area)?.summary ?? "";
  const text = await page(columns).usage(`Usage: fairlead ${area} <operation> [flags]\n\n${summary}`).getHelp();
  const entries = registry.commands.filter((entry) => entry.area === area);
  return withTail(text, [
    table("Operations:", listed(entries)),
    `fairlead ${area} <operation> --help shows its flags and an example.`,
  ]);
}

/** `fairlead --help`. */
export async function programHelp(registry: Registry, columns: number): Promise<string> {
  const text = await page(columns)
    .usage("Usage: fairlead <area> <operation> [flags]\n\nDay-2 operations for OpenShift fleets")
    .getHelp();
  const areas = registry.areas.map(({ name, summary }) => {
    const operations = registry.commands.filter((entry) => entry.area === name);
    return `${table(`${name}: ${summary}`, listed(operations))}`;
  });
  const top = registry.commands.filter((entry) => entry.area === undefined);
  return withTail(text, [
    ...areas,
    table("Commands:", listed(top)),
    "fairlead <area> <operation> --help shows flags, exit codes and an example.\nfairlead --version prints the version.",
  ]);
}
