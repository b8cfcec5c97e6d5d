import { isKubeError } from "../../lib/kube/kube-error.ts";
import type { KubeObject, Resource } from "../../lib/kube/types.ts";
import { asManaged } from "../cluster/cluster.ts";
import { reasonOf } from "../failure/reason-of.ts";
import { manager } from "../markers/marker-keys.ts";
import { type Identity, identityOf, type ManagedObject } from "../object/managed-object.ts";
import {
  type Attempt,
  afterCorrection,
  beforeCorrection,
  type Gate,
  passGate,
  type Standing,
} from "../throttle/edit-war.ts";
import type { AssetEvent } from "./asset-event.ts";
import { type AssetRun, type Findings, failedAt, noSuchApi, type Settled } from "./asset-run.ts";
import { pauseObject } from "./pause-object.ts";

/** A change that is to be written. */
export interface PlannedWrite {
  readonly resource: Resource;
  readonly desired: ManagedObject;
  readonly live: ManagedObject | undefined;
  /** JSON pointers of what drifted; `[""]` where the object is absent; none where only the ownership differs. */
  readonly paths: readonly string[];
}

/** Of an object, as the API gives it; empty for an absent one. */
export function versionOf(live: ManagedObject | undefined): string {
  const version = live?.metadata["resourceVersion"];
  return typeof version === "string" ? version : "";
}

/**
 * Server-side apply as every object of the baseline is applied. A real one is refused where the object has changed since
 * it was looked at: what it was decided by holds no longer, its user may have taken it over.
 *
 * @throws KubeError
 */
export async function applyObject(
  { resource, desired, live }: Pick<PlannedWrite, "resource" | "desired"> & Partial<Pick<PlannedWrite, "live">>,
  { cluster }: Pick<AssetRun, "cluster">,
  dryRun?: "All",
): Promise<ManagedObject> {
  const { namespace: _namespace, ...metadata } = desired.metadata;
  const placed = resource.scope === "cluster" ? metadata : desired.metadata;
  const resourceVersion = versionOf(live);
  const condition = dryRun === "All" || resourceVersion === "" ? {} : { resourceVersion };
  const body = { ...desired, metadata: { ...placed, ...condition } } as unknown as KubeObject; // it has a name
  const options = { ...cluster.options, fieldManager: manager, force: true };
  const answer = await cluster.client.apply(resource, body, dryRun === undefined ? options : { ...options, dryRun });
  return asManaged(answer, resource);
}

function appliedEvents({ kind, name }: Identity, existed: boolean): readonly AssetEvent[] {
  const applied: AssetEvent = { reason: "AssetApplied", note: `${kind} ${name} was applied` };
  const corrected: AssetEvent = { reason: "DriftCorrected", note: `${kind} ${name} is at the baseline again` };
  return existed ? [applied, corrected] : [applied];
}

/** The API says which namespace there is not, and nothing else tells it from an absent object (Kubernetes 1.35). */
function lacksNamespace(error: unknown): boolean {
  if (isKubeError(error, "AdmissionDenied")) return /namespace \S+ because it is being terminated/.test(error.text.why);
  return isKubeError(error, "NotFound", "KindAbsent") && /namespaces? "[^"]*" not found/.test(error.text.why);
}

/**
 * What is known of an apply. `stale`, `elsewhere`, `refused`: nothing was written; it had changed, has no place any more, or
 * was not let in. `unclear`: no answer came, and it may have been carried out.
 */
type Applied =
  | { readonly became: "written" | "elsewhere" | "refused" | "unclear"; readonly settled: Settled }
  | { readonly became: "stale"; readonly settled: "stale" };

/** What an apply that the server did not carry out says of its object. Pure. */
export function refusal(error: unknown, desired: ManagedObject, found: Findings): Settled {
  const identity = identityOf(desired);
  if (lacksNamespace(error)) return { ...found, result: "namespace-missing", namespace: identity.namespace };
  if (isKubeError(error, "KindAbsent")) return noSuchApi(identity, found);
  return failedAt("apply", reasonOf(error), found);
}

