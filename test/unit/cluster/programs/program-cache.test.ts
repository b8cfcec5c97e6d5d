import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Program } from "../../../cluster/programs/catalogue.ts";
import { buildFlags, cacheFolder, programKey } from "../../../cluster/programs/program-cache.ts";

const program: Program = { name: "p", module: "m", package: "example.org/p", linkerFlags: [], groups: ["tkn"] };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fairlead-key-"));
});
afterEach(() => rm(folder, { recursive: true }));

interface Inputs {
  readonly checkout: string;
  readonly goMod: string;
  readonly goSum: string;
  readonly goLine: string;
  readonly platform: string;
  readonly program: Program;
}

async function key(change: Partial<Inputs> = {}): Promise<string> {
  const inputs = { checkout: "a", goMod: "M", goSum: "S", goLine: "1.26", platform: "linux/amd64", program, ...change };
  const modulesFolder = join(folder, inputs.checkout);
  await mkdir(join(modulesFolder, "m"), { recursive: true });
  await writeFile(join(modulesFolder, "m", "go.mod"), inputs.goMod);
  await writeFile(join(modulesFolder, "m", "go.sum"), inputs.goSum);
  return await programKey(inputs.program, { goLine: inputs.goLine, platform: inputs.platform, modulesFolder });
}

describe("the key of a cached program", () => {
  test("is the same in every checkout with the same pinned versions", async () => {
    expect(await key({ checkout: "b" })).toBe(await key({ checkout: "a" }));
  });

  test.each<[string, Partial<Inputs>]>([
    ["go.mod", { goMod: "M2" }],
    ["go.sum", { goSum: "S2" }],
    ["text moved from go.sum to go.mod", { goMod: "MS", goSum: "" }],
    ["Go's release line", { goLine: "1.27" }],
    ["platform", { platform: "linux/arm64" }],
    ["package", { program: { ...program, package: "example.org/q" } }],
    ["linker flags", { program: { ...program, linkerFlags: ["-X a=b"] } }],
    ["build constraints", { program: { ...program, tags: ["small"] } }],
  ])("changes with %s", async (_, change) => {
    expect(await key(change)).not.toBe(await key());
  });
});

describe("the flags of a build", () => {
  test("name the constraints of a program that has some", () => {
    expect(buildFlags({ ...program, tags: ["small", "quiet"] })).toEqual(["-ldflags", "-s -w", "-tags", "small,quiet"]);
    expect(buildFlags(program)).toEqual(["-ldflags", "-s -w"]);
  });
});

describe("the cache folder", () => {
  test.each([
    [{ FAIRLEAD_CACHE: "/own", XDG_CACHE_HOME: "/xdg" }, "/own"],
    [{ FAIRLEAD_CACHE: "", XDG_CACHE_HOME: "/xdg" }, "/xdg/fairlead"],
    [{}, join(homedir(), ".cache/fairlead")],
  ])("for %j is %s", (environment, expected) => {
    expect(cacheFolder(environment)).toBe(expected);
  });
});
