import { FairleadError } from "../errors/fairlead-error.ts";
import { isKubeError } from "../kube/kube-error.ts";
import type { KubeClient, KubeObject, WriteOptions } from "../kube/types.ts";
import { differingFields, requestedFields } from "./compare-fields.ts";
import { objectName } from "./describe-change.ts";
import type { Change } from "./types.ts";

type Create = Extract<Change, { verb: "create" }>;
type MergePatch = Extract<Change, { verb: "merge-patch" }>;
type Replace = Extract<Change, { verb: "replace" }>;
type Delete = Extract<Change, { verb: "delete" }>;

export interface ApplyChangeOptions extends WriteOptions {
  /** `re-read` asks the server once more after a create or patch; `answer` trusts its answer (fan-out writes). */
  readonly verify: "re-read" | "answer";
}

export type ChangeOutcome = "created" | "existed" | "patched" | "replaced" | "deleting" | "absent";

/** What a Secret holds stays out of messages: only which fields differ is told. */
function sayable({ resource }: Change, differences: readonly string[]): string {
  const isSecret = resource.group === "" && resource.plural === "secrets";
  const shown = differences.slice(0, 5);
  return (isSecret ? shown.map((line) => line.replace(/: wanted .*$/s, " differs")) : shown).join("; ");
}

/** Id of the error of a write that the server accepted and that something undid. */
export const writeNotKept = "PHASE-04";

function notKept(change: Change, client: KubeClient, differences: readonly string[]): FairleadError {
  return new FairleadError({
    id: writeNotKept,
    what: `${objectName(change.resource, change.ref)} on "${client.name}" did not keep what was written`,
    why: `the server accepted "${change.summary}", then showed ${sayable(change, differences)}; a controller, a webhook or the object's schema undid it`,
    fix: "look who else manages this field (metadata.managedFields names them), stop that, then resume",
  });
}

function existsDifferently(change: Create, client: KubeClient, differences: readonly string[]): FairleadError {
  return new FairleadError({
    id: "PHASE-05",
    what: `${objectName(change.resource, change.ref)} on "${client.name}" exists already with other content`,
    why: sayable(change, differences),
    fix: "find out who made it; delete or rename it if it is not needed, then resume",
  });
}

async function verify(
  client: KubeClient,
  change: Create | MergePatch | Replace,
  answer: KubeObject,
  options: ApplyChangeOptions,
) {
  if (options.dryRun !== undefined) return;
  const wanted = change.verb === "merge-patch" ? requestedPatch(change.patch) : requestedFields(change.body);
  const found = options.verify === "answer" ? answer : await client.find(change.resource, change.ref, options);
  if (found === undefined) {
    // Taking the last finalizer from an object that is being deleted ends it: that is what was asked for.
    if (answer.metadata.deletionTimestamp !== undefined) return;
    throw notKept(change, client, ["that the object is gone"]);
  }
  const differences = differingFields(wanted, found);
  if (differences.length > 0) throw notKept(change, client, differences);
}

/** A patch may carry `metadata.resourceVersion` as its precondition; that value changes by the write itself. */
function requestedPatch(patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const { metadata, ...rest } = patch as { readonly metadata?: unknown };
  if (typeof metadata !== "object" || metadata === null) return patch;
  const { resourceVersion: _version, uid: _uid, ...kept } = metadata as Readonly<Record<string, unknown>>;
  return { ...rest, metadata: kept };
}

async function create(client: KubeClient, change: Create, options: ApplyChangeOptions): Promise<ChangeOutcome> {
  try {
    const answer = await client.create(change.resource, change.body, options);
    await verify(client, change, answer, options);
    return "created";
  } catch (error) {
    if (!isKubeError(error, "AlreadyExists")) throw error;
    // Also the case of our own request whose answer was lost: equal on what was asked for is success.
    const existing = await client.find(change.resource, change.ref, options);
    if (existing === undefined) throw error;
    if (existing.metadata.deletionTimestamp !== undefined) {
      throw existsDifferently(change, client, ["it is being deleted"]);
    }
    const differences = differingFields(requestedFields(change.body), existing);
    if (differences.length > 0) throw existsDifferently(change, client, differences);
    return "existed";
  }
}

async function patch(client: KubeClient, change: MergePatch, given: ApplyChangeOptions): Promise<ChangeOutcome> {
  const { precondition, subresource, probe } = change;
  const options: ApplyChangeOptions = probe === true ? { ...given, dryRun: "All" } : given;
  const answer = await client.mergePatch(change.resource, change.ref, change.patch, {
    ...options,
    ...precondition,
    ...(subresource === undefined ? {} : { subresource }),
  });
  await verify(client, change, answer, options);
  return "patched";
}

async function replace(client: KubeClient, change: Replace, options: ApplyChangeOptions): Promise<ChangeOutcome> {
  const answer = await client.replace(change.resource, change.body, options);
  await verify(client, change, answer, options);
  return "replaced";
}

function remove(client: KubeClient, change: Delete, options: ApplyChangeOptions): Promise<ChangeOutcome> {
  const { precondition, requestTimeoutMs } = change;
  return client.delete(change.resource, change.ref, {
    ...options,
    ...precondition,
    ...(requestTimeoutMs === undefined ? {} : { requestTimeoutMs }),
  });
}

/**
 * Sends one write and makes sure that it holds. Safe to repeat: an equal object that exists is success on create, an
 * absent one on delete.
 *
 * @throws KubeError as the client does; FairleadError PHASE-04 (not kept), PHASE-05 (exists with other content)
 * @example await applyChange(hub, change, { signal, verify: "re-read" });
 */
export function applyChange(client: KubeClient, change: Change, options: ApplyChangeOptions): Promise<ChangeOutcome> {
  switch (change.verb) {
    case "create":
      return create(client, change, options);
    case "merge-patch":
      return patch(client, change, options);
    case "replace":
      return replace(client, change, options);
    case "delete":
      return remove(client, change, options);
  }
}
