import type { Action, Change, StepPlan } from "../../lib/phase/types.ts";
import { isFields } from "../../lib/schema/is-fields.ts";
import { annotation } from "../acm/constants.ts";
import type { OperationMemory, PausedApplication } from "../state/operation-memory.ts";
import { type ApplicationSummary, bearsMarker, describeApplication, isSameApplication } from "./application.ts";
import { argoCd } from "./argo-keeper.ts";
import { type Keeper, ownerKey, resourceOf } from "./keeper.ts";
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
function isWhole(entry: unknown, { kinds }: Keeper): entry is PausedApplication {
  if (!isFields(entry)) return false;
  const { hub, kind, namespace, name, original_sync_policy: original, pause_applied: applied } = entry;
  const isText = (value: unknown): boolean => typeof value === "string" && value !== "";
  return (
    hubNames.has(hub) &&
    kinds.some((one) => one.kind === kind) &&
    isText(namespace) &&
    isText(name) &&
    typeof applied === "boolean" &&
    (original === null || isFields(original))
  );
}

function patchOf(application: ApplicationSummary, summary: string, spec: object, keeper: Keeper): Verdict {
  const { hub, kind, namespace, name, resourceVersion } = application;
  return {
    kind: "write",
    change: {
      target: hub,
      resource: resourceOf(keeper, kind),
      ref: { namespace, name },
      summary,
      verb: "merge-patch",
      patch: { metadata: { annotations: { [annotation.pausedBy]: null } }, ...spec },
      precondition: { resourceVersion },
    },
  };
}

function judge(entry: unknown, seen: ResumeSeen, runId: string | undefined, keeper: Keeper): Verdict {
  if (!isWhole(entry, keeper) || runId === undefined) {
    return { kind: "failed", why: `an entry of the state is malformed: ${JSON.stringify(entry).slice(0, 200)}` };
  }
  const name = describeApplication(entry);
  if (!seen.hubs.includes(entry.hub)) return { kind: "failed", why: `${name}: no kubeconfig leads to its hub` };
  if (!entry.pause_applied) {
    return { kind: "failed", why: `${name}: its pause is not confirmed; run the pause again, which confirms it` };
  }
  const application = seen.applications.find((one) => isSameApplication(one, entry));
  if (application === undefined) return { kind: "failed", why: `${name}: not found` };
  const isHeld = entry.resumed !== true && !application.automated && keeper.isActive(entry.original_sync_policy);
  if (application.marker === undefined && !(isHeld && bearsMarker(application, runId))) {
    return { kind: "already", entry };
  }
  if (bearsMarker(application, runId)) {
    const syncPolicy = mergePatchTo(application.syncPolicy, entry.original_sync_policy);
    return patchOf(
      application,
      keeper.words.gives(application),
      syncPolicy === undefined ? {} : { spec: keeper.specOf(syncPolicy) },
      keeper,
    );
  }
  return application.automated
    ? patchOf(application, `take a stale marker from ${ownerKey(application)}`, {}, keeper)
    : { kind: "failed", why: `${name}: paused by another run (${application.marker})` };
}

function conclude(
  failures: readonly string[],
  already: readonly PausedApplication[],
  { errors, noun, words, state }: Keeper,
): StepPlan<OperationMemory> {
  if (failures.length > 0) {
    const error = errors.unresumed(failures.length, failures.length + already.length, failures.join("; "));
    return { state: "refused", error };
  }
  const note = `${already.length} ${noun} ${words.resting}`;
  const fresh = already.filter(({ resumed }) => resumed !== true);
  const remember: Action<OperationMemory> = {
    kind: "remember",
    note: "keep that they are resumed",
    update: (memory) =>
      state.keep(
        memory,
        (state.entries(memory) ?? []).map((entry) =>
          fresh.some((one) => isSameApplication(one, entry)) ? { ...entry, resumed: true } : entry,
        ),
      ),
  };
  return fresh.length === 0
    ? { state: "done", note: `already resumed: ${note}` }
    : { state: "act", note, actions: [remember], afterwards: "done" };
}

/**
 * How to give each Application that this operation paused exactly the sync policy that it had. Only what carries this
 * operation's marker is changed. Pure. Failures are told together, after everything else is done.
 */
export function planResume(
  seen: ResumeSeen,
  memory: OperationMemory,
  keeper: Keeper = argoCd,
): StepPlan<OperationMemory> {
  const { state, noun, words } = keeper;
  const entries = state.entries(memory) ?? [];
  if (entries.length === 0) return { state: "done", note: words.none };
  const verdicts = entries.map((entry) => judge(entry, seen, state.runId(memory), keeper));
  const changes = verdicts.flatMap((verdict) => (verdict.kind === "write" ? [verdict.change] : []));
  if (changes.length === 0) {
    return conclude(
      verdicts.flatMap((verdict) => (verdict.kind === "failed" ? [verdict.why] : [])),
      verdicts.flatMap((verdict) => (verdict.kind === "already" ? [verdict.entry] : [])),
      keeper,
    );
  }
  return {
    state: "act",
    note: words.givesAll(changes.length),
    actions: [{ kind: "bulk", title: `resume ${noun}`, tryAll: true, changes }],
    afterwards: "plan-again",
  };
}
