import { accessSync, constants, statSync } from "node:fs";
import { resolve } from "node:path";
import { errorCode } from "../errors/error-code.ts";
import { closestName } from "./closest-name.ts";
import { workspaceVariable } from "./environment-names.ts";
import { missingWorkspace, wrongFlags } from "./step-errors.ts";
import type { WorkspaceDeclaration, WorkspaceDeclarations } from "./types.ts";

/** `name=path` pairs of `--workspace`, checked against the declared names. */
function fromFlags(pairs: readonly string[], declarations: WorkspaceDeclarations): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  for (const pair of pairs) {
    const equals = pair.indexOf("=");
    const name = equals < 0 ? pair : pair.slice(0, equals);
    if (equals <= 0 || equals === pair.length - 1) {
      throw wrongFlags([
        { what: `--workspace "${pair.slice(0, 60)}" is not name=path`, fix: "write --workspace state=./state" },
      ]);
    }
    if (!Object.hasOwn(declarations, name)) {
      const near = closestName(name, Object.keys(declarations));
      const fix =
        near === undefined
          ? `the workspaces are ${Object.keys(declarations).join(", ") || "none"}`
          : `did you mean "${near}"?`;
      throw wrongFlags([{ what: `workspace "${name.slice(0, 60)}" does not exist`, fix }]);
    }
    paths.set(name, pair.slice(equals + 1));
  }
  return paths;
}

function checkDirectory(name: string, path: string, declaration: WorkspaceDeclaration): void {
  const mode = declaration.readOnly === true ? constants.R_OK : constants.R_OK | constants.W_OK;
  try {
    if (!statSync(path).isDirectory())
      throw missingWorkspace(name, `${path} is not a directory`, "give the path of a directory");
    accessSync(path, mode | constants.X_OK);
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    const wanted = declaration.readOnly === true ? "readable" : "readable and writable";
    throw missingWorkspace(
      name,
      `${path}: ${code}`,
      `give the path of a directory that is ${wanted} for the step's user`,
    );
  }
}

/**
 * Absolute path per bound workspace. `--workspace name=path` wins over `WORKSPACE_*`; an empty path is an optional
 * workspace that nothing is bound to.
 *
 * @throws STEP-04 for a required one that is not given, or a path that cannot be used
 */
export function resolveWorkspaces(
  declarations: WorkspaceDeclarations,
  pairs: readonly string[],
  variable: (name: string) => string | undefined,
): ReadonlyMap<string, string> {
  const flags = fromFlags(pairs, declarations);
  const paths = new Map<string, string>();
  for (const [name, declaration] of Object.entries(declarations)) {
    const given = flags.get(name) ?? variable(workspaceVariable(name)) ?? "";
    if (given === "" && declaration.optional === true) continue;
    if (given === "") {
      throw missingWorkspace(
        name,
        "it is required and was not given",
        `bind it in the run, or give --workspace ${name}=<directory>`,
      );
    }
    const path = resolve(given);
    checkDirectory(name, path, declaration);
    paths.set(name, path);
  }
  return paths;
}
