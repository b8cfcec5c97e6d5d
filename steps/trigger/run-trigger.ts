import { FairleadError } from "../lib/errors/fairlead-error.ts";
import type { KubeClient } from "../lib/kube/types.ts";
import { tableText } from "../lib/step/output.ts";
import type { TriggerContext } from "./declaration.ts";
import { type EachEntry, readEach } from "./each-file.ts";
import { runOne, type Wanted } from "./one-run.ts";
import { eachFailure, eachTable, runEach } from "./run-each.ts";

function connectHome(context: TriggerContext): Promise<KubeClient> {
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

function refuseAmbiguous(context: TriggerContext): void {
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

function wantedOf({ params }: TriggerContext, entry: EachEntry): Wanted {
  return {
    prefix: `[${entry.name}] `,
    runName: params["run-name"] === "" ? "" : `${params["run-name"]}-${entry.name}`,
    params: withOwn(params.param, entry.params),
    workspaces: withOwn(params.workspace, entry.workspaces),
  };
}

/** What an entry says itself wins over what is given for all. */
function withOwn(shared: readonly string[], own: readonly string[]): readonly string[] {
  const nameOf = (pair: string): string => pair.slice(0, Math.max(0, pair.indexOf("=")));
  const names = new Set(own.map(nameOf));
  return [...shared.filter((pair) => !names.has(nameOf(pair))), ...own];
}

async function runSeveral(context: TriggerContext, client: KubeClient, entries: readonly EachEntry[]): Promise<void> {
  const { parallel, "keep-going": keepGoing } = context.params;
  const outcomes = await runEach(entries, { parallel, keepGoing }, async (entry) => {
    const { name, how, more } = await runOne(context, client, wantedOf(context, entry));
    return `${name} ${how}${more === "" ? "" : `: ${more}`}`;
  });
  context.print(await tableText(eachTable(outcomes)));
  const failure = eachFailure(outcomes);
  if (failure !== undefined) throw failure;
  context.summarize({
    what: `all ${outcomes.length} runs ${context.params.wait === "end" ? "succeeded" : "were accepted"}`,
  });
}

/** The work of `fairlead trigger`. */
export async function runTrigger(context: TriggerContext): Promise<void> {
  refuseAmbiguous(context);
  const { params } = context;
  const entries = params.each === "" ? undefined : await readEach(params.each);
  const client = await connectHome(context);
  if (entries !== undefined) return await runSeveral(context, client, entries);
  const { name, how, more } = await runOne(context, client, {
    prefix: "",
    runName: params["run-name"],
    params: params.param,
    workspaces: params.workspace,
  });
  context.summarize({ what: `${name} ${how}`, more });
}
