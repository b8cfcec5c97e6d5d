import { loadValidator } from "../schema/load-validator.ts";
import { closestName } from "./closest-name.ts";
import { allParams, isStep } from "./common-params.ts";
import { paramVariable } from "./environment-names.ts";
import type { Host } from "./host.ts";
import { type FlagFault, type ParsedFlags, parseFlags } from "./parse-flags.ts";
import type { ParamFault } from "./parse-params.ts";
import { paramsSchema, parseParams } from "./parse-params.ts";
import { invalidParams, wrongFlags } from "./step-errors.ts";
import type { AnyDeclaration } from "./types.ts";

/** Key of a declaration's validator: `params:switchover/preflight`. */
export function validatorId(declaration: { readonly area?: string; readonly name: string }): string {
  return `params:${declaration.area ?? ""}/${declaration.name}`;
}

/** Every generated Task sets this variable, and nothing else does. */
function inTask(host: Host): boolean {
  return (host.variable("TASKRUN_NAME") ?? "") !== "";
}

/** Reads the command line; its faults are reported by `readParams`, after the results have their neutral values. */
export function readFlags(declaration: AnyDeclaration, args: readonly string[], host: Host): ParsedFlags {
  return parseFlags(args, {
    params: allParams(declaration),
    positional: "positional" in declaration ? (declaration.positional ?? []) : [],
    aliases: "aliases" in declaration ? (declaration.aliases ?? {}) : {},
    isStep: isStep(declaration),
    listTakesRest: isStep(declaration) && inTask(host),
  });
}

/** A misspelt variable in a Task would otherwise be a param silently left at its default. */
function strayVariables(declaration: AnyDeclaration, host: Host): readonly FlagFault[] {
  if (!inTask(host)) return [];
  const known = Object.keys(allParams(declaration)).map(paramVariable);
  const strays = host.variableNames().filter((name) => name.startsWith("PARAM_") && !known.includes(name));
  return strays.map((name) => {
    const near = closestName(name, known);
    return {
      what: `environment variable ${name.slice(0, 60)} belongs to no parameter`,
      fix: near === undefined ? "remove it from the Task" : `did you mean ${near}?`,
    };
  });
}

/**
 * The validated params, defaults filled in.
 *
 * @param report told each fault on its own, since the summary has room for one line only
 * @throws STEP-02 for flags, STEP-03 for values; all faults at once
 */
export async function readParams(
  declaration: AnyDeclaration,
  flags: ParsedFlags,
  host: Host,
  report: (fault: ParamFault) => void,
): Promise<Readonly<Record<string, unknown>>> {
  const unknown = [...flags.faults, ...strayVariables(declaration, host)];
  if (unknown.length > 0) throw wrongFlags(unknown);
  const params = allParams(declaration);
  const validate = await loadValidator(validatorId(declaration), () => paramsSchema(params));
  const parsed = parseParams(params, { flags: flags.values, variable: host.variable }, validate);
  if (parsed.valid) return parsed.params;
  if (parsed.faults.length > 1) parsed.faults.forEach(report);
  throw invalidParams(parsed.faults);
}
