import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { FairleadError } from "../../../../steps/lib/errors/fairlead-error.ts";
import { resolveWorkspaces } from "../../../../steps/lib/step/resolve-workspaces.ts";
import type { WorkspaceDeclarations } from "../../../../steps/lib/step/types.ts";

const declarations: WorkspaceDeclarations = {
  state: { description: "d" },
  "primary-kubeconfig": { description: "d", readOnly: true, optional: true },
};

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "fairlead-workspaces-"));
  writeFileSync(join(directory, "file"), "");
});

afterAll(() => rmSync(directory, { recursive: true }));

function resolved(
  pairs: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): ReadonlyMap<string, string> {
  return resolveWorkspaces(declarations, pairs, (name) => environment[name]);
}

function textOf(pairs: readonly string[], environment: Readonly<Record<string, string>> = {}): unknown {
  try {
    return resolved(pairs, environment);
  } catch (error) {
    return error instanceof FairleadError ? { ...error.text, exitCode: error.exitCode } : error;
  }
}

describe("resolveWorkspaces", () => {
  test("takes the path from the environment", () => {
    expect(resolved([], { WORKSPACE_STATE: directory }).get("state")).toBe(directory);
  });

  test("lets --workspace win over the environment", () => {
    expect(resolved([`state=${directory}`], { WORKSPACE_STATE: "/nowhere" }).get("state")).toBe(directory);
  });

  test("treats the empty path of an unbound optional workspace as absent", () => {
    const paths = resolved([`state=${directory}`], { WORKSPACE_PRIMARY_KUBECONFIG: "" });
    expect(paths.has("primary-kubeconfig")).toBe(false);
  });

  test("names a required workspace that is not given and how to give it", () => {
    expect(textOf([])).toEqual({
      id: "STEP-04",
      what: 'workspace "state" is not available',
      why: "it is required and was not given",
      fix: "bind it in the run, or give --workspace state=<directory>",
      exitCode: 2,
    });
  });

  test("names the path that does not exist", () => {
    expect(textOf(["state=/nowhere/at/all"])).toMatchObject({
      id: "STEP-04",
      why: "/nowhere/at/all: ENOENT",
      exitCode: 2,
    });
  });

  test("names a path that is no directory", () => {
    expect(textOf([`state=${directory}/file`])).toMatchObject({ why: `${directory}/file is not a directory` });
  });

  test.each([
    [["state"], '--workspace "state" is not name=path', "write --workspace state=./state"],
    [["state="], '--workspace "state=" is not name=path', "write --workspace state=./state"],
    [["stat=/x"], 'workspace "stat" does not exist', 'did you mean "state"?'],
    [["constructor=/x"], 'workspace "constructor" does not exist', "the workspaces are state, primary-kubeconfig"],
  ])("refuses %j", (pairs, what, fix) => {
    expect(textOf(pairs)).toMatchObject({ id: "STEP-02", what, fix, exitCode: 2 });
  });
});
