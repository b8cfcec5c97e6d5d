import { FairleadError } from "../errors/fairlead-error.ts";
import { isKubeError } from "../kube/kube-error.ts";
import { applyChange } from "./apply-change.ts";
import { plannedChange } from "./describe-change.ts";
import { clientOf, type StepRun } from "./step-run.ts";
import type { Action, Change, PhaseContext, PlannedChange, Wait } from "./types.ts";

const isWrite = ({ verb }: PlannedChange): boolean => verb !== "wait" && verb !== "later";

/**
 * The earlier entry that explains a server's refusal: the write that a dry run left out, on the same object, on its
 * namespace, or on the definition of its type.
 */
function explains(error: unknown, change: Change, earlier: readonly PlannedChange[]): PlannedChange | undefined {
  const { object } = plannedChange("", "", change);
  const { resource, ref } = change;
  const parents = [
    `namespaces ${ref.namespace}`,
    `customresourcedefinitions.apiextensions.k8s.io ${resource.plural}.${resource.group}`,
  ];
  const created = (entry: PlannedChange): boolean =>
    entry.verb === "create" && (entry.object === object || parents.includes(entry.object));
  const touched = (entry: PlannedChange): boolean => isWrite(entry) && entry.object === object;
  const onTarget = earlier.filter(({ target }) => target === change.target);
  if (isKubeError(error, "NotFound", "KindAbsent")) return onTarget.find(created);
  if (isKubeError(error, "AlreadyExists"))
    return onTarget.find((entry) => entry.verb === "delete" && entry.object === object);
  return onTarget.find(touched);
}

/** What the server says to the write with `dryRun=All`, as a line of the plan. Refusals are shown, not thrown. */
async function askServer<C extends PhaseContext<M>, M>(run: StepRun<C, M>, change: Change): Promise<string> {
  const { context, planned } = run;
  const { signal } = context;
  try {
    await applyChange(clientOf(context, change.target), change, { signal, dryRun: "All", verify: "answer" });
    return "accepted";
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof FairleadError)) throw error;
    const cause = explains(error, change, planned);
    if (cause !== undefined) return `not asked: it depends on "${cause.summary}", which a dry run does not do`;
    return `refused: ${error.text.what}: ${error.text.why}`;
  }
}

async function planWrite<C extends PhaseContext<M>, M>(
  run: StepRun<C, M>,
  change: Change,
  ask: boolean,
): Promise<PlannedChange> {
  const { dryRun } = run.context;
  const seen = dryRun.enabled ? dryRun.foreseen?.take(change) : undefined;
  const entry = { ...plannedChange(run.phase, run.step.name, change), ...seen };
  return ask && dryRun.enabled && dryRun.serverSide ? { ...entry, server: await askServer(run, change) } : entry;
}

function planWait<C extends PhaseContext<M>, M>(run: StepRun<C, M>, wait: Wait): PlannedChange {
  const targets = [...new Set(Object.values(wait.sources).map(({ client }) => client.name))];
  const limit = Math.round(wait.timeoutMs / 1000);
  return {
    phase: run.phase,
    step: run.step.name,
    target: targets.join(", "),
    verb: "wait",
    object: wait.title,
    summary: `would wait: ${wait.title} (at most ${limit} s)`,
  };
}

async function planAction<C extends PhaseContext<M>, M>(
  run: StepRun<C, M>,
  action: Action<M>,
): Promise<readonly PlannedChange[]> {
  switch (action.kind) {
    case "write":
      return [await planWrite(run, action.change, true)];
    case "bulk":
      // Of many equal writes the server is asked about the first: asking for all would cost what the real run costs.
      return Promise.all(action.changes.map((change, index) => planWrite(run, change, index === 0)));
    case "attempt":
      return await Promise.all(
        action.chains.flatMap(({ changes }, index) =>
          // What a later write of a chain meets depends on those before; a target that is not open is not opened to ask.
          changes.map((change, place) =>
            planWrite(run, change, index === 0 && place === 0 && run.context.clients[change.target] !== undefined),
          ),
        ),
      );
    case "wait":
      return [planWait(run, action.wait)];
    case "remember":
      await run.recorder.remember(action.update);
      return [];
    case "forget":
      await run.recorder.forget(action.step);
      return [];
    case "warn":
      run.warn(action.message);
      return [];
  }
}

/** What the actions would do, appended to the run's plan. Writes nothing; memory changes reach an in-memory copy. */
export async function planActions<C extends PhaseContext<M>, M>(
  run: StepRun<C, M>,
  actions: readonly Action<M>[],
): Promise<readonly PlannedChange[]> {
  const entries: PlannedChange[] = [];
  for (const action of actions) {
    run.context.signal.throwIfAborted();
    const planned = await planAction(run, action);
    entries.push(...planned);
    run.planned.push(...planned);
  }
  return entries;
}
