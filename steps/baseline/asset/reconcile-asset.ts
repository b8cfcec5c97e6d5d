import { type Json, member, valueAt } from "../../lib/json/json.ts";
import { isKubeError } from "../../lib/kube/kube-error.ts";
import type { Resource } from "../../lib/kube/types.ts";
import { goldenConfig } from "../catalog/catalog.ts";
import type { LoadedAsset } from "../catalog/loaded-asset.ts";
import type { NamespaceSight } from "../cluster/namespaces.ts";
import { isExcluded } from "../exclusion/read-rules.ts";
import { reasonOf } from "../failure/reason-of.ts";
import { type Identity, identityOf, type ManagedObject } from "../object/managed-object.ts";
import { driftedFields } from "../run/drifted-fields.ts";
import type { AssetRecord } from "../run/run-record.ts";
import type { Rendered } from "../template/render-asset.ts";
import type { AssetEvent } from "./asset-event.ts";
import {
  type AssetRun,
  type Findings,
  failedAt,
  noSuchApi,
  nothingFound,
  recordOf,
  type Settled,
} from "./asset-run.ts";
import { dayZeroOf } from "./day-zero.ts";
import { desiredState } from "./desired-state.ts";
import { judgeDrift } from "./judge-drift.ts";
import { thrashing } from "./thrashing-event.ts";
import { applyObject, type PlannedWrite, refusal, versionOf, writeObject } from "./write-object.ts";

interface Place {
  readonly asset: LoadedAsset;
  readonly rendered: ManagedObject;
  readonly identity: Identity;
  readonly resource: Resource;
}

const driftNote = "fields that the baseline sets were changed";
// A stale answer each time means that somebody writes the object all the time: the next run looks again.
const looks = 3;

/** An asset that merges what a ConfigMap says must not write over what was said since it was read for that. */
function wasMadeOfAnother({ asset, identity }: Place, live: ManagedObject | undefined, run: AssetRun): boolean {
  const own = (asset.entry.lookups ?? []).find(
    (lookup) =>
      lookup.kind === "config-map-value" &&
      lookup.namespace === identity.namespace &&
      lookup.config_map === identity.name,
  );
  if (own?.kind !== "config-map-value") return false;
  const known: Json | undefined = member(run.document.lookups[asset.name] ?? {}, own.name);
  return (valueAt(live, ["data", own.key]) ?? "") !== (known ?? "");
}

/** Whether there is room for an object: a namespace that takes it, or a kind that needs none. */
async function roomFor({ resource, desired }: PlannedWrite, { namespaces }: AssetRun): Promise<NamespaceSight> {
  return resource.scope === "cluster" ? "usable" : await namespaces.sight(identityOf(desired).namespace);
}

/** What a run would do. What is there was tried already; of what is not, the server says whether it would take it. */
async function plan(planned: PlannedWrite, room: NamespaceSight, run: AssetRun, found: Findings): Promise<Settled> {
  const { live, desired } = planned;
  if (live === undefined && room === "usable") {
    try {
      await applyObject(planned, run, "All");
    } catch (error) {
      run.cluster.options.signal.throwIfAborted();
      return refusal(error, desired, found);
    }
  }
  if (desired.kind === "Namespace") run.namespaces.plan(desired.metadata.name);
  return { ...found, result: "applied", existed: live !== undefined };
}

/** @param after as the server would have it, or as it is asked for where it is not there yet */
async function writeAndNote(
  planned: PlannedWrite,
  after: ManagedObject,
  run: AssetRun,
  found: Findings,
): Promise<Settled | "stale"> {
  const settled = await write(planned, run, found);
  const { live } = planned;
  if (settled !== "stale" && settled.result === "applied") {
    run.nodes.wrote({ after, ...(live === undefined ? {} : { before: live }) });
  }
  return settled;
}

async function write(planned: PlannedWrite, run: AssetRun, found: Findings): Promise<Settled | "stale"> {
  const { namespace } = identityOf(planned.desired);
  let room: NamespaceSight;
  try {
    room = await roomFor(planned, run);
  } catch (error) {
    run.cluster.options.signal.throwIfAborted();
    return failedAt("namespace", reasonOf(error), found);
  }
  if (room === "missing") return { ...found, result: "namespace-missing", namespace };
  if (run.isDryRun) return await plan(planned, room, run, found);
  const isDrift = planned.live !== undefined && planned.paths.length > 0;
  const events = isDrift ? [...found.events, { reason: "DriftDetected", note: driftNote } as const] : found.events;
  return await writeObject(planned, run, { ...found, events });
}