function afterFailure(error: unknown, { live, desired }: PlannedWrite, found: Findings): Applied {
  if (live !== undefined && isKubeError(error, "Conflict")) return { became: "stale", settled: "stale" };
  const settled = refusal(error, desired, found);
  if (settled.result !== "failed") return { became: "elsewhere", settled };
  const events = [...found.events, { reason: "ApplyFailed", note: settled.error } as const];
  const became = isKubeError(error) && error.unclear ? "unclear" : "refused";
  return { became, settled: { ...settled, events } };
}

async function apply(planned: PlannedWrite, run: AssetRun, found: Findings): Promise<Applied> {
  const identity = identityOf(planned.desired);
  const { live, paths } = planned;
  try {
    await applyObject(planned, run);
  } catch (error) {
    run.cluster.options.signal.throwIfAborted();
    return afterFailure(error, planned, found);
  }
  if (identity.kind === "Namespace") run.namespaces.forget(identity.name);
  const existed = live !== undefined;
  const isCorrection = existed && paths.length > 0;
  const events = [...found.events, ...appliedEvents(identity, isCorrection)];
  return { became: "written", settled: { ...found, events, result: "applied", existed } };
}

interface Counted {
  readonly before: Standing;
  /** As it was stored before the apply. */
  readonly intended: Standing;
}

/** A correction counts where it was written, and takes its token where it was tried. */
function standingAfter(
  became: Applied["became"],
  { before, intended }: Counted,
  { live, paths }: PlannedWrite,
  { limits, runId, clock }: AssetRun,
): Standing {
  switch (became) {
    case "written":
      return { ...intended, war: afterCorrection(before.war, limits, { paths, now: clock.now() }, runId) };
    case "unclear":
      // The next run sees by the object's version; an absent one has none.
      return live === undefined ? { ...intended, war: before.war } : intended;
    case "refused":
      return { ...intended, war: before.war };
    case "stale":
    case "elsewhere":
      return before;
  }
}

/** Counts a correction and stores that before it is written, so that no killed run has more of them than it may. */
async function correct(
  planned: PlannedWrite,
  attempt: Attempt,
  run: AssetRun,
  found: Findings,
): Promise<Settled | "stale"> {
  const identity = identityOf(planned.desired);
  const { state, limits, runId } = run;
  const before = state.standing(identity);
  const gate = passGate(before.war, before.bucket, limits, attempt);
  if (gate.state !== "open") return await refuse(planned, gate, run, found);
  const war = beforeCorrection(before.war, attempt, { runId, version: versionOf(planned.live) });
  const intended = { war, bucket: gate.bucket };
  state.setStanding(identity, intended);
  try {
    await state.keep();
  } catch (error) {
    state.setStanding(identity, before);
    run.cluster.options.signal.throwIfAborted();
    return failedAt("state", reasonOf(error), found);
  }
  const { became, settled } = await apply(planned, run, found);
  state.setStanding(identity, standingAfter(became, { before, intended }, planned, run));
  return settled;
}

/** Writes a change, unless somebody else keeps changing the object or it was corrected too often lately. */
export async function writeObject(planned: PlannedWrite, run: AssetRun, found: Findings): Promise<Settled | "stale"> {
  const { paths } = planned;
  // To take back what we own, or to give it up, changes no value: nobody fights over it, and it costs no token.
  if (paths.length === 0) return (await apply(planned, run, found)).settled;
  return await correct(planned, { paths, now: run.clock.now() }, run, found);
}

async function refuse(
  { desired, resource, live }: PlannedWrite,
  gate: Exclude<Gate, { state: "open" }>,
  run: AssetRun,
  found: Findings,
): Promise<Settled> {
  const identity = identityOf(desired);
  if (gate.bucket !== undefined) run.state.setBucket(identity, gate.bucket);
  switch (gate.state) {
    case "throttled": {
      run.state.setWar(identity, gate.war);
      const { capacity, windowMs } = run.limits;
      const error = `throttled: more than ${capacity} corrections within ${windowMs / 1000} s`;
      return {
        ...found,
        events: [...found.events, { reason: "Throttled", note: error }],
        result: "failed",
        cause: "throttled",
        error,
      };
    }
    case "edit-war":
      return await pauseObject({ resource, identity, live }, gate, run, found);
  }
}
