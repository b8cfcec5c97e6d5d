import type { Resource } from "../../lib/kube/types.ts";
import { refOf } from "../cluster/cluster.ts";
import { reasonOf } from "../failure/reason-of.ts";
import { marker } from "../markers/marker-keys.ts";
import type { Identity, ManagedObject } from "../object/managed-object.ts";
import type { Gate } from "../throttle/edit-war.ts";
import { type AssetRun, type Findings, failedAt, type Settled } from "./asset-run.ts";
import { type Pause, thrashing } from "./thrashing-event.ts";

/** Another one than that of applies: those would own the marker, or take it away. */
export const controlManager = "virt-platform-autopilot-control";

export interface Fought {
  readonly resource: Resource;
  readonly identity: Identity;
  readonly live: ManagedObject | undefined;
}

/** What pausing an object needs of its run. */
type PauseRun = Pick<AssetRun, "cluster" | "state" | "limits">;

async function mark({ resource, identity, live }: Fought, { cluster }: PauseRun): Promise<Pause> {
  if (live === undefined) return { state: "absent" };
  const { uid } = live.metadata;
  try {
    await cluster.client.mergePatch(
      resource,
      refOf(resource, identity),
      { metadata: { annotations: { [marker.reconcilePaused]: "true" } } },
      { ...cluster.options, fieldManager: controlManager, ...(typeof uid === "string" ? { uid } : {}) },
    );
    return { state: "marked" };
  } catch (error) {
    cluster.options.signal.throwIfAborted();
    return { state: "refused", reason: reasonOf(error) };
  }
}

/** Why the state could not be stored. @throws the signal's reason, also where another run has stored its own */
async function keep({ state, cluster }: PauseRun): Promise<string | undefined> {
  try {
    await state.keep();
    return undefined;
  } catch (error) {
    cluster.options.signal.throwIfAborted();
    return reasonOf(error);
  }
}

function errorOf(pause: Pause, unkept: string | undefined): string {
  const what = pause.state === "absent" ? "it is deleted again and again" : "somebody else keeps changing it";
  const unmarked = pause.state === "refused" ? `; the pause could not be marked: ${pause.reason}` : "";
  const unstored = unkept === undefined ? "" : `; that the pause is marked could not be stored: ${unkept}`;
  return `reconciliation paused, edit war: ${what}${unmarked}${unstored}`;
}

/**
 * Pauses an object that is fought over. That is stored before the marker is written, so that a run that is killed has
 * counted it, and after it, so that its absence is taken for a wish to resume; until it was really written nobody does, and
 * each run tries again. One that is absent is paused in the state alone. Where that cannot be stored before, nothing is
 * marked; where it cannot be after it, the next run takes the pause from the marker.
 */
export async function pauseObject(
  fought: Fought,
  gate: Extract<Gate, { state: "edit-war" }>,
  run: PauseRun,
  found: Findings,
): Promise<Settled> {
  const { identity, live } = fought;
  const { state } = run;
  const before = state.value;
  if (gate.isNew) state.countThrashing(identity);
  const war = { ...gate.war, pausedAbsent: live === undefined, pauseMarked: false };
  state.setWar(identity, war);
  const unstored = await keep(run);
  if (unstored !== undefined) {
    state.update(() => before);
    return failedAt("state", unstored, found);
  }
  const pause = await mark(fought, run);
  if (pause.state === "marked") state.setWar(identity, { ...war, pauseMarked: true });
  const unkept = pause.state === "marked" ? await keep(run) : undefined;
  const event = thrashing({ identity, war, limits: run.limits, pause });
  return {
    ...found,
    identity,
    events: gate.war.isUntold === true ? [...found.events, event] : found.events,
    result: "failed",
    cause: "edit-war",
    error: errorOf(pause, unkept),
    isPaused: pause.state !== "refused",
  };
}
