import type { Action, Change, StepPlan, Wait } from "../../lib/phase/types.ts";
import { annotation } from "../acm/constants.ts";
import { applications } from "../acm/resources.ts";
import type { OperationMemory, PausedApplication } from "../state/operation-memory.ts";
import { switchoverError } from "../switchover-error.ts";
import {
  type ApplicationSummary,
  bearsMarker,
  describeApplication,
  describeMaker,
  isSameApplication,
  letMakersBe,
} from "./application.ts";
import { notResumed } from "./paused-count.ts";

/** What a pause looks at. */
export interface PauseSeen {
  /** Argo CD is on one hub at least. */
  readonly installed: boolean;
  readonly applications: readonly ApplicationSummary[];
  /** For a first pause; the run id of the operation's memory goes before it. */
  readonly freshRunId: string;
}

/**
 * How often a sync that is turned on again is turned off again before the pause gives up. What makes an Application
 * turns it on as often as it is turned off.
 */
const maxReverts = { byMaker: 1, byOthers: 3 };

/** How the planner has these looked at until they stand still. */
export type StandStill = (held: readonly ApplicationSummary[]) => Wait;

type Verdict =
  | { readonly kind: "none" }
  | { readonly kind: "confirm"; readonly entry: PausedApplication }
  | { readonly kind: "pause"; readonly entry: PausedApplication; readonly application: ApplicationSummary };

function entryOf(memory: OperationMemory, application: ApplicationSummary): PausedApplication | undefined {
  return memory.argocd_paused_apps?.find((entry) => isSameApplication(entry, application));
}

function provisional({ hub, namespace, name, syncPolicy }: ApplicationSummary): PausedApplication {
  return { hub, namespace, name, original_sync_policy: syncPolicy, pause_applied: false };
}

/** What to do about one Application. What is not automated and was not being paused is none of our business. */
function judge(application: ApplicationSummary, memory: OperationMemory): Verdict {
  const known = entryOf(memory, application);
  const entry = known?.resumed === true ? undefined : known;
  if (!application.automated) {
    return entry === undefined || entry.pause_applied
      ? { kind: "none" }
      : { kind: "confirm", entry: { ...entry, pause_applied: true } };
  }
  if (entry === undefined) {
    return application.touchesAcm ? { kind: "pause", entry: provisional(application), application } : { kind: "none" };
  }
  if (entry.pause_applied) {
    // Somebody turned it on again: what it was at first is what it gets back.
    const reverted = (entry.reverted ?? 0) + 1;
    return { kind: "pause", entry: { ...entry, pause_applied: false, reverted }, application };
  }
  const wasPaused = entry.reverted !== undefined || application.marker === memory.argocd_run_id;
  // A pause that never came to be says nothing of today's policy.
  return { kind: "pause", entry: wasPaused ? entry : provisional(application), application };
}

function pauseChange(application: ApplicationSummary, runId: string): Change {
  const { hub, namespace, name, resourceVersion } = application;
  return {
    target: hub,
    resource: applications,
    ref: { namespace, name },
    summary: `turn automated sync of Application ${namespace}/${name} off`,
    madeUp: [runId],
    verb: "merge-patch",
    // Null takes the key away; without it a merge patch would leave the sync on.
    patch: { metadata: { annotations: { [annotation.pausedBy]: runId } }, spec: { syncPolicy: { automated: null } } },
    precondition: { resourceVersion },
  };
}

function warnOf({ madeBy, ...application }: ApplicationSummary): readonly Action<OperationMemory>[] {
  return madeBy === undefined
    ? []
    : [
        {
          kind: "warn",
          message: `${describeMaker(madeBy)} may turn automated sync of Application ${describeApplication(application)} on again; let it ignore spec.syncPolicy, or pause it, too`,
        },
      ];
}

/** These entries in place of those of the same Applications. Pure. */
export function withEntries(
  memory: OperationMemory,
  runId: string,
  entries: readonly PausedApplication[],
): OperationMemory {
  const kept = (memory.argocd_paused_apps ?? []).filter(
    (old) => !entries.some((entry) => isSameApplication(entry, old)),
  );
  return {
    ...memory,
    argocd_run_id: memory.argocd_run_id ?? runId,
    argocd_paused_apps: [...kept, ...entries],
  };
}

function withoutArgo({
  argocd_run_id: _id,
  argocd_paused_apps: _apps,
  argocd_pause_dry_run: _dry,
  ...memory
}: OperationMemory): OperationMemory {
  return memory;
}

function forgetAll(memory: OperationMemory): StepPlan<OperationMemory> {
  const note = "no hub has Argo CD";
  const known = memory.argocd_run_id !== undefined || memory.argocd_paused_apps !== undefined;
  return known
    ? { state: "act", note, actions: [{ kind: "remember", note, update: withoutArgo }], afterwards: "done" }
    : { state: "done", note };
}

