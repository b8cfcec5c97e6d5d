import { source } from "../../lib/kube/live-collection.ts";
import type { Resource } from "../../lib/kube/types.ts";
import type { FluxObject } from "../acm/hub-objects.ts";
import { helmReleases, kustomizations } from "../acm/resources.ts";
import type { ApplicationSummary, FluxKind } from "../argocd/application.ts";
import type { Keeper, KeptKind } from "../argocd/keeper.ts";
import { noneIfAbsent } from "../phases/none-if-absent.ts";
import { switchoverError } from "../switchover-error.ts";
import { hasFlux, releasesOfAcm } from "./find-flux.ts";
import { lookAtFlux, summariseFlux } from "./flux-object.ts";

function fluxKind(kind: FluxKind, resource: Resource<FluxObject>): KeptKind {
  return {
    kind,
    resource,
    list: ({ name, client }, scope, options) => {
      const project = summariseFlux(kind, name, scope);
      return noneIfAbsent(async () => (await client.list(resource, {}, { ...options, project })).items);
    },
    watch: ({ name, client }) => source(client, resource, {}, lookAtFlux(kind, name)),
  };
}

const place = ({ kind, namespace, name }: ApplicationSummary): string => `${kind ?? "object"} ${namespace}/${name}`;

/** Flux, whose Kustomizations and HelmReleases are paused by `spec.suspend`, drift detection included. */
export const flux: Keeper = {
  product: "Flux",
  kinds: [fluxKind("Kustomization", kustomizations), fluxKind("HelmRelease", helmReleases)],
  noun: "objects of Flux",
  isInstalled: hasFlux,
  owners: releasesOfAcm,
  isActive: (policy) => policy?.["suspend"] !== true,
  pausing: { suspend: true },
  specOf: (patch) => (typeof patch === "object" && patch !== null ? patch : {}),
  words: {
    pauses: (object) => `suspend ${place(object)}`,
    pausesAll: (count) => `suspend ${count} objects of Flux`,
    gives: (object) => `give suspend back as it was to ${place(object)}`,
    givesAll: (count) => `let ${count} objects of Flux reconcile again`,
    none: "nothing of Flux was paused",
    resting: "reconcile as they did before the pause",
    busy: "a reconciliation",
    warnsOf: (maker, object) =>
      `${maker} has spec.suspend of ${object} from Git and writes it back; take the field out of Git, or set it there`,
  },
  errors: {
    unreadable: (hub) => ({
      id: "SW-FLUX-01",
      what: `cannot tell which Kustomizations and HelmReleases of Flux the ${hub} hub has`,
      part: "the folder flux of the roles in rbac/switchover holds what Flux needs",
    }),
    stubborn: (names, times) =>
      switchoverError("SW-FLUX-02", {
        what: `suspend does not stay on: ${names.join(", ")}`,
        why: `something took it away again ${times} times: a parent Kustomization that has the field in Git, or a person`,
        fix: "take spec.suspend out of Git, set it to true there, or suspend the parent Kustomization; then resume",
      }),
    unresumed: (failed, of, why) =>
      switchoverError("SW-FLUX-03", {
        what: `${failed} of ${of} objects of Flux could not be resumed`,
        why,
        fix: "look at each; give spec.suspend back by hand where the state file says what it was (flux_paused), and remove its entry",
      }),
    restless: (note) =>
      switchoverError(
        "SW-FLUX-04",
        {
          what: "the suspended objects of Flux do not come to rest",
          why: note,
          fix: "let the reconciliation end (flux get all -A shows it), then resume; tuning argocdSyncWait is how long this waits",
        },
        "timeout",
      ),
  },
  state: {
    entries: ({ flux_paused: entries }) => entries,
    runId: ({ flux_run_id: id }) => id,
    keep: (memory, entries, runId) => ({
      ...memory,
      ...(runId === undefined ? {} : { flux_run_id: memory.flux_run_id ?? runId }),
      flux_paused: entries,
    }),
    forget: ({ flux_run_id: _id, flux_paused: _paused, ...memory }) => memory,
  },
};
