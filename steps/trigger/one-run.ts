import { FairleadError } from "../lib/errors/fairlead-error.ts";
import type { CallOptions, KubeClient } from "../lib/kube/types.ts";
import { parseParams, parseWorkspaces } from "./arguments.ts";
import type { TriggerContext } from "./declaration.ts";
import { type FollowedRun, followRun, type RunObserver } from "./follow-run.ts";
import { renderFromTemplate, renderPipelineRun } from "./render-run.ts";
import { LiveObserver } from "./show-live.ts";
import { lineObserver } from "./show-run.ts";
import { type StartedRun, startRun } from "./start-run.ts";
import { type PipelineRun, triggerTemplates } from "./tekton.ts";

/** One of the runs of `--each`, or the only one. */
export interface Wanted {
  /** Stands before its lines where there are several. */
  readonly prefix: string;
  readonly runName: string;
  readonly params: readonly string[];
  readonly workspaces: readonly string[];
}

async function renderRun(
  context: TriggerContext,
  client: KubeClient,
  wanted: Wanted,
  options: CallOptions,
): Promise<PipelineRun> {
  const { params } = context;
  const request = {
    namespace: params.namespace,
    ...(wanted.runName === "" ? {} : { runName: wanted.runName }),
    startedBy: "fairlead-trigger",
    params: parseParams(wanted.params),
    workspaces: parseWorkspaces(wanted.workspaces),
  };
  if (params.pipeline !== "") {
    const account = params["service-account"];
    return renderPipelineRun({
      ...request,
      pipeline: params.pipeline,
      ...(account === "" ? {} : { serviceAccount: account }),
    });
  }
  const ref = { name: params["trigger-template"], namespace: params.namespace };
  return renderFromTemplate(await client.get(triggerTemplates, ref, options), request);
}

function resultsOf({ run }: FollowedRun): readonly (readonly [string, string])[] {
  return (run.status?.results ?? []).map(({ name, value }) => [name, JSON.stringify(value).replace(/^"|"$/g, "")]);
}

/** @returns what to say of a run that succeeded @throws FairleadError TRIG-05 with the exit code of the failed step */
function conclude(print: (text: string) => void, followed: FollowedRun): string {
  const { run, outcome } = followed;
  for (const [name, value] of resultsOf(followed)) print(`  ${name}: ${value}`);
  if (outcome.state !== "failed") return outcome.state === "succeeded" ? outcome.message : "";
  throw new FairleadError(
    {
      id: "TRIG-05",
      what: `PipelineRun ${run.metadata.namespace}/${run.metadata.name} failed (${outcome.reason})`,
      why: outcome.message,
      fix: `read the lines of the failed task above, or run tkn pipelinerun logs -n ${run.metadata.namespace} ${run.metadata.name}`,
    },
    { exitCode: outcome.exitCode },
  );
}

async function follow(
  context: TriggerContext,
  client: KubeClient,
  started: StartedRun,
  print: (text: string) => void,
): Promise<FollowedRun> {
  // Several live lists would fight for the screen.
  const live = context.terminal.isTty && context.params.each === "" ? new LiveObserver() : undefined;
  const observer: RunObserver = live ?? lineObserver(print);
  const options = { signal: context.signal, log: context.log, showLogs: context.params.logs };
  try {
    return await followRun(client, started.run, observer, options);
  } finally {
    await live?.close();
  }
}

/** What to say of a run in the end. */
export interface Told {
  readonly name: string;
  readonly how: string;
  readonly more: string;
}

/** Starts a run, or finds it, and follows it to its end. @throws FairleadError TRIG-02, TRIG-04, TRIG-05, TRIG-06; KubeError */
export async function runOne(context: TriggerContext, client: KubeClient, wanted: Wanted): Promise<Told> {
  const options = { signal: context.signal };
  const print = (text: string): void => context.print(`${wanted.prefix}${text}`);
  const started = await startRun(client, await renderRun(context, client, wanted, options), {
    ...options,
    clock: context.clock,
  });
  const { namespace, name } = started.run.metadata;
  const told = `PipelineRun ${namespace}/${name}`;
  print(`${told} ${started.existed ? "was already there, following it" : "started"}`);
  if (context.params.wait === "accepted") return { name: told, how: "was accepted by Tekton", more: "" };
  print(
    `leave it with Ctrl-C (it goes on); stop it with: tkn pipelinerun cancel -n ${namespace} ${name} --grace CancelledRunFinally`,
  );
  const followed = await follow(context, client, started, print);
  return { name: told, how: "succeeded", more: conclude(print, followed) };
}
