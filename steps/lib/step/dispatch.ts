import { exitCode } from "../errors/exit-code.ts";
import type { FairleadError } from "../errors/fairlead-error.ts";
import { closestName } from "./closest-name.ts";
import { type Host, processHost } from "./host.ts";
import { unknownCommand } from "./step-errors.ts";
import { summaryText } from "./summary.ts";
import { toolVersion } from "./tool-version.ts";
import type { CommandEntry, Registry } from "./types.ts";

type Selected =
  | { readonly kind: "command"; readonly entry: CommandEntry; readonly args: readonly string[] }
  | { readonly kind: "area"; readonly area: string }
  | { readonly kind: "program" }
  | { readonly kind: "unknown"; readonly words: string; readonly near: string | undefined };

const helpFlags: ReadonlySet<string> = new Set(["--help", "-h"]);

function isHelp(word: string | undefined): boolean {
  return word === undefined || word === "help" || helpFlags.has(word);
}

function selectInArea(registry: Registry, area: string, args: readonly string[]): Selected {
  const [name, ...rest] = args;
  if (name === undefined || isHelp(name)) return { kind: "area", area };
  const inArea = registry.commands.filter((entry) => entry.area === area);
  const entry = inArea.find((candidate) => candidate.name === name);
  if (entry !== undefined) return { kind: "command", entry, args: rest };
  const near = closestName(
    name,
    inArea.map((candidate) => candidate.name),
  );
  return { kind: "unknown", words: `${area} ${name}`, near: near === undefined ? undefined : `${area} ${near}` };
}

/** What the first words of the command line mean. */
function select(registry: Registry, args: readonly string[]): Selected {
  const [word, ...rest] = args;
  if (word === undefined || isHelp(word))
    return rest[0] === undefined || word === undefined ? { kind: "program" } : select(registry, [...rest, "--help"]);
  if (registry.areas.some((area) => area.name === word)) return selectInArea(registry, word, rest);
  const entry = registry.commands.find((candidate) => candidate.area === undefined && candidate.name === word);
  if (entry !== undefined) return { kind: "command", entry, args: rest };
  const names = [...registry.areas, ...registry.commands.filter((candidate) => candidate.area === undefined)].map(
    ({ name }) => name,
  );
  return { kind: "unknown", words: word, near: closestName(word, names) };
}

function refuse(host: Host, error: FairleadError, command: string): never {
  host.stderr.write(summaryText(command, { kind: "error", error: error.text, exitCode: error.exitCode }));
  return host.exit(error.exitCode);
}

/** `--help` anywhere asks for help, except in a Task, where a list element may be any text. */
function wantsHelp(args: readonly string[], host: Host): boolean {
  return (host.variable("TASKRUN_NAME") ?? "") === "" && args.some((word) => helpFlags.has(word));
}

async function showHelp(host: Host, registry: Registry, selected: Selected): Promise<never> {
  const help = await import("./help.ts");
  if (selected.kind === "command") host.stdout.write(await help.commandHelp(await selected.entry.load(), host.columns));
  else if (selected.kind === "area") host.stdout.write(await help.areaHelp(registry, selected.area, host.columns));
  else host.stdout.write(await help.programHelp(registry, host.columns));
  return host.exit(exitCode.done);
}

/** Finds the command that the first arguments name, and runs it or explains it. Never returns. */
export async function dispatch(registry: Registry, args: readonly string[]): Promise<never> {
  const host = processHost();
  if (args[0] === "--version" || args[0] === "-V") {
    host.stdout.write(`fairlead ${toolVersion}\n`);
    return host.exit(exitCode.done);
  }
  if (args[0] === "__complete") {
    const { complete } = await import("./complete.ts");
    host.stdout.write(await complete(registry, args.slice(1)));
    return host.exit(exitCode.done);
  }
  const selected = select(registry, args);
  if (selected.kind === "unknown") return refuse(host, unknownCommand(selected.words, selected.near), "fairlead");
  if (selected.kind !== "command" || wantsHelp(selected.args, host)) return showHelp(host, registry, selected);
  const [{ runDeclaration }, declaration] = await Promise.all([import("./run-declaration.ts"), selected.entry.load()]);
  return runDeclaration(declaration, selected.args, host);
}
