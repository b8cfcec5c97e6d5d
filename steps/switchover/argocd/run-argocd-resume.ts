import { flux } from "../flux/flux-keeper.ts";
import { resumeFluxStep } from "../flux/flux-steps.ts";
import { stateFolder } from "../operation/connect-operation.ts";
import { type GivenHub, openGivenHubs } from "../operation/given-hubs.ts";
import { loadState } from "../operation/load-state.ts";
import { stateFileOf } from "../operation/open-operation.ts";
import { withOutcome } from "../operation/with-outcome.ts";
import { operationId } from "../operation-id.ts";
import { resolveNamespaces } from "../parameters.ts";
import type { StateDocument } from "../state/state-document.ts";
import { switchoverError } from "../switchover-error.ts";
import { resolveTuning, tuningSetting } from "../tuning.ts";
import { argoCd } from "./argo-keeper.ts";
import { resumeApplicationsStep } from "./argo-steps.ts";
import { openArgocdState, pauseOperationId } from "./argocd-state.ts";
import type { ResumeContext } from "./declaration.ts";
import { pausedCount } from "./paused-count.ts";
import { runHeld } from "./run-argocd.ts";

/** The work of the step `argocd-resume`. */
export async function runArgocdResume(context: ResumeContext): Promise<void> {
  await withOutcome(context.results, () => resume(context));
}

async function resume(context: ResumeContext): Promise<void> {
  const { params, setting, workspace, clock } = context;
  const tuning = await resolveTuning(params.tuning, setting(tuningSetting));
  const namespaces = resolveNamespaces(params.namespaces);
  const hubs = await openGivenHubs(context, namespaces);
  const folders = { state: workspace("state") };
  const folder = stateFolder({ setting, folders }).path;
  const id = params["operation-id"] ?? (await chooseOperation(context, folder, hubs));
  const stateFile = stateFileOf(folder, id);
  context.at({ operationId: id });
  // Before the lock, which would leave a file beside a state that does not exist.
  usable(await loadState(stateFile, clock), id);
  const request = { context, hubs, namespaces, tuning, operationId: id, stateFile };
  const operation = await openArgocdState(request, (found) => usable(found, id));
  await runHeld(request, operation, { name: "argocd-resume", steps: [resumeApplicationsStep, resumeFluxStep] });
}

/** @throws FairleadError SW-ARGO-08 without a state, SW-ARGO-09 for what only a dry run wrote */
function usable(found: StateDocument | undefined, id: string): StateDocument {
  if (found === undefined) throw noState([id]);
  if (found.dry_run !== true && found.config.argocd_pause_dry_run !== true) return found;
  throw switchoverError(
    "SW-ARGO-09",
    {
      what: `the state of operation "${id}" was written by a dry run`,
      why: "what it calls paused was never paused",
      fix: "give the operation-id of the run that paused the Applications",
    },
    "refused",
  );
}

function noState(ids: readonly string[]) {
  return switchoverError(
    "SW-ARGO-08",
    {
      what: "there is no state of a pause of these hubs",
      why: `the state folder holds none of ${ids.map((id) => `${id}.json`).join(", ")} with something paused`,
      fix: "give the state folder and the operation-id of the switchover or argocd-pause that paused them",
    },
    "refused",
  );
}

/** The operations that may have paused something on these hubs: switchovers in either direction, and pauses. */
function candidates(hubs: readonly GivenHub[]): readonly string[] {
  const [one, other] = hubs.map(({ client, facts }) => ({ server: client.server, id: facts.id }));
  const pauses = [hubs, ...hubs.map((hub) => [hub])].map(pauseOperationId);
  const switchovers =
    one === undefined || other === undefined ? [] : [operationId(one, other), operationId(other, one)];
  return [...new Set([...switchovers, ...pauses])];
}

function hasPaused({ config }: StateDocument): boolean {
  return [argoCd, flux].some(({ state }) => (state.entries(config) ?? []).length > 0);
}

/** The only one that holds something paused; else the last that did. @throws FairleadError SW-ARGO-08, SW-ARGO-10 */
async function chooseOperation({ clock }: ResumeContext, folder: string, hubs: readonly GivenHub[]): Promise<string> {
  const ids = candidates(hubs);
  const loaded = await Promise.all(
    ids.map(async (id) => ({ id, document: await loadState(stateFileOf(folder, id), clock) })),
  );
  const known = loaded.flatMap(({ id, document }) =>
    document === undefined || !hasPaused(document) ? [] : [{ id, document }],
  );
  const holding = known.filter(({ document }) => pausedCount(document.config) + pausedCount(document.config, flux) > 0);
  if (holding.length > 1) {
    throw switchoverError(
      "SW-ARGO-10",
      {
        what: "more than one operation holds something of these hubs paused",
        why: holding.map(({ id }) => id).join(", "),
        fix: "give the operation-id of the one to resume",
      },
      "refused",
    );
  }
  const last = known.toSorted((a, b) => a.document.last_updated.localeCompare(b.document.last_updated)).at(-1);
  const chosen = holding[0] ?? last;
  if (chosen === undefined) throw noState(ids);
  return chosen.id;
}
