import { createHash } from "node:crypto";
import { access, constants, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Program } from "./catalogue.ts";

/** Where the go.mod files are. */
export const modulesFolder = resolve(import.meta.dirname, "../binaries");

/** Where built programs live: outside any checkout, so that a second clone builds nothing. */
export function cacheFolder(environment: NodeJS.ProcessEnv): string {
  const own = environment["FAIRLEAD_CACHE"];
  if (own !== undefined && own !== "") return resolve(own);
  const base = environment["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  return resolve(base, "fairlead");
}

/** All that decides what a build yields, besides the program itself. */
export interface BuildInputs {
  /** Major and minor version of Go. */
  readonly goLine: string;
  readonly platform: string;
  readonly modulesFolder: string;
}

export function linkerFlags(program: Program): string {
  return ["-s", "-w", ...program.linkerFlags].join(" ");
}

/** Flags of the compiler that decide what a build yields. */
export function buildFlags(program: Program): readonly string[] {
  const { tags = [] } = program;
  return ["-ldflags", linkerFlags(program), ...(tags.length === 0 ? [] : ["-tags", tags.join(",")])];
}

/** Hash over the pinned versions (go.mod, go.sum), the Go line, the platform and the flags. */
export async function programKey(program: Program, inputs: BuildInputs): Promise<string> {
  const folder = join(inputs.modulesFolder, program.module);
  const hash = createHash("sha256");
  for (const file of ["go.mod", "go.sum"]) {
    hash.update(`${file}\0`).update(await readFile(join(folder, file)));
  }
  const { tags = [] } = program;
  hash.update(["", inputs.goLine, inputs.platform, program.package, linkerFlags(program), ...tags].join("\0"));
  return hash.digest("hex").slice(0, 20);
}

export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
