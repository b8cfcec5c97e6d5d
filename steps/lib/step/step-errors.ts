import { exitCode } from "../errors/exit-code.ts";
import { FairleadError } from "../errors/fairlead-error.ts";
import type { FlagFault } from "./parse-flags.ts";
import type { ParamFault } from "./parse-params.ts";

const invalid = { exitCode: exitCode.invalidInput };

/** Summaries stay readable: beyond this the log lines before them tell the rest. */
const maxJoined = 1_500;

function join(texts: readonly string[]): string {
  const all = [...new Set(texts)].join("; ");
  return all.length <= maxJoined ? all : `${all.slice(0, maxJoined)}…`;
}

export function unknownCommand(command: string, near: string | undefined): FairleadError {
  const shown = command.length > 60 ? `${command.slice(0, 60)}…` : command;
  return new FairleadError(
    {
      id: "STEP-01",
      what: `command "${shown}" does not exist`,
      why: "no area or operation has this name",
      fix: near === undefined ? "fairlead --help lists the commands" : `did you mean "fairlead ${near}"?`,
    },
    invalid,
  );
}

export function wrongFlags(faults: readonly FlagFault[]): FairleadError {
  const [first] = faults;
  const what =
    faults.length === 1 && first !== undefined ? first.what : `${faults.length} arguments are not understood`;
  const why =
    faults.length === 1
      ? "the command line is read strictly, so that no typing mistake passes unseen"
      : join(faults.map((fault) => fault.what));
  return new FairleadError({ id: "STEP-02", what, why, fix: join(faults.map((fault) => fault.fix)) }, invalid);
}

/** `"x" is not …` read after the name of its param. */
export function faultSentence(fault: ParamFault): string {
  return `parameter "${fault.param}" ${fault.problem.startsWith('"') ? "= " : ""}${fault.problem}`;
}

export function invalidParams(faults: readonly ParamFault[]): FairleadError {
  const [first] = faults;
  if (faults.length === 1 && first !== undefined) {
    const why = "the value was refused before anything was read or changed";
    return new FairleadError({ id: "STEP-03", what: faultSentence(first), why, fix: first.fix }, invalid);
  }
  return new FairleadError(
    {
      id: "STEP-03",
      what: `${faults.length} parameters are not valid: ${faults.map((fault) => fault.param).join(", ")}`,
      why: join(faults.map(faultSentence)),
      fix: join(faults.map((fault) => `${fault.param}: ${fault.fix}`)),
    },
    invalid,
  );
}

export function missingWorkspace(name: string, why: string, fix: string): FairleadError {
  return new FairleadError({ id: "STEP-04", what: `workspace "${name}" is not available`, why, fix }, invalid);
}

export function deadlinePassed(seconds: number, code: number): FairleadError {
  return new FairleadError(
    {
      id: "STEP-05",
      what: `stopped at its deadline of ${seconds} s`,
      why: "the work took longer than the parameter deadline allows",
      fix: "start again: recorded progress is kept; raise deadline (and the Task's timeout with it) if the work needs longer",
    },
    { exitCode: code },
  );
}

export function stoppedBySignal(signal: "SIGTERM" | "SIGINT"): FairleadError {
  return new FairleadError(
    {
      id: "STEP-06",
      what: `stopped by ${signal}`,
      why:
        signal === "SIGTERM"
          ? "the run was cancelled, timed out, or its pod was deleted"
          : "interrupted from the terminal",
      fix: "start again with the same parameters: recorded progress is kept",
    },
    { exitCode: signal === "SIGTERM" ? exitCode.terminated : exitCode.interrupted },
  );
}

export function outputLost(stream: string, code: string): FairleadError {
  return new FairleadError({
    id: "STEP-07",
    what: `${stream} could not be written (${code})`,
    why: "the file or device behind it refused the data, so the output is incomplete",
    fix: "free space or choose another target, then start again",
  });
}

export function resultNotWritten(name: string, path: string, cause: unknown): FairleadError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new FairleadError(
    {
      id: "STEP-08",
      what: `result "${name}" could not be written to ${path}`,
      why: reason,
      fix: "make the results directory writable for the step's user, or give another with --results-dir",
    },
    { cause },
  );
}

/** A mistake of this program itself, never of its input. */
export function defect(what: string, why: string, cause?: unknown): FairleadError {
  return new FairleadError(
    { id: "STEP-70", what, why, fix: "report it with the log of a run with --log-level debug" },
    { exitCode: exitCode.defect, ...(cause === undefined ? {} : { cause }) },
  );
}
