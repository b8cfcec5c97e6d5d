import type { TProperties } from "typebox";
import type { Clock, Random } from "../clock/clock.ts";
import type { KubeClient } from "../kube/types.ts";
import type { HeldLog } from "../log/held-log.ts";
import { redactText } from "../log/redact-text.ts";
import type { Host } from "./host.ts";
import type { ResultWriter } from "./result-writer.ts";
import { defect, outputLost } from "./step-errors.ts";
import { useColor } from "./terminal.ts";
import type {
  ConnectTarget,
  ResultDeclarations,
  RunIdentity,
  StepContext,
  SummaryLines,
  Terminal,
  WorkspaceDeclarations,
} from "./types.ts";
import type { StopControl } from "./work-in-time.ts";

/** What one run collects until `finish` turns it into last lines and an exit code. */
export interface RunState {
  readonly command: string;
  readonly host: Host;
  readonly log: HeldLog;
  readonly takeScreen: Terminal["takeScreen"];
  readonly run: RunIdentity;
  readonly stop: StopControl;
  readonly clock: Clock;
  readonly random: Random;
  readonly results: ResultWriter;
  readonly cleanups: (() => Promise<void>)[];
  readonly verdict: { lines: SummaryLines | undefined; exitCode: number | undefined };
}

type AnyContext = StepContext<TProperties, ResultDeclarations, WorkspaceDeclarations>;

function print(host: Host, text: string): void {
  host.stdout.write(redactText(text.endsWith("\n") ? text : `${text}\n`));
  if (host.stdout.failure !== undefined) throw outputLost("standard output", host.stdout.failure);
}

/** Programs that a kubeconfig may start inside a pod, for example `aws,kubelogin`. None unless the variable says so. */
const execPluginsVariable = "FAIRLEAD_EXEC_PLUGINS";

/** A kubeconfig in a Secret was written by somebody else: what it wants to start is not ours to trust. */
function allowedExecCommands(state: RunState): readonly string[] | undefined {
  if (!state.run.inTekton) return undefined;
  const names = state.host.variable(execPluginsVariable) ?? "";
  return names.split(",").filter((name) => name !== "");
}

async function openClient(state: RunState, target: ConnectTarget): Promise<KubeClient> {
  const { connect } = await import("../kube/connect.ts");
  const { log, clock, random, host, run } = state;
  const commands = allowedExecCommands(state);
  return connect(target, {
    log,
    clock,
    random,
    variable: host.variable,
    userAgent: `fairlead/${run.toolVersion}`,
    ...(target.maximumKubeconfigBytes === undefined ? {} : { maximumKubeconfigBytes: target.maximumKubeconfigBytes }),
    ...(commands === undefined ? {} : { allowedExecCommands: commands }),
  });
}

/** The context that a declaration's `run` receives. Commands get the same one: their type shows them less of it. */
export function createContext(
  state: RunState,
  params: Readonly<Record<string, unknown>>,
  workspaces: ReadonlyMap<string, string>,
): AnyContext {
  const { host, log, clock, random, stop } = state;
  return {
    params,
    log,
    at: (place) => log.at(place),
    clock,
    random,
    signal: stop.signal,
    run: state.run,
    print: (text) => print(host, text),
    summarize: (lines) => {
      state.verdict.lines = { ...state.verdict.lines, ...lines };
    },
    onExit: (cleanup) => {
      state.cleanups.push(cleanup);
    },
    setExitCode: (code) => {
      if (!Number.isInteger(code) || code < 0 || code > 99)
        throw defect(`exit code ${code} is not within 0–99`, "others belong to the runtime");
      state.verdict.exitCode = code;
    },
    terminal: {
      isTty: host.stdoutIsTty,
      color: useColor(host.variable, host.stdoutIsTty),
      columns: host.columns,
      takeScreen: state.takeScreen,
      ask: host.hasPerson() ? (question) => host.ask(question, stop.signal) : undefined,
    },
    connect: (target) => openClient(state, target),
    setting: host.variable,
    results: { set: (name, value) => state.results.set(name, value) },
    workspace: (name) => workspaces.get(name),
  };
}
