import { asManaged } from "../../../../steps/baseline/cluster/cluster.ts";
import type { ManagedObject } from "../../../../steps/baseline/object/managed-object.ts";
import { systemClock, systemRandom } from "../../../../steps/lib/clock/system-clock.ts";
import type { JsonObject } from "../../../../steps/lib/json/json.ts";
import { connect } from "../../../../steps/lib/kube/connect.ts";
import type { CallOptions, KubeClient, KubeObject, ObjectRef } from "../../../../steps/lib/kube/types.ts";
import type { BaselineBench } from "./baseline-bench.ts";
import { quiet } from "./engine.ts";
import { type Change, type Target, targetOf, targets, type World } from "./generated-worlds.ts";

const prefix = "platform.kubevirt.io/";
const options: CallOptions = { signal: new AbortController().signal };

/** Everybody but the baseline: users, controllers, GitOps tools. */
export async function openOthers({ server }: BaselineBench): Promise<KubeClient> {
  const target = { name: "others", kubeconfig: server.kubeconfig(), fieldManager: "carol" };
  return await connect(target, { log: quiet, clock: systemClock, random: systemRandom, userAgent: "others" });
}

function refOf({ name, namespace }: Target): ObjectRef {
  return { name, ...(namespace === undefined ? {} : { namespace }) };
}

/** `undefined` where there is no such object. */
export async function findTarget(others: KubeClient, target: Target): Promise<ManagedObject | undefined> {
  const found = await others.find(target.resource, refOf(target), options);
  return found === undefined ? undefined : asManaged(found, target.resource);
}

export async function mergeInto(others: KubeClient, target: Target, patch: JsonObject): Promise<void> {
  await others.mergePatch(target.resource, refOf(target), patch, options);
}

export async function deleteTarget(others: KubeClient, target: Target): Promise<void> {
  await others.delete(target.resource, refOf(target), options);
}

function objectWith(target: Target, fields: JsonObject): KubeObject {
  const { group, version, kind } = target.resource;
  const { metadata = {}, ...rest } = fields;
  const own = { apiVersion: group === "" ? version : `${group}/${version}`, kind, ...rest };
  return { ...own, metadata: { ...(metadata as JsonObject), ...refOf(target) } }; // a fragment has metadata as a map
}

async function change(others: KubeClient, target: Target, one: Change): Promise<void> {
  const { resource } = target;
  const merge = (patch: JsonObject): Promise<void> => mergeInto(others, target, patch);
  switch (one.by) {
    case "marker":
      return await merge({ metadata: { annotations: { [`${prefix}${one.marker}`]: one.text } } });
    case "merge":
      return await merge(one.fields);
    case "unlabelling":
      return await merge({ metadata: { labels: { [`${prefix}managed-by`]: null } } });
    case "apply": {
      const by = { ...options, fieldManager: one.manager, force: true };
      await others.apply(resource, objectWith(target, one.fields), by);
      return;
    }
    case "deletion":
      await deleteTarget(others, target);
  }
}

/** Does what the world says, by other writers than the baseline. What is not there yet, nobody changes. */
export async function makeWorld(others: KubeClient, { wishes, changes }: World): Promise<void> {
  const annotations = Object.entries({ autopilot: "true", ...wishes }).map(([key, text]) => [`${prefix}${key}`, text]);
  const wished = { metadata: { annotations: Object.fromEntries(annotations) } };
  await mergeInto(others, targetOf("hco-golden-config"), wished);
  for (const target of targets) {
    if ((await findTarget(others, target)) === undefined) continue;
    for (const one of changes[target.asset] ?? []) await change(others, target, one);
  }
}
