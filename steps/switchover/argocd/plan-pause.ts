import type { Resource } from "../../lib/kube/types.ts";
import type { Action, Change, StepPlan, Wait } from "../../lib/phase/types.ts";
import { annotation } from "../acm/constants.ts";
import type { OperationMemory, PausedApplication } from "../state/operation-memory.ts";
import {
  type ApplicationSummary,
  bearsMarker,
  describeApplication,
  describeMaker,
  isSameApplication,
} from "./application.ts";
import { argoCd } from "./argo-keeper.ts";
import { type Keeper, resourceOf } from "./keeper.ts";
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

function entryOf(
  memory: OperationMemory,
  application: ApplicationSummary,
  { state }: Keeper,
): PausedApplication | undefined {
  return state.entries(memory)?.find((entry) => isSameApplication(entry, application));
}

function provisional({ hub, kind, namespace, name, syncPolicy }: ApplicationSummary): PausedApplication {
  const place = { hub, ...(kind === undefined ? {} : { kind }), namespace, name };
  return { ...place, original_sync_policy: syncPolicy, pause_applied: false };
}

/** What to do about one Application. What is not automated and was not being paused is none of our business. */
function judge(application: ApplicationSummary, memory: OperationMemory, keeper: Keeper): Verdict {
  const known = entryOf(memory, application, keeper);
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
  const wasPaused = entry.reverted !== undefined || application.marker === keeper.state.runId(memory);
  // A pause that never came to be says nothing of today's policy.
  return { kind: "pause", entry: wasPaused ? entry : provisional(application), application };
}

function pauseChange(
  application: ApplicationSummary,
  resource: Resource,
  runId: string,
  { words, pausing }: Keeper,
): Change {
  const { hub, namespace, name, resourceVersion } = application;
  return {
    target: hub,
    resource,
    ref: { namespace, name },
    summary: words.pauses(application),
    madeUp: [runId],
    verb: "merge-patch",
    patch: { metadata: { annotations: { [annotation.pausedBy]: runId } }, spec: pausing },
    precondition: { resourceVersion },
  };
}

function warnOf({ madeBy, ...application }: ApplicationSummary, { words }: Keeper): readonly Action<OperationMemory>[] {
  return madeBy === undefined
    ? []
    : [{ kind: "warn", message: words.warnsOf(describeMaker(madeBy), describeApplication(application)) }];
}

/** These entries in place of those of the same Applications. Pure. */
export function withEntries(
  memory: OperationMemory,
  runId: string,
  entries: readonly PausedApplication[],
  { state }: Keeper = argoCd,
): OperationMemory {
  const kept = (state.entries(memory) ?? []).filter((old) => !entries.some((entry) => isSameApplication(entry, old)));
  return state.keep(memory, [...kept, ...entries], runId);
}

function forgetAll(memory: OperationMemory, { product, state }: Keeper): StepPlan<OperationMemory> {
  const note = `no hub has ${product}`;
  const known = state.runId(memory) !== undefined || state.entries(memory) !== undefined;
  return known
    ? { state: "act", note, actions: [{ kind: "remember", note, update: state.forget }], afterwards: "done" }
    : { state: "done", note };
}

type Pause = Extract<Verdict, { kind: "pause" }>;

function isStubborn({ entry: { reverted = 0 }, application: { madeBy } }: Pause): boolean {
  return reverted > (madeBy === undefined ? maxReverts.byOthers : maxReverts.byMaker);
}

function givesUp(stubborn: readonly Pause[], { errors }: Keeper): StepPlan<OperationMemory> {
  const names = stubborn.map(
    ({ application: { madeBy, ...application } }) =>
      `${describeApplication(application)}${madeBy === undefined ? "" : ` (made by ${describeMaker(madeBy)})`}`,
  );
  const times = Math.max(...stubborn.map(({ entry }) => entry.reverted ?? 0));
  return { state: "refused", error: errors.stubborn(names, times) };
}

/** What this operation has paused and not let go, of what is seen. */
function heldOf({ applications }: PauseSeen, memory: OperationMemory, keeper: Keeper): readonly ApplicationSummary[] {
  const held = notResumed(memory, keeper);
  return applications.filter((application) => held.some((entry) => isSameApplication(entry, application)));
}

/**
 * Which Applications that touch ACM still sync by themselves, and how to stop that: what each was is kept before it is
 * changed, and each is looked at again after. Pure. Asked again with nothing changed it wants nothing.
 */
export function planPause(
  seen: PauseSeen,
  memory: OperationMemory,
  standStill: StandStill,
  keeper: Keeper = argoCd,
): StepPlan<OperationMemory> {
  if (!seen.installed) return forgetAll(memory, keeper);
  const { noun, words } = keeper;
  const runId = keeper.state.runId(memory) ?? seen.freshRunId;
  const verdicts = seen.applications.map((application) => judge(application, memory, keeper));
  const pauses = verdicts.filter((verdict) => verdict.kind === "pause");
  const stubborn = pauses.filter(isStubborn);
  if (stubborn.length > 0) return givesUp(stubborn, keeper);
  const entries = verdicts.flatMap((verdict) => (verdict.kind === "none" ? [] : [verdict.entry]));
  const paused = notResumed(memory, keeper).length;
  if (entries.length === 0) {
    const syncing = heldOf(seen, memory, keeper).filter((application) => application.syncing);
    if (syncing.length > 0) {
      const note = `${words.busy} of ${syncing.length} paused ${noun} is under way`;
      return { state: "act", note, actions: [{ kind: "wait", wait: standStill(syncing) }], afterwards: "plan-again" };
    }
    return { state: "done", note: `${paused} ${noun} paused, no other that touches ACM syncs by itself` };
  }
  const remember = (note: string, kept: readonly PausedApplication[]): Action<OperationMemory> => ({
    kind: "remember",
    note,
    update: (now) => withEntries(now, runId, kept, keeper),
  });
  const keep = remember("keep the sync policies", entries);
  if (pauses.length === 0) {
    return { state: "act", note: `${paused} ${noun} paused`, actions: [keep], afterwards: "plan-again" };
  }
  const made = pauses.flatMap(({ application }) => (application.madeBy === undefined ? [] : [application]));
  return {
    state: "act",
    note: words.pausesAll(pauses.length),
    actions: [
      keep,
      ...pauses.flatMap(({ application }) => warnOf(application, keeper)),
      {
        kind: "bulk",
        title: `pause ${noun}`,
        tryAll: true,
        changes: pauses.map(({ application }) =>
          pauseChange(application, resourceOf(keeper, application.kind), runId, keeper),
        ),
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
  { state }: Keeper = argoCd,
): OperationMemory {
  const [entries, runId] = [state.entries(memory), state.runId(memory)];
  if (entries === undefined) return memory;
  return state.keep(
    memory,
    entries.flatMap((entry) => {
      const { reverted, ...settled } = entry;
      // Of a hub that was not asked nothing new is known.
      if (!hubs.includes(entry.hub)) return [entry];
      const application = applications.find((one) => isSameApplication(one, entry));
      const holds = application?.automated === false && bearsMarker(application, runId);
      const wasPaused = entry.pause_applied || reverted !== undefined || holds;
      return wasPaused ? [{ ...settled, pause_applied: true }] : [];
    }),
  );
}
