import { controlManager } from "../asset/pause-object.ts";
import { type Cluster, refOf } from "../cluster/cluster.ts";
import { reasonOf } from "../failure/reason-of.ts";
import { marker } from "../markers/marker-keys.ts";
import { readMarkers } from "../markers/read-markers.ts";
import type { Identity } from "../object/managed-object.ts";
import type { RunState } from "../run/run-state.ts";
import { objectKey } from "../state/baseline-state.ts";
import type { War } from "../throttle/edit-war.ts";

/**
 * What became of one object.
 * - `resumed`: `by` its annotation, or by the state alone: it was paused while it was absent, or before it could be marked.
 */
export type ResumeRecord = { readonly object: string } & (
  | { readonly result: "resumed"; readonly by: "annotation" | "state" }
  | { readonly result: "not-paused" }
  | { readonly result: "failed"; readonly error: string }
);

/** Whether earlier runs take the object for paused, or try to pause it. Pure. */
function isFoughtOver({ pauseMarked, pausedAbsent, episodeReported }: War): boolean {
  return pauseMarked || pausedAbsent || episodeReported;
}

async function unmark(identity: Identity, cluster: Cluster): Promise<boolean> {
  const resource = await cluster.resource(identity);
  if (resource === undefined) return false;
  const live = await cluster.find(identity, identity);
  if (live === undefined || !readMarkers(live).isPaused) return false;
  const { uid } = live.metadata;
  await cluster.client.mergePatch(
    resource,
    refOf(resource, identity),
    { metadata: { annotations: { [marker.reconcilePaused]: null } } },
    { ...cluster.options, fieldManager: controlManager, ...(typeof uid === "string" ? { uid } : {}) },
  );
  return true;
}

/**
 * Takes the pause from one object. The annotation goes first: a run that is killed after that leaves what the next
 * reconciliation takes for a resume by hand. Never throws but for the end of the run.
 */
export async function resumeObject(identity: Identity, cluster: Cluster, state: RunState): Promise<ResumeRecord> {
  const object = objectKey(identity);
  try {
    const isUnmarked = await unmark(identity, cluster);
    if (!isUnmarked && !isFoughtOver(state.war(identity))) return { object, result: "not-paused" };
    state.resume(identity);
    return { object, result: "resumed", by: isUnmarked ? "annotation" : "state" };
  } catch (error) {
    cluster.options.signal.throwIfAborted();
    return { object, result: "failed", error: reasonOf(error) };
  }
}
