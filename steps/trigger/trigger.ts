import { Type } from "typebox";
import { FairleadError } from "../lib/errors/fairlead-error.ts";
import type { CallOptions, KubeClient } from "../lib/kube/types.ts";
import { defineCommand } from "../lib/step/define-command.ts";
import type { CommandContext } from "../lib/step/types.ts";
import { parseParams, parseWorkspaces } from "./arguments.ts";
import { type FollowedRun, followRun, type RunObserver } from "./follow-run.ts";
import { renderFromTemplate, renderPipelineRun } from "./render-run.ts";
import { LiveObserver } from "./show-live.ts";
import { lineObserver } from "./show-run.ts";
import { type StartedRun, startRun } from "./start-run.ts";
import { type PipelineRun, triggerTemplates } from "./tekton.ts";

const params = {
  pipeline: Type.String({
    default: "",
    pattern: "^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?)?$",
    description: "Installed Pipeline to start, for example switchover-validate",
  }),
  "trigger-template": Type.String({
    default: "",
    pattern: "^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?)?$",
    description: "TriggerTemplate to render instead, so that a schedule starts what a POST would start",
  }),
  namespace: Type.String({
    default: "fairlead",
    pattern: "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$",
    description: "Namespace of the Pipeline and its runs, for example fairlead",
  }),
  param: Type.Array(Type.String(), { default: [], description: "Parameter as name=value, repeatable" }),
  workspace: Type.Array(Type.String(), {
    default: [],
    description: "Workspace as name=claim:NAME, name=secret:NAME, name=config:NAME or name=empty, repeatable",
  }),
  "service-account": Type.String({
    default: "",
    pattern: "^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?)?$",
    description: "ServiceAccount that the steps run under, for example switchover-runner",
  }),
  "run-name": Type.String({
    default: "",
    pattern: "^([a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?)?$",
    description: "Exact name of the run; starting it again finds the first instead of making a second",
  }),
  wait: Type.Union([Type.Literal("end"), Type.Literal("accepted")], {
    default: "end",
    description: "Return when the run ended, or as soon as Tekton accepted it",
  }),
  logs: Type.Boolean({ default: true, description: "Show the log of each step while it runs" }),
  kubeconfig: Type.String({
    default: "",
    description: "Kubeconfig of the cluster that runs Tekton; KUBECONFIG or ~/.kube/config when empty",
  }),
  context: Type.String({ default: "", description: "Context of that kubeconfig; its current one when empty" }),
  "in-cluster": Type.Boolean({ default: false, description: "Use the ServiceAccount of this pod, as the CronJobs do" }),
};

type Context = CommandContext<typeof params>;

function connectHome(context: Context): Promise<KubeClient> {
  const { kubeconfig, context: name, "in-cluster": inCluster } = context.params;
  const source = inCluster
    ? ({ kind: "in-cluster" } as const)
    : kubeconfig === ""
      ? ({ kind: "default" } as const)
      : kubeconfig;
  return context.connect({
    name: "home",
    kubeconfig: source,
    ...(name === "" ? {} : { context: name }),
    fieldManager: "fairlead-trigger",
  });
}

function refuseAmbiguous(context: Context): void {
  const { pipeline, "trigger-template": template } = context.params;
  if ((pipeline === "") === (template === "")) {
    throw new FairleadError(
      {
        id: "TRIG-03",
        what: "what to start is not clear",
        why:
          pipeline === ""
            ? "neither --pipeline nor --trigger-template is given"
            : "both --pipeline and --trigger-template are given",
        fix: "give one of them, for example --pipeline switchover-validate",
      },
      { exitCode: 2 },
    );
  }
}

async function renderRun(context: Context, client: KubeClient, options: CallOptions): Promise<PipelineRun> {
  const { params } = context;
  const request = {
    namespace: params.namespace,
    ...(params["run-name"] === "" ? {} : { runName: params["run-name"] }),
    startedBy: "fairlead-trigger",
    params: parseParams(params.param),
    workspaces: parseWorkspaces(params.workspace),
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

function resultLines(followed: FollowedRun): readonly string[] {
  return (followed.run.status?.results ?? []).map(
    (result) => `  ${result.name}: ${JSON.stringify(result.value).replace(/^"|"$/g, "")}`,
  );
}

function conclude(context: Context, followed: FollowedRun): void {
  const { run, outcome } = followed;
  const name = `PipelineRun ${run.metadata.namespace}/${run.metadata.name}`;
  for (const line of resultLines(followed)) {
    context.print(line);
  }
  if (outcome.state === "failed") {
    throw new FairleadError(
      {
        id: "TRIG-05",
        what: `${name} failed (${outcome.reason})`,
        why: outcome.message,
        fix: `read the lines of the failed task above, or run tkn pipelinerun logs -n ${run.metadata.namespace} ${run.metadata.name}`,
      },
      { exitCode: outcome.exitCode },
    );
  }
  context.summarize({ what: `${name} succeeded`, more: outcome.state === "succeeded" ? outcome.message : "" });
}

async function follow(context: Context, client: KubeClient, started: StartedRun): Promise<void> {
  const live = context.terminal.isTty ? new LiveObserver() : undefined;
  const observer: RunObserver = live ?? lineObserver(context.print);
  const options = { signal: context.signal, log: context.log, showLogs: context.params.logs };
  let followed: FollowedRun;
  try {
    followed = await followRun(client, started.run, observer, options);
  } finally {
    await live?.close();
  }
  conclude(context, followed);
}

async function run(context: Context): Promise<void> {
  refuseAmbiguous(context);
  const client = await connectHome(context);
  const options = { signal: context.signal };
  const started = await startRun(client, await renderRun(context, client, options), {
    ...options,
    clock: context.clock,
  });
  const { namespace, name } = started.run.metadata;
  context.print(`PipelineRun ${namespace}/${name} ${started.existed ? "was already there, following it" : "started"}`);
  if (context.params.wait === "accepted") {
    context.summarize({ what: `PipelineRun ${namespace}/${name} was accepted by Tekton` });
    return;
  }
  context.print(
    `leave it with Ctrl-C (it goes on); stop it with: tkn pipelinerun cancel -n ${namespace} ${name} --grace CancelledRunFinally`,
  );
  await follow(context, client, started);
}

/** Starts any Pipeline, follows it live and ends with its outcome. Knows no area. */
export const trigger = defineCommand({
  name: "trigger",
  summary: "Start a Pipeline, follow it live and end with its outcome",
  description:
    "Creates a PipelineRun of an installed Pipeline or from a TriggerTemplate, waits until Tekton accepted it, shows the state of each task and the log of each step, and exits with the code of the step that failed.",
  params,
  exitCodes: [
    { code: 0, meaning: "the run succeeded, or was accepted with --wait accepted" },
    { code: 1, meaning: "the run failed or was refused by Tekton" },
    { code: 2, meaning: "a parameter is invalid" },
    { code: 3, meaning: "and above: the exit code of the step that failed" },
  ],
  example: { pipeline: "switchover-validate", namespace: "fairlead", param: "method=passive" },
  run,
});
