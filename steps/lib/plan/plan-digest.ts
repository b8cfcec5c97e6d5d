import { createHash } from "node:crypto";
import { canonicalJson } from "../schema/canonical-json.ts";
import { isFields } from "../schema/is-fields.ts";
import type { PlanDocument, PlanEntry } from "./plan-document.ts";

/** How a digest is written. */
export const digestPattern = "^sha256:[0-9a-f]{64}$";

/** Whoever changes what a digest covers counts this up: digests of before are then no longer those of the same plan. */
const coverage = 1;

/** Stands for what a run makes up. No text of a plan holds this character: those from a cluster lost it. */
const madeUpMark = "\u0000";

function withoutMadeUp(value: unknown, texts: readonly string[]): unknown {
  if (typeof value === "string") return texts.reduce((text, made) => text.replaceAll(made, madeUpMark), value);
  if (Array.isArray(value)) return value.map((member) => withoutMadeUp(member, texts));
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutMadeUp(member, texts)]));
}

/** The server counts these up with each write of the object, also with one that only tells its status. */
function withoutVersion(value: unknown): unknown {
  if (!isFields(value) || !isFields(value["metadata"])) return value;
  const { resourceVersion: _version, generation: _generation, ...metadata } = value["metadata"];
  return { ...value, metadata };
}

function uidOf(value: unknown): unknown {
  return isFields(value) && isFields(value["metadata"]) ? value["metadata"]["uid"] : undefined;
}

/** A wait changes nothing, and `later` only says that a step is still to decide: both come and go with the moment. */
export function isApproved({ verb }: PlanEntry): boolean {
  return verb !== "wait" && verb !== "later";
}

/**
 * What of a write an approval is for: the call, and what it makes of what it found. Left out are the sentence for people,
 * which may tell the state of the moment, and the server's answer, which a run may be told not to ask for. A deletion
 * takes the object whatever is in it by then, so that only its uid counts. Pure.
 */
export function approvedPart(entry: PlanEntry): unknown {
  const { summary: _summary, server: _server, madeUp = [], before, after, patch, ...call } = entry;
  const seen = entry.verb === "delete" ? { uid: uidOf(before) } : { before: withoutVersion(before) };
  const texts = madeUp.filter((text) => text !== "");
  return withoutMadeUp({ ...call, ...seen, after: withoutVersion(after), patch: withoutVersion(patch) }, texts);
}

/**
 * Names a plan by what it does: `sha256:` and 64 hex digits. Equal for two dry runs over the same live state, whoever ran
 * them when. So the times and names of the run are left out; the version of the tool, too, since a version that plans
 * otherwise has other entries; the name of the operation and the addresses of the hubs, since a hub has other names from a
 * laptop than from a pod: a hub is who its id says. Of what is decided later the steps are left that may decide it: they
 * follow from the settings alone, so that a run with other settings is another plan, while a wait that is over by the time
 * of the approval is not. The order counts: it is the order of the writes. Pure.
 */
export function planDigest(plan: Pick<PlanDocument, "operation" | "hubs" | "steps" | "entries">): string {
  const { operation, steps } = plan;
  const hubs = Object.fromEntries(Object.entries(plan.hubs).map(([name, { id }]) => [name, id]));
  const content = { coverage, operation, hubs, steps, entries: plan.entries.filter(isApproved).map(approvedPart) };
  return `sha256:${createHash("sha256").update(canonicalJson(content)).digest("hex")}`;
}
