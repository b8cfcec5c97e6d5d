import { inMemoryRecorder } from "../../lib/phase/in-memory-recorder.ts";
import { type PhaseOutcome, runPhase } from "../../lib/phase/run-phase.ts";
import type { Recorder } from "../../lib/phase/types.ts";
import type { HubNamespaces } from "../acm/namespaces.ts";
import { namespaces as namespaceResource } from "../acm/resources.ts";
import { givenHubNames, hubAccess } from "../connect-hubs.ts";
import { concludePlan, concludeStandalone } from "../operation/conclude-standalone.ts";
import { refuseSameHub, stateFolder } from "../operation/connect-operation.ts";
import { type GivenHub, openHubs } from "../operation/given-hubs.ts";
import { loadState } from "../operation/load-state.ts";
import { stateFileOf } from "../operation/open-operation.ts";
import { openStandalone } from "../operation/open-standalone.ts";
import { openStandaloneSignals, plainSignals, type StandaloneSignals } from "../operation/standalone-signals.ts";
import { withOutcome } from "../operation/with-outcome.ts";
import { demandConfirmation } from "../parameter-combinations.ts";
import { resolveNamespaces } from "../parameters.ts";
import type { OperationMemory } from "../state/operation-memory.ts";
import { type StoredPhase, withPhase } from "../state/state-document.ts";
import { type ResolvedTuning, resolveTuning, tuningSetting } from "../tuning.ts";
import type { DecommissionStepContext } from "./declaration.ts";
import type { DecommissionContext } from "./decommission-context.ts";
import { decommissionId, decommissionOperation, decommissionShape, fittingState } from "./decommission-state.ts";
import { decommissionSteps } from "./decommission-steps.ts";
import { refuseUnconfirmed } from "./guards.ts";

/** The work of the step `decommission`. */
export async function runDecommission(context: DecommissionStepContext): Promise<void> {
  await withOutcome(context.results, () => run(context));
}

/** What a run works with once it has told the hubs apart. */
interface Removal {
  readonly context: DecommissionStepContext;
  readonly hubs: readonly GivenHub[];
  readonly primary: GivenHub;
  readonly secondary: GivenHub | undefined;
  readonly hubId: string;
  readonly namespaces: HubNamespaces;
  readonly tuning: ResolvedTuning;
  readonly operationId: string;
  readonly stateFile: string;
}

async function openRemoval(context: DecommissionStepContext): Promise<Removal> {
  const { params, setting, workspace } = context;
  demandConfirmation(params);
  const tuning = await resolveTuning(params.tuning, setting(tuningSetting));
  const namespaces = resolveNamespaces(params.namespaces);
  const wanted = givenHubNames(hubAccess(context)).includes("secondary")
    ? (["primary", "secondary"] as const)
    : (["primary"] as const);
  const hubs = await openHubs(context, wanted, namespaces);
  const [primary, secondary] = hubs;
  if (primary === undefined) throw new Error("the hub to remove was not opened");
  const { id: hubId } = primary.facts;
  const refusal = refuseUnconfirmed(params["confirm-decommission"], { id: hubId, server: primary.client.server });
  if (refusal !== undefined) throw refusal;
  if (secondary !== undefined) refuseSameHub({ primary: primary.facts, secondary: secondary.facts });
  const operationId = params["operation-id"] ?? decommissionId(hubId);
  const folders = { state: workspace("state") };
  const stateFile = stateFileOf(stateFolder({ setting, folders }).path, operationId);
  context.at({ operationId });
  return { context, hubs, primary, secondary, hubId, namespaces, tuning, operationId, stateFile };
}

function contextOf(removal: Removal, recorder: Recorder<OperationMemory>, signal: AbortSignal): DecommissionContext {
  const { context, primary, secondary, namespaces, tuning, operationId } = removal;
  const { log, clock, random, params } = context;
  return {
    clients: { primary: primary.client, ...(secondary === undefined ? {} : { secondary: secondary.client }) },
    successorId: secondary?.facts.id ?? "",
    namespaces,
    tuning,
    force: params.force,
    memory: () => recorder.memory(),
    log: log.child({ operationId }),
    clock,
    random,
    signal,
    dryRun: params["dry-run"] ? { enabled: true, serverSide: true } : { enabled: false },
  };
}

async function runSteps(
  removal: Removal,
  recorder: Recorder<OperationMemory>,
  signal: AbortSignal,
  signals: StandaloneSignals,
): Promise<PhaseOutcome> {
  const given = contextOf(removal, recorder, signal);
  const context = { ...given, clients: signals.watch(given.clients) };
  const { emit } = signals;
  return await runPhase({ phase: decommissionOperation, steps: decommissionSteps, context, recorder, emit });
}

/** An earlier run may have removed the namespace that the lease lies in. */
async function canHoldLease({ primary, namespaces, context }: Removal): Promise<boolean> {
  const { signal } = context;
  return (await primary.client.find(namespaceResource, { name: namespaces.backup }, { signal })) !== undefined;
}

async function run(context: DecommissionStepContext): Promise<void> {
  const removal = await openRemoval(context);
  if (context.params["dry-run"]) {
    await planOnly(removal);
    return;
  }
  const clients = (await canHoldLease(removal)) ? [removal.primary.client] : [];
  const operation = await openStandalone({ ...removal, clients, shape: decommissionShape }, (found) =>
    fittingState(found, removal),
  );
  context.onExit(() => operation.close("release"));
  const signals = await openStandaloneSignals(context, operation, { name: decommissionOperation, hubs: removal.hubs });
  const enter = (phase: StoredPhase): Promise<void> =>
    operation.update((document) =>
      withPhase(document, phase, new Date(context.clock.now()).toISOString(), context.run.uid),
    );
  await enter("decommission");
  const signal = AbortSignal.any([context.signal, operation.lost]);
  const outcome = await runSteps(removal, operation.recorder, signal, signals);
  if (outcome.state === "done") await enter("completed");
  const what = `hub ${removal.hubId} is removed, ${outcome.warnings.length} warnings`;
  signals.ended(outcome, what);
  concludeStandalone(context, outcome, removal.stateFile, what);
}

/** Takes no lock and writes nothing. */
async function planOnly(removal: Removal): Promise<void> {
  const { context, stateFile, hubId, operationId } = removal;
  const document = fittingState(await loadState(stateFile, context.clock), removal);
  const signals = plainSignals(context.log.child({ operationId }), context.at);
  const outcome = await runSteps(removal, inMemoryRecorder(document.config), context.signal, signals);
  const deletions = outcome.planned.filter(({ verb }) => verb === "delete").length;
  concludePlan(context, outcome, outcome.planned, `${deletions} objects of hub ${hubId} would be deleted`);
}
