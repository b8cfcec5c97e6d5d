import { isStep } from "./common-params.ts";
import type { AnyDeclaration } from "./types.ts";

/** Quotes a word for a POSIX shell where it needs it. */
export function shellWord(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The declaration's example as a command line; its workspaces are given as directories of the same name. */
export function exampleCommand(declaration: AnyDeclaration): string {
  const words = ["fairlead", declaration.area, declaration.name].filter((word) => word !== undefined);
  const flags = Object.entries(declaration.example).map(([name, value]) => `--${name} ${shellWord(value)}`);
  const required = isStep(declaration)
    ? Object.entries(declaration.workspaces).filter(([, workspace]) => workspace.optional !== true)
    : [];
  const workspaces = required.map(([name]) => `--workspace ${name}=./${name}`);
  return [words.join(" "), ...flags, ...workspaces].join(" ");
}
