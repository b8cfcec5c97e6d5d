import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { compareFiles } from "../../../images/build/compare-files.ts";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "fairlead-generated-"));
  mkdirSync(join(root, "tasks/fleet/count"), { recursive: true });
  writeFileSync(join(root, "tasks/fleet/count/count.yaml"), "a: 1\n");
});

afterEach(() => rmSync(root, { recursive: true }));

const path = "tasks/fleet/count/count.yaml";

describe("compareFiles", () => {
  test("finds nothing where disk and declarations agree", async () => {
    expect(await compareFiles(root, new Map([[path, "a: 1\n"]]))).toEqual([]);
  });

  test("finds a file that was edited by hand", async () => {
    expect(await compareFiles(root, new Map([[path, "a: 2\n"]]))).toEqual([
      { kind: "changed", path, found: "a: 1\n", wanted: "a: 2\n" },
    ]);
  });

  test("finds a file that is missing, and one that belongs to no step any more", async () => {
    expect(await compareFiles(root, new Map([["rbac/fleet/permissions.yaml", "x\n"]]))).toEqual([
      { kind: "missing", path: "rbac/fleet/permissions.yaml", wanted: "x\n" },
      { kind: "stale", path },
    ]);
  });
});