type Pause = Extract<Verdict, { kind: "pause" }>;

function isStubborn({ entry: { reverted = 0 }, application: { madeBy } }: Pause): boolean {
  return reverted > (madeBy === undefined ? maxReverts.byOthers : maxReverts.byMaker);
}

function givesUp(stubborn: readonly Pause[]): StepPlan<OperationMemory> {
  const names = stubborn.map(
    ({ application: { madeBy, ...application } }) =>
      `${describeApplication(application)}${madeBy === undefined ? "" : ` (made by ${describeMaker(madeBy)})`}`,
  );
  const times = Math.max(...stubborn.map(({ entry }) => entry.reverted ?? 0));
  return {
    state: "refused",
    error: switchoverError("SW-ARGO-02", {
      what: `automated sync does not stay off: ${names.join(", ")}`,
      why: `something turned it on again ${times} times: an ApplicationSet, a parent Application or a person`,
      fix: `${letMakersBe}; then resume`,
    }),
  };
}

/** What this operation has paused and not let go, of what is seen. */
function heldOf({ applications }: PauseSeen, memory: OperationMemory): readonly ApplicationSummary[] {
  const held = notResumed(memory);
  return applications.filter((application) => held.some((entry) => isSameApplication(entry, application)));
}

/**
 * Which Applications that touch ACM still sync by themselves, and how to stop that: what each was is kept before it is
 * changed, and each is looked at again after. Pure. Asked again with nothing changed it wants nothing.
 */
export function planPause(seen: PauseSeen, memory: OperationMemory, standStill: StandStill): StepPlan<OperationMemory> {
  if (!seen.installed) return forgetAll(memory);
  const runId = memory.argocd_run_id ?? seen.freshRunId;
  const verdicts = seen.applications.map((application) => judge(application, memory));
  const pauses = verdicts.filter((verdict) => verdict.kind === "pause");
  const stubborn = pauses.filter(isStubborn);
  if (stubborn.length > 0) return givesUp(stubborn);
  const entries = verdicts.flatMap((verdict) => (verdict.kind === "none" ? [] : [verdict.entry]));
  const paused = notResumed(memory).length;
  if (entries.length === 0) {
    const syncing = heldOf(seen, memory).filter((application) => application.syncing);
    if (syncing.length > 0) {
      const note = `a sync of ${syncing.length} paused Applications is under way`;
      return { state: "act", note, actions: [{ kind: "wait", wait: standStill(syncing) }], afterwards: "plan-again" };
    }
    return { state: "done", note: `${paused} Applications paused, no other that touches ACM syncs by itself` };
  }
  const remember = (note: string, kept: readonly PausedApplication[]): Action<OperationMemory> => ({
    kind: "remember",
    note,
    update: (now) => withEntries(now, runId, kept),
  });
  const keep = remember("keep the sync policies", entries);
  if (pauses.length === 0) {
    return { state: "act", note: `${paused} Applications paused`, actions: [keep], afterwards: "plan-again" };
  }
  const made = pauses.flatMap(({ application }) => (application.madeBy === undefined ? [] : [application]));
  return {
    state: "act",
    note: `turn automated sync of ${pauses.length} Applications off`,
    actions: [
      keep,
      ...pauses.flatMap(({ application }) => warnOf(application)),
      {
        kind: "bulk",
        title: "pause Applications",
        tryAll: true,
        changes: pauses.map(({ application }) => pauseChange(application, runId)),
      },
      remember(
        "keep that they are paused",
        entries.map((entry) => ({ ...entry, pause_applied: true })),
      ),
      ...(made.length === 0 ? [] : [{ kind: "wait", wait: standStill(made) } as const]),
    ],
    // The look that follows is the proof.
    afterwards: "plan-again",
  };
}

/**
 * After a pause of which a part failed: what was paused is so noted, what was not is forgotten. Pure.
 */
export function settleEntries(
  { applications, hubs }: { readonly applications: readonly ApplicationSummary[]; readonly hubs: readonly string[] },
  memory: OperationMemory,
): OperationMemory {
  const { argocd_paused_apps: entries, argocd_run_id: runId } = memory;
  if (entries === undefined) return memory;
  return {
    ...memory,
    argocd_paused_apps: entries.flatMap((entry) => {
      const { reverted, ...settled } = entry;
      // Of a hub that was not asked nothing new is known.
      if (!hubs.includes(entry.hub)) return [entry];
      const application = applications.find((one) => isSameApplication(one, entry));
      const holds = application?.automated === false && bearsMarker(application, runId);
      const wasPaused = entry.pause_applied || reverted !== undefined || holds;
      return wasPaused ? [{ ...settled, pause_applied: true }] : [];
    }),
  };
}
