import { source } from "../../lib/kube/live-collection.ts";
import type { HubName } from "../acm/hub-identity.ts";
import type { Application } from "../acm/hub-objects.ts";
import { applications } from "../acm/resources.ts";
import type { OperationMemory } from "../state/operation-memory.ts";
import { switchoverError } from "../switchover-error.ts";
import { isAutomated, isSyncing, letMakersBe, type PausedLook } from "./application.ts";
import { hasArgoCd, listApplications } from "./find-applications.ts";
import type { Keeper } from "./keeper.ts";

function lookOn(hub: HubName): (application: Application) => PausedLook {
  return (application) => ({
    hub,
    namespace: application.metadata.namespace ?? "",
    name: application.metadata.name,
    automated: isAutomated(application.spec?.syncPolicy),
    syncing: isSyncing(application),
  });
}

function forget({
  argocd_run_id: _id,
  argocd_paused_apps: _apps,
  argocd_pause_dry_run: _dry,
  ...memory
}: OperationMemory): OperationMemory {
  return memory;
}

const place = ({ namespace, name }: { readonly namespace: string; readonly name: string }): string =>
  `Application ${namespace}/${name}`;

/** Argo CD, whose Applications are paused by taking `automated` from their sync policy. */
export const argoCd: Keeper = {
  product: "Argo CD",
  kinds: [
    {
      kind: undefined,
      resource: applications,
      list: listApplications,
      watch: ({ name, client }) => source(client, applications, {}, lookOn(name)),
    },
  ],
  noun: "Applications",
  isInstalled: hasArgoCd,
  isActive: isAutomated,
  // Null takes the key away; without it a merge patch would leave the sync on.
  pausing: { syncPolicy: { automated: null } },
  specOf: (syncPolicy) => ({ syncPolicy }),
  words: {
    pauses: (application) => `turn automated sync of ${place(application)} off`,
    pausesAll: (count) => `turn automated sync of ${count} Applications off`,
    gives: (application) => `give its sync policy back to ${place(application)}`,
    givesAll: (count) => `give ${count} Applications their sync policy back`,
    none: "no Application was paused",
    resting: "sync as they did before the pause",
    busy: "a sync",
    warnsOf: (maker, application) =>
      `${maker} may turn automated sync of Application ${application} on again; let it ignore spec.syncPolicy, or pause it, too`,
  },
  errors: {
    unreadable: (hub) => ({
      id: "SW-ARGO-01",
      what: `cannot tell which Argo CD Applications the ${hub} hub has`,
      part: "the folder argocd of the roles in rbac/switchover holds what Argo CD needs",
    }),
    stubborn: (names, times) =>
      switchoverError("SW-ARGO-02", {
        what: `automated sync does not stay off: ${names.join(", ")}`,
        why: `something turned it on again ${times} times: an ApplicationSet, a parent Application or a person`,
        fix: `${letMakersBe}; then resume`,
      }),
    unresumed: (failed, of, why) =>
      switchoverError("SW-ARGO-03", {
        what: `${failed} of ${of} Applications could not be resumed`,
        why,
        fix: "look at each; give an Application its spec.syncPolicy back by hand where the state file says what it was (argocd_paused_apps), and remove its entry",
      }),
    restless: (note) =>
      switchoverError(
        "SW-ARGO-11",
        {
          what: "the paused Argo CD Applications do not come to rest",
          why: note,
          fix: "let the sync end, or end it (argocd app terminate-op NAME), then resume; tuning argocdSyncWait is how long this waits",
        },
        "timeout",
      ),
  },
  state: {
    entries: ({ argocd_paused_apps: entries }) => entries,
    runId: ({ argocd_run_id: id }) => id,
    keep: (memory, entries, runId) => ({
      ...memory,
      ...(runId === undefined ? {} : { argocd_run_id: memory.argocd_run_id ?? runId }),
      argocd_paused_apps: entries,
    }),
    forget,
  },
};
