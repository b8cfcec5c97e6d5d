import { declaredDown } from "../hubs.ts";
import { type FrozenParameters, type StateDocument, type StoredHub, withWarnings } from "./state-document.ts";

// How the state of an operation follows when its old hub is declared down in the middle, and when it is back.

/** Recorded in place of the whole preparation of the old hub. */
export const preparationSkipped = "primary_prep_skipped";
const preparation = "primary_preparation";

// Argo CD and Flux were paused on the new hub alone.
const ofOneHub: ReadonlySet<string> = new Set([preparationSkipped, "pause_argocd_apps", "pause_flux"]);

const activationSteps: ReadonlySet<string> = new Set(["activate_managed_clusters", "create_full_restore"]);

/** Whether the fleet may be on its way already: what the old hub shows of it is then no measure any more. Pure. */
export function isActivated({ completed_steps: steps }: Pick<StateDocument, "completed_steps">): boolean {
  return steps.some(({ name }) => activationSteps.has(name));
}

/** From here on without the old hub. Pure. */
export function withoutOldHub(document: StateDocument, parameters: FrozenParameters): StateDocument {
  const lost: StateDocument = { ...document, config: { ...document.config, primary_unreachable: true } };
  const { oldHubAction } = document.parameters;
  if (oldHubAction === parameters.oldHubAction) return lost;
  return withWarnings({ ...lost, parameters }, [
    `old-hub-action was ${oldHubAction} and is ${parameters.oldHubAction} from now on: ${declaredDown}`,
  ]);
}

/**
 * The old hub answers again: its preparation, which was left out, is to be made up for. An old hub of which nothing was
 * known gets its name. Pure.
 */
export function withOldHubBack(document: StateDocument, primary: StoredHub): StateDocument {
  const known = document.hubs.primary.id === "" ? { ...document.hubs, primary } : document.hubs;
  if (document.config.primary_unreachable !== true) return { ...document, hubs: known };
  const { primary_unreachable: _lost, ...config } = document.config;
  const wasSkipped = document.completed_steps.some(({ name }) => name === preparationSkipped);
  return {
    ...document,
    config,
    hubs: known,
    completed_steps: document.completed_steps.filter(({ name }) => !wasSkipped || !ofOneHub.has(name)),
    completed_phases: (document.completed_phases ?? []).filter((phase) => !wasSkipped || phase !== preparation),
  };
}
