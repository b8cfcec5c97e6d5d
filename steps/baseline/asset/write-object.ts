import { isKubeError } from "../../lib/kube/kube-error.ts";
import type { KubeObject, Resource } from "../../lib/kube/types.ts";
import { asManaged } from "../cluster/cluster.ts";
import { reasonOf } from "../failure/reason-of.ts";
import { manager } from "../markers/marker-keys.ts";
import { type Identity, identityOf, type ManagedObject } from "../object/managed-object.ts";
import { afterCorrection, passGate } from "../throttle/edit-war.ts";
import type { AssetEvent } from "./asset-event.ts";
import { type AssetRun, type Findings, failedAt, type Settled } from "./asset-run.ts";
import { pauseObject } from "./pause-object.ts";

/** A change that is to be written. */
export interface PlannedWrite {
  readonly resource: Resource;
  readonly desired: ManagedObject;
  readonly live: ManagedObject | undefined;
  /** JSON pointers of what drifted; `[""]` where the object is absent; none where only the ownership differs. */
  readonly paths: readonly string[];
  /** Of the live object, where what is written was made of what it says. */
  readonly resourceVersion?: string;
}

/** Server-side apply as every object of the baseline is applied. @throws KubeError */
export async function applyObject(
  { resource, desired, resourceVersion }: Pick<PlannedWrite, "resource" | "desired" | "resourceVersion">,
  { cluster }: Pick<AssetRun, "cluster">,
  dryRun?: "All",
): Promise<ManagedObject> {
  const { namespace: _namespace, ...metadata } = desired.metadata;
  const placed = resource.scope === "cluster" ? metadata : desired.metadata;
  const version = resourceVersion === undefined ? {} : { resourceVersion };
  const body = { ...desired, metadata: { ...placed, ...version } } as unknown as KubeObject; // it has a name
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
  return isKubeError(error, "NotFound", "KindAbsent") && /namespaces? "[^"]*" not found/.test(error.text.why);
}

async function apply(planned: PlannedWrite, run: AssetRun, found: Findings): Promise<Settled> {
  const identity = identityOf(planned.desired);
  const { live, paths } = planned;
  try {
    await applyObject(planned, run);
  } catch (error) {
    run.cluster.options.signal.throwIfAborted();
    if (lacksNamespace(error)) return { ...found, result: "namespace-missing", namespace: identity.namespace };
    const why = reasonOf(error);
    return failedAt("apply", why, { ...found, events: [...found.events, { reason: "ApplyFailed", note: why }] });
  }
  const now = run.clock.now();
  if (paths.length > 0) {
    const war = afterCorrection(run.state.war(identity), run.limits, { paths, now }, run.runId);
    run.state.setWar(identity, war);
  }
  if (identity.kind === "Namespace") run.namespaces.forget(identity.name);
  const existed = live !== undefined;
  const isCorrection = existed && paths.length > 0;
  return { ...found, events: [...found.events, ...appliedEvents(identity, isCorrection)], result: "applied", existed };
}

/** Writes a change, unless somebody else keeps changing the object or it was corrected too often lately. */
export async function writeObject(planned: PlannedWrite, run: AssetRun, found: Findings): Promise<Settled> {
  const { desired, resource, live, paths } = planned;
  // To take back what we own, or to give it up, changes no value: nobody fights over it, and it costs no token.
  if (paths.length === 0) return await apply(planned, run, found);
  const identity = identityOf(desired);
  const attempt = { paths, now: run.clock.now() };
  const gate = passGate(run.state.war(identity), run.state.bucket(identity), run.limits, attempt);
  if (gate.bucket !== undefined) run.state.setBucket(identity, gate.bucket);
  switch (gate.state) {
    case "open":
      return await apply(planned, run, found);
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
