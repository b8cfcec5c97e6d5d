import type { SimObject } from "../../kube/sim-client.ts";
import { type Stage, text } from "../../player.ts";
import type { Expression, Selector } from "../../selector.ts";
import { owner } from "../schedules/velero-schedules.ts";
import { type Kind, statusField } from "./names.ts";

const backupLabel = "cluster.open-cluster-management.io/backup";
const ended = ["Completed", "PartiallyFailed", "Failed", "FailedValidation"];

/** A Velero Restore to be made: of which backup, which part of it, with which end of its name. */
export interface Wanted {
  readonly kind: Kind;
  readonly backup: SimObject;
  /** `ordinary` is what moves no cluster, `active` what is restored at activation only. */
  readonly part: "all" | "ordinary" | "active";
  readonly suffix: "" | "-active";
}

export function ownedBy(stage: Stage, restore: SimObject): readonly SimObject[] {
  return stage.world
    .all("veleroRestores")
    .filter((one) => one.metadata.ownerReferences?.some(({ uid }) => uid === restore.metadata.uid));
}

export function isEnded({ minor }: Pick<Stage, "minor">, veleroRestore: SimObject): boolean {
  const phase = text(veleroRestore.status, "phase");
  // To 2.16 what Velero still finalizes counts as done.
  const tail = minor < 17 && (phase.startsWith("WaitingFor") || phase.startsWith("Finalizing"));
  return tail || ended.includes(phase);
}

export function isBroken(veleroRestore: SimObject): boolean {
  return ["Failed", "FailedValidation"].includes(text(veleroRestore.status, "phase"));
}

/** A broken Velero Restore counts no more once its kind was restored from a newer backup. */
function isSuperseded(owned: readonly SimObject[], one: SimObject): boolean {
  const backup = (of: SimObject): string => text(of.spec, "backupName");
  const family = (of: SimObject): string => backup(of).slice(0, -14);
  return isBroken(one) && owned.some((other) => family(other) === family(one) && backup(other) > backup(one));
}

/** Those that the phase depends on: from 2.17 on without the broken ones that were made good. */
export function currentOf(stage: Stage, restore: SimObject): readonly SimObject[] {
  const owned = ownedBy(stage, restore);
  return stage.minor >= 17 ? owned.filter((one) => !isSuperseded(owned, one)) : owned;
}

/** From 2.12 on the labels of the ACM Restore narrow every Velero Restore, beside the operator's own condition. */
function narrowed(
  { minor }: Stage,
  restore: SimObject,
  own: readonly Expression[],
): { readonly labelSelector?: Selector } {
  const given = minor < 12 ? undefined : (restore.spec?.["labelSelector"] as Selector | undefined);
  if (given === undefined && own.length === 0) return {};
  return { labelSelector: { ...given, matchExpressions: [...(given?.matchExpressions ?? []), ...own] } };
}

/** Makes one; `undefined` when its name is taken already. */
async function create(stage: Stage, restore: SimObject, { backup, part, suffix }: Wanted): Promise<string | undefined> {
  const name = `${`${restore.metadata.name}-${backup.metadata.name}`.slice(0, 252)}${suffix}`;
  const selector = { key: backupLabel, operator: part === "active" ? "In" : "NotIn", values: ["cluster-activation"] };
  const made = await stage.world.create("veleroRestores", {
    metadata: {
      name,
      namespace: stage.namespace,
      ownerReferences: [owner("cluster.open-cluster-management.io/v1beta1", "Restore", restore)],
    },
    spec: {
      backupName: backup.metadata.name,
      existingResourcePolicy: "update",
      ...narrowed(stage, restore, part === "all" ? [] : [selector]),
    },
  });
  return made === undefined ? undefined : name;
}

/** Makes them in this order; answers the names as status has them. */
export async function createAll(
  stage: Stage,
  restore: SimObject,
  list: readonly Wanted[],
): Promise<Readonly<Record<string, string>>> {
  const names: Record<string, string> = {};
  for (const one of list) {
    const name = await create(stage, restore, one);
    // From 2.17 on the names of activation parts stay out of status.
    if (name === undefined || (stage.minor >= 17 && one.suffix === "-active")) continue;
    const shown = one.kind === "credentials" ? withoutSuffix(stage, name) : name;
    names[statusField[one.kind]] = shown;
  }
  return names;
}

/** Where the ordinary part of the same backup was restored, status goes on naming that one. */
function withoutSuffix(stage: Stage, name: string): string {
  const plain = name.replace(/-active$/, "");
  return stage.world.find("veleroRestores", plain, stage.namespace) === undefined ? name : plain;
}
