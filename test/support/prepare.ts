import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { ensurePrograms } from "../cluster/programs/ensure-programs.ts";

const run = promisify(execFile);

/**
 * What each level needs before its first test; a level that is not named needs nothing. What takes long to build and one
 * file alone needs (Argo CD, promtool) is built by that file, beside other tests.
 */
const programsOf: Readonly<Record<string, readonly string[]>> = {
  conformance: ["api-server", "hub"],
  integration: ["api-server"],
  fault: ["api-server"],
  e2e: ["api-server", "cluster", "tekton", "tkn", "dns", "hub", "git", "gate"],
};

let built: Promise<unknown> | undefined;

/** Once: a level that runs beside the others starts it while the next one is prepared. */
async function buildProgram(): Promise<void> {
  built ??= run(process.execPath, ["images/build/build.ts"]);
  await built;
}

/**
 * Builds what a test level runs on: the cached programs of the local cluster and the bundled program of this checkout.
 *
 * @throws SetupError when a program cannot be built
 */
export async function prepare(level: string): Promise<void> {
  const programs = programsOf[level];
  if (programs === undefined) {
    return;
  }
  await ensurePrograms(programs, { log: (line) => console.log(line) });
  await buildProgram();
}