/** The run that paused it may have been killed before it told so, and before it knew that the marker was written. */
function eventsOfPaused(
  identity: Identity,
  live: ManagedObject | undefined,
  { state, limits }: AssetRun,
): readonly AssetEvent[] {
  const war = state.war(identity);
  if (war.episodeReported && live !== undefined) state.setWar(identity, { ...war, pauseMarked: true });
  const pause = { state: live === undefined ? "absent" : "marked" } as const;
  return war.isUntold === true ? [thrashing({ identity, war, limits, pause })] : [];
}

/** One look; `stale`: the object changed between the look and what followed from it. */
async function lookAndWrite(place: Place, run: AssetRun): Promise<Settled | "stale"> {
  const { asset, rendered, identity, resource } = place;
  const live = await run.cluster.find(identity, identity);
  run.state.settleIntent(identity, run.limits, versionOf(live));
  const desired = desiredState(rendered, live, run.state.war(identity), dayZeroOf(run.document.hco, asset.name));
  const found: Findings = { ...nothingFound, identity };
  if (desired.state === "unmanaged") {
    run.state.setCustomizations(identity, desired.customizations);
    return { ...found, events: desired.events, result: "unmanaged" };
  }
  if (desired.state === "paused") return { ...found, result: "paused", events: eventsOfPaused(identity, live, run) };
  if (desired.isResumed && !run.isDryRun) run.state.resume(identity);
  run.state.setCustomizations(identity, desired.customizations);
  const { events, ignoredFields, patchOperations } = desired;
  const known = { ...found, events, ignoredFields, ...(patchOperations === undefined ? {} : { patchOperations }) };
  if (desired.state === "invalid")
    return failedAt("ignored-fields", desired.reason, { ...known, wrongAnnotation: desired.place });
  if (wasMadeOfAnother(place, live, run) || (live === undefined && asset.name === goldenConfig))
    return failedAt("read", "it was changed after it was looked at; the next run looks again", known);
  const planned = { resource, desired: desired.object, live };
  if (live === undefined) return await writeAndNote({ ...planned, paths: [""] }, desired.object, run, known);
  return await correct(planned, live, run, known);
}

async function correct(
  planned: Omit<PlannedWrite, "paths">,
  live: ManagedObject,
  run: AssetRun,
  found: Findings,
): Promise<Settled | "stale"> {
  let wouldBe: ManagedObject;
  try {
    wouldBe = await applyObject(planned, run, "All");
  } catch (error) {
    run.cluster.options.signal.throwIfAborted();
    if (isKubeError(error, "KindAbsent")) return noSuchApi(identityOf(live), found);
    return failedAt("dry-run", reasonOf(error), found);
  }
  const drift = judgeDrift(live, wouldBe);
  switch (drift.state) {
    case "stale":
      return "stale";
    case "in-place":
      run.nodes.kept(live);
      return { ...found, result: "unchanged" };
    case "ownership-differs":
      return await writeAndNote({ ...planned, paths: [] }, wouldBe, run, found);
    case "drifted": {
      const paths = drift.differences.map(({ path }) => path);
      const drifted = { ...found, drift: driftedFields(live, drift.differences) };
      return await writeAndNote({ ...planned, paths }, wouldBe, run, drifted);
    }
  }
}

async function settle(asset: LoadedAsset, rendered: Rendered, run: AssetRun): Promise<Settled> {
  if (rendered.state === "not-applicable") return { ...nothingFound, result: "not-applicable" };
  if (rendered.state === "failed") {
    const events = [{ reason: "RenderFailed", note: rendered.reason }] as const;
    return failedAt("render", rendered.reason, { ...nothingFound, events });
  }
  const identity = identityOf(rendered.object);
  const found: Findings = { ...nothingFound, identity };
  run.state.setIdentity(asset.name, identity);
  if (isExcluded(run.rules, identity)) return { ...found, result: "excluded" };
  try {
    const resource = await run.cluster.resource(identity);
    if (resource === undefined) return noSuchApi(identity, found);
    const place = { asset, rendered: rendered.object, identity, resource };
    for (let look = 0; look < looks; look += 1) {
      const settled = await lookAndWrite(place, run);
      if (settled !== "stale") return settled;
    }
    return failedAt("read", "it changes while it is looked at; the next run looks again", found);
  } catch (error) {
    run.cluster.options.signal.throwIfAborted();
    return failedAt("read", reasonOf(error), found);
  }
}

/**
 * Brings the object of one asset to the baseline: what its user wants of it, whether it drifted by the server's own dry
 * run, and then, where nobody fights over it, one forced server-side apply. Never throws but for the end of the run.
 */
export async function reconcileAsset(asset: LoadedAsset, rendered: Rendered, run: AssetRun): Promise<AssetRecord> {
  const begun = run.clock.monotonic();
  const settled = await settle(asset, rendered, run);
  return recordOf(asset, settled, Math.round(run.clock.monotonic() - begun));
}
