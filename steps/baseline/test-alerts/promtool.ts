import { spawn } from "node:child_process";
import { baselineError } from "../baseline-error.ts";
import { baselineExit } from "../failure/exit-code.ts";

/** What `env` says for a program that is not there. */
const notFound = 127;
const maximumOutput = 1024 * 1024;

export interface Promtool {
  /** With the rule files and the tests, and nothing else. */
  readonly folder: string;
  readonly tests: readonly string[];
  /** Where the program is looked for. */
  readonly searchPath: string;
  readonly signal: AbortSignal;
}

export interface PromtoolEnding {
  /** `null` when a signal ended it. */
  readonly code: number | null;
  /** What it printed, cut at a mebibyte. */
  readonly output: string;
}

/**
 * Runs `promtool test rules` on the files of a folder.
 *
 * @throws FairleadError BASE-ALR-01 (exit 5) where there is none
 * @throws the reason of the signal
 */
export async function runPromtool({ folder, tests, searchPath, signal }: Promtool): Promise<PromtoolEnding> {
  // `env` looks for the program on the path that it is given.
  const child = spawn("env", [`PATH=${searchPath}`, "promtool", "test", "rules", ...tests], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    signal,
  });
  let output = "";
  const keep = (chunk: Buffer): void => {
    if (output.length < maximumOutput) output += chunk.toString("utf8");
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const code = await new Promise<number | null>((settle, reject) => {
    child.once("error", (error) => reject(signal.aborted ? signal.reason : error));
    child.once("close", settle);
  });
  signal.throwIfAborted();
  if (code !== notFound) return { code, output };
  throw baselineError(
    "BASE-ALR-01",
    {
      what: "the alerts cannot be tested",
      why: "there is no program promtool on PATH",
      fix: "install promtool, which comes with Prometheus (2.40 or later), and run it again",
    },
    baselineExit.preconditionMissing,
  );
}
