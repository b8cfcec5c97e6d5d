import type { Action, Change, StepPlan } from "../../lib/phase/types.ts";
import { isFields } from "../../lib/schema/is-fields.ts";
import { annotation } from "../acm/constants.ts";
import { applications } from "../acm/resources.ts";
import type { OperationMemory, PausedApplication } from "../state/operation-memory.ts";
import { switchoverError } from "../switchover-error.ts";
import {
  type ApplicationSummary,
  bearsMarker,
  describeApplication,
  isAutomated,
  isSameApplication,
} from "./application.ts";
import { mergePatchTo } from "./merge-patch-to.ts";

/** What a resume looks at. */
export interface ResumeSeen {
  readonly applications: readonly ApplicationSummary[];
  /** The hubs that were asked. */
  readonly hubs: readonly string[];
}

type Verdict =
  | { readonly kind: "already"; readonly entry: PausedApplication }
  | { readonly kind: "write"; readonly change: Change }
  | { readonly kind: "failed"; readonly why: string };

const hubNames: ReadonlySet<unknown> = new Set(["primary", "secondary"]);

/** The state file is read by people, and may have been written by one. */
function isWhole(entry: unknown): entry is PausedApplication {
  if (!isFields(entry)) return false;
  const { hub, namespace, name, original_sync_policy: original, pause_applied: applied } = entry;
  const isText = (value: unknown): boolean => typeof value === "string" && value !== "";
  return (
    hubNames.has(hub) &&
    isText(namespace) &&
    isText(name) &&
    typeof applied === "boolean" &&
    (original === null || isFields(original))
  );
}

function patchOf(application: ApplicationSummary, summary: string, spec: object): Verdict {
  const { hub, namespace, name, resourceVersion } = application;
  return {
    kind: "write",
    change: {
      target: hub,
      resource: applications,
      ref: { namespace, name },
      summary: `${summary} ${namespace}/${name}`,
      verb: "merge-patch",
      patch: { metadata: { annotations: { [annotation.pausedBy]: null } }, ...spec },
      precondition: { resourceVersion },
    },
  };
}

function judge(entry: unknown, seen: ResumeSeen, runId: string | undefined): Verdict {
  if (!isWhole(entry) || runId === undefined) {
    return { kind: "failed", why: `an entry of the state is malformed: ${JSON.stringify(entry).slice(0, 200)}` };
  }
  const name = describeApplication(entry);
  if (!seen.hubs.includes(entry.hub)) return { kind: "failed", why: `${name}: no kubeconfig leads to its hub` };
  if (!entry.pause_applied) {
    return { kind: "failed", why: `${name}: its pause is not confirmed; run the pause again, which confirms it` };
  }
  const application = seen.applications.find((one) => isSameApplication(one, entry));
  if (application === undefined) return { kind: "failed", why: `${name}: not found` };
  const isHeld = entry.resumed !== true && !application.automated && isAutomated(entry.original_sync_policy);
  if (application.marker === undefined && !(isHeld && bearsMarker(application, runId))) {
    return { kind: "already", entry };
  }
  if (bearsMarker(application, runId)) {
    const syncPolicy = mergePatchTo(application.syncPolicy, entry.original_sync_policy);
    return patchOf(
      application,
      "give its sync policy back to Application",
      syncPolicy === undefined ? {} : { spec: { syncPolicy } },
    );
  }
  return application.automated
    ? patchOf(application, "take a stale marker from Application", {})
    : { kind: "failed", why: `${name}: paused by another run (${application.marker})` };
}

function conclude(failures: readonly string[], already: readonly PausedApplication[]): StepPlan<OperationMemory> {
  if (failures.length > 0) {
    return {
      state: "refused",
      error: switchoverError("SW-ARGO-03", {
        what: `${failures.length} of ${failures.length + already.length} Applications could not be resumed`,
        why: failures.join("; "),
        fix: "look at each; give an Application its spec.syncPolicy back by hand where the state file says what it was (argocd_paused_apps), and remove its entry",
      }),
    };
  }
  const note = `${already.length} Applications sync as they did before the pause`;
  const fresh = already.filter(({ resumed }) => resumed !== true);
  const remember: Action<OperationMemory> = {
    kind: "remember",
    note: "keep that they are resumed",
    update: (memory) => ({
      ...memory,
      argocd_paused_apps: (memory.argocd_paused_apps ?? []).map((entry) =>
        fresh.some((one) => isSameApplication(one, entry)) ? { ...entry, resumed: true } : entry,
      ),
    }),
  };
  return fresh.length === 0
    ? { state: "done", note: `already resumed: ${note}` }
    : { state: "act", note, actions: [remember], afterwards: "done" };
}

/**
 * How to give each Application that this operation paused exactly the sync policy that it had. Only what carries this
 * operation's marker is changed. Pure. Failures are told together, after everything else is done.
 */
export function planResume(seen: ResumeSeen, memory: OperationMemory): StepPlan<OperationMemory> {
  const entries = memory.argocd_paused_apps ?? [];
  if (entries.length === 0) return { state: "done", note: "no Application was paused" };
  const verdicts = entries.map((entry) => judge(entry, seen, memory.argocd_run_id));
  const changes = verdicts.flatMap((verdict) => (verdict.kind === "write" ? [verdict.change] : []));
  if (changes.length === 0) {
    return conclude(
      verdicts.flatMap((verdict) => (verdict.kind === "failed" ? [verdict.why] : [])),
      verdicts.flatMap((verdict) => (verdict.kind === "already" ? [verdict.entry] : [])),
    );
  }
  return {
    state: "act",
    note: `give ${changes.length} Applications their sync policy back`,
    actions: [{ kind: "bulk", title: "resume Applications", tryAll: true, changes }],
    afterwards: "plan-again",
  };
}
