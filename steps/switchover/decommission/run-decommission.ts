import { inMemoryRecorder } from "../../lib/phase/in-memory-recorder.ts";
import { type PhaseOutcome, runPhase } from "../../lib/phase/run-phase.ts";
import type { Recorder } from "../../lib/phase/types.ts";
import { type PlanDocument, planDocument } from "../../lib/plan/plan-document.ts";
import { digestNote } from "../../lib/plan/render-plan.ts";
import type { HubNamespaces } from "../acm/namespaces.ts";
import { namespaces as namespaceResource } from "../acm/resources.ts";
import { approveAlone } from "../approval/ask-person.ts";
import { checkApproval } from "../approval/check-approval.ts";
import { tellPlan } from "../approval/tell-plan.ts";
import { givenHubNames, hubAccess } from "../connect-hubs.ts";
import { concludePlan, concludeStandalone } from "../operation/conclude-standalone.ts";
import { refuseSameHub, stateFolder } from "../operation/connect-operation.ts";
import { type GivenHub, openHubs } from "../operation/given-hubs.ts";
import { keepBesideState } from "../operation/leave-plan.ts";
import { loadState } from "../operation/load-state.ts";
import { stateFileOf } from "../operation/open-operation.ts";
import { openStandalone } from "../operation/open-standalone.ts";
import { openStandaloneSignals, plainSignals, type StandaloneSignals } from "../operation/standalone-signals.ts";
import { withOutcome } from "../operation/with-outcome.ts";
import { demandConfirmation } from "../parameter-combinations.ts";
import { resolveNamespaces } from "../parameters.ts";
import type { OperationMemory } from "../state/operation-memory.ts";
import { type StateDocument, type StoredPhase, withPhase } from "../state/state-document.ts";
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
  checkApproval(params);
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

function contextOf(
  removal: Removal,
  recorder: Recorder<OperationMemory>,
  { signal, dryRun }: Pick<DecommissionContext, "signal" | "dryRun">,
): DecommissionContext {
  const { context, primary, secondary, namespaces, tuning } = removal;
  const { log, clock, random, params } = context;
  return {
    clients: { primary: primary.client, ...(secondary === undefined ? {} : { secondary: secondary.client }) },
    successorId: secondary?.facts.id ?? "",
    namespaces,
    tuning,
    force: params.force,
    memory: () => recorder.memory(),
    log,
    clock,
    random,
    signal,
    dryRun,
  };
}

type Signals = Pick<StandaloneSignals, "watch" | "emit">;

async function runSteps(
  removal: Removal,
  recorder: Recorder<OperationMemory>,
  how: Pick<DecommissionContext, "signal" | "dryRun"> & { readonly signals: Signals },
): Promise<PhaseOutcome> {
  const given = contextOf(removal, recorder, how);
  const context = { ...given, clients: how.signals.watch(given.clients) };
  const { emit } = how.signals;
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
  await approveAlone({
    context,
    operation,
    mode: context.params.approval,
    point: "start",
    digest: context.params["plan-digest"],
    output: undefined,
    planNow: async () => (await planned(removal, operation.document(), quietly(operation.lost))).document,
    terminal: context.terminal,
    print: context.print,
    hubId: removal.hubId,
  });
  const enter = (phase: StoredPhase): Promise<void> =>
    operation.update((document) =>
      withPhase(document, phase, new Date(context.clock.now()).toISOString(), context.run.uid),
    );
  await enter("decommission");
  const signal = AbortSignal.any([context.signal, operation.lost]);
  const outcome = await runSteps(removal, operation.recorder, { signal, dryRun: { enabled: false }, signals });
  if (outcome.state === "done") await enter("completed");
  const what = `hub ${removal.hubId} is removed, ${outcome.warnings.length} warnings`;
  signals.ended(outcome, what);
  concludeStandalone(context, outcome, removal.stateFile, what);
}

type Planning = Omit<Parameters<typeof runSteps>[2], "signal"> & { readonly lost?: AbortSignal };

/** To compare it with the approved plan: nothing is shown, no server asked. */
function quietly(lost: AbortSignal): Planning {
  const signals: Signals = { watch: (clients) => clients, emit: () => undefined };
  return { dryRun: { enabled: true, serverSide: false }, signals, lost };
}

/** What the removal would do from here on. Writes nothing. @throws FairleadError what ended the phase */
async function planned(
  removal: Removal,
  state: StateDocument,
  { lost, ...how }: Planning,
): Promise<{ readonly outcome: PhaseOutcome; readonly document: PlanDocument }> {
  const { context, hubs, operationId } = removal;
  const signal = lost === undefined ? context.signal : AbortSignal.any([context.signal, lost]);
  const outcome = await runSteps(removal, inMemoryRecorder(state.config), { ...how, signal });
  if (outcome.state !== "done") throw outcome.error;
  const { run, clock } = context;
  const document = planDocument(
    {
      operation: decommissionOperation,
      operationId,
      runName: run.name,
      toolVersion: run.toolVersion,
      plannedAt: new Date(clock.now()).toISOString(),
      hubs: Object.fromEntries(hubs.map(({ name, facts, client }) => [name, { id: facts.id, api: client.server }])),
    },
    { plan: outcome.planned, steps: outcome.applies },
  );
  return { outcome, document };
}

/** Takes no lock and writes nothing but the plan. */
async function planOnly(removal: Removal): Promise<void> {
  const { context, stateFile, hubId } = removal;
  const { params, results } = context;
  const state = fittingState(await loadState(stateFile, context.clock), removal);
  const dryRun = { enabled: true, serverSide: true } as const;
  const signals = plainSignals(context.log, context.at);
  const { outcome, document } = await planned(removal, state, { dryRun, signals });
  await keepBesideState(context, stateFile, document);
  tellPlan(results, { mode: params.approval, point: "start", plan: document, state });
  const deletions = outcome.planned.filter(({ verb }) => verb === "delete").length;
  const sentence = `${deletions} objects of hub ${hubId} would be deleted`;
  concludePlan(context, outcome, outcome.planned, { sentence, note: digestNote(document) });
}
