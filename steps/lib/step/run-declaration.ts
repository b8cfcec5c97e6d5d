import { systemClock, systemRandom } from "../clock/system-clock.ts";
import { FairleadError } from "../errors/fairlead-error.ts";
import { logFormatVersion } from "../log/line-type.ts";
import { allParams, isStep } from "./common-params.ts";
import { createContext, type RunState } from "./create-context.ts";
import { finish } from "./finish.ts";
import type { Host } from "./host.ts";
import { openLog } from "./open-log.ts";
import type { ParsedFlags } from "./parse-flags.ts";
import { readFlags, readParams } from "./read-input.ts";
import { resolveWorkspaces } from "./resolve-workspaces.ts";
import { ResultWriter } from "./result-writer.ts";
import { runIdentity } from "./run-identity.ts";
import { deadlinePassed, defect, faultSentence, stoppedBySignal } from "./step-errors.ts";
import type { AnyDeclaration } from "./types.ts";
import { StopControl, settleOrAbandon, type WorkOutcome } from "./work-in-time.ts";

const defaultDeadlineExitCode = 5;

function resultWriter(declaration: AnyDeclaration, flags: ParsedFlags, host: Host): ResultWriter {
  const declarations = isStep(declaration) ? declaration.results : {};
  const { resultsDir } = flags.run;
  return new ResultWriter(declarations, {
    variable: host.variable,
    ...(resultsDir === undefined ? {} : { directory: resultsDir }),
  });
}

function watchSignals(host: Host, stop: StopControl): void {
  host.onSignal((signal) => {
    // The second Ctrl-C of an impatient person: state is crash-safe, so leaving now loses nothing but tidiness.
    if (signal === "SIGINT" && stop.cause !== undefined) host.exit(stoppedBySignal("SIGINT").exitCode);
    stop.stop(stoppedBySignal(signal));
  });
}

/** Stops the run at its deadline; a Task's own timeout would delete the pod and its log with it. */
function watchDeadline(
  declaration: AnyDeclaration,
  params: Readonly<Record<string, unknown>>,
  stop: StopControl,
  done: AbortSignal,
): void {
  const seconds = params["deadline"];
  const declared = isStep(declaration) || "deadline" in allParams(declaration);
  if (!declared || typeof seconds !== "number") return;
  const code = (isStep(declaration) ? declaration.deadlineExitCode : undefined) ?? defaultDeadlineExitCode;
  systemClock.sleep(seconds * 1_000, done).then(
    () => stop.stop(deadlinePassed(seconds, code)),
    () => undefined, // the run ended first
  );
}

async function work(
  declaration: AnyDeclaration,
  flags: ParsedFlags,
  state: RunState,
  done: AbortSignal,
): Promise<void> {
  const { host, log, stop } = state;
  state.results.writeNeutral();
  const params = await readParams(declaration, flags, host, (fault) =>
    log.error(faultSentence(fault), { param: fault.param, fix: fault.fix }),
  );
  const workspaces = isStep(declaration)
    ? resolveWorkspaces(declaration.workspaces, flags.run.workspaces, host.variable)
    : new Map<string, string>();
  watchDeadline(declaration, params, stop, done);
  if (isStep(declaration))
    log.info(`${state.command} started`, { version: state.run.toolVersion, format: logFormatVersion });
  const context = createContext(state, params, workspaces);
  // The params were validated against this declaration's own schemas just now, which is what its context type promises.
  await declaration.run(context as never);
}

/**
 * Runs one step or command from raw arguments to the end of the process: neutral results, validated params, workspaces,
 * the work itself under signals and deadline, cleanups, summary, exit code.
 */
export async function runDeclaration(declaration: AnyDeclaration, args: readonly string[], host: Host): Promise<never> {
  const command = declaration.area === undefined ? declaration.name : `${declaration.area} ${declaration.name}`;
  const flags = readFlags(declaration, args, host);
  const run = runIdentity(host, flags.values.get("run-uid")?.[0], systemRandom);
  const fields = { run: run.name, task: command.replace(" ", "-") };
  const { log, onScreen, level, stream } = await openLog(flags, host, run.inTekton, fields);
  const started = systemClock.monotonic();
  const stop = new StopControl();
  const state: RunState = {
    command,
    host,
    log,
    takeScreen: () => (onScreen ? log.hold() : undefined),
    run,
    stop,
    clock: systemClock,
    random: systemRandom,
    results: resultWriter(declaration, flags, host),
    cleanups: [],
    verdict: { lines: undefined, exitCode: undefined },
  };
  stop.signal.addEventListener("abort", () => log.warn(`stopping: ${stop.cause?.text.what}`));
  watchSignals(host, stop);
  const done = new AbortController();
  const stray = new Promise<WorkOutcome>((resolve) => {
    host.onStray((error) => resolve({ ended: "failed", error: strayError(error) }));
  });
  const outcome = await Promise.race([
    settleOrAbandon(work(declaration, flags, state, done.signal), stop, systemClock),
    stray,
  ]);
  done.abort();
  return finish({ state, outcome, stream, level, isStep: isStep(declaration), startedMs: started });
}

function strayError(error: unknown): FairleadError {
  if (error instanceof FairleadError) return error;
  return defect("an error reached no handler", error instanceof Error ? error.message : String(error), error);
}
