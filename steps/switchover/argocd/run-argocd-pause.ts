import { inMemoryRecorder } from "../../lib/phase/in-memory-recorder.ts";
import { pauseFluxStep } from "../flux/flux-steps.ts";
import { concludePlan } from "../operation/conclude-standalone.ts";
import { stateFolder } from "../operation/connect-operation.ts";
import { type GivenHub, openGivenHubs } from "../operation/given-hubs.ts";
import { loadState } from "../operation/load-state.ts";
import { stateFileOf } from "../operation/open-operation.ts";
import { plainSignals } from "../operation/standalone-signals.ts";
import { withOutcome } from "../operation/with-outcome.ts";
import { resolveNamespaces } from "../parameters.ts";
import type { StateDocument } from "../state/state-document.ts";
import { switchoverError } from "../switchover-error.ts";
import { resolveTuning, tuningSetting } from "../tuning.ts";
import { pauseApplicationsStep } from "./argo-steps.ts";
import { type ArgocdRequest, newPause, openArgocdState, pauseOperation, pauseOperationId } from "./argocd-state.ts";
import type { PauseContext } from "./declaration.ts";
import { type ArgoSteps, argoContext, runArgoSteps, runHeld } from "./run-argocd.ts";

/** The work of the step `argocd-pause`. */
export async function runArgocdPause(context: PauseContext): Promise<void> {
  await withOutcome(context.results, () => pause(context));
}

async function pause(context: PauseContext): Promise<void> {
  const { params, setting, workspace } = context;
  const tuning = await resolveTuning(params.tuning, setting(tuningSetting));
  const namespaces = resolveNamespaces(params.namespaces);
  const hubs = await openGivenHubs(context, namespaces);
  const operationId = params["operation-id"] ?? pauseOperationId(hubs);
  const folders = { state: workspace("state") };
  const stateFile = stateFileOf(stateFolder({ setting, folders }).path, operationId);
  context.at({ operationId });
  const request = { context, hubs, namespaces, tuning, operationId, stateFile };
  if (params["dry-run"]) {
    await planOnly(context, request);
    return;
  }
  const operation = await openArgocdState(request, (found) => fitting(found, request));
  await runHeld(request, operation, { name: pauseOperation, steps: stepsOf(context) });
}

function stepsOf({ params }: PauseContext): ArgoSteps {
  return params["flux-manage"] ? [pauseApplicationsStep, pauseFluxStep] : [pauseApplicationsStep];
}

function isKnown({ hubs }: StateDocument, { facts }: GivenHub): boolean {
  return [hubs.primary.id, hubs.secondary.id].includes(facts.id);
}

/** @throws FairleadError SW-ARGO-07 for the state of something else */
function fitting(found: StateDocument | undefined, request: ArgocdRequest): StateDocument {
  const { context, operationId, hubs } = request;
  if (found === undefined) return newPause(context, operationId, hubs);
  const strange = hubs.find((hub) => !isKnown(found, hub));
  if (found.operation === pauseOperation && strange === undefined) return found;
  throw switchoverError(
    "SW-ARGO-07",
    {
      what: `the state of operation "${operationId}" is not that of a pause of these hubs`,
      why:
        strange === undefined
          ? `it is that of a ${found.operation}, which pauses with argocd-manage`
          : `it knows ${[found.hubs.primary.id, found.hubs.secondary.id].filter((id) => id !== "").join(" and ")}, not hub ${strange.facts.id}`,
      fix: "give another operation-id, or leave it out",
    },
    "refused",
  );
}

/** Takes no lock and writes nothing. */
async function planOnly(context: PauseContext, request: ArgocdRequest): Promise<void> {
  const document = fitting(await loadState(request.stateFile, context.clock), request);
  const recorder = inMemoryRecorder(document.config);
  const argo = argoContext(request, document, recorder, { enabled: true, serverSide: true });
  const { emit } = plainSignals(context.log, context.at);
  const outcome = await runArgoSteps(stepsOf(context), argo, recorder, emit);
  const writes = outcome.planned.filter(({ verb }) => verb === "merge-patch");
  concludePlan(context, outcome, writes, {
    sentence: `${writes.length} ${context.params["flux-manage"] ? "Applications and objects of Flux" : "Applications"} would be paused`,
  });
}
