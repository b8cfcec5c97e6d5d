import type { SimObject } from "../../kube/sim-client.ts";
import type { Stage } from "../../player.ts";
import { backupNamed, chosenBackup, hasNewer } from "./choose-backup.ts";
import { isSync, type Kind, wanted } from "./names.ts";
import { passiveSet } from "./passive-sync.ts";
import type { Wanted } from "./velero-restores.ts";

/** Velero Restores that are made together. The next ones wait for the credentials among them where `waits`. */
export interface Wave {
  readonly make: readonly Wanted[];
  readonly waits: boolean;
}

type Part = Pick<Wanted, "part" | "suffix">;
const active: Part = { part: "active", suffix: "-active" };
const whole: Part = { part: "all", suffix: "" };
/** To 2.16 the activation part of a kind that is set to `skip`. */
const fallback: Part = { part: "active", suffix: "" };

function of(stage: Stage, restore: SimObject, kind: Kind, part: Part): readonly Wanted[] {
  const backup = chosenBackup(stage, restore, kind);
  return backup === undefined ? [] : [{ kind, backup, ...part }];
}

function clusters(stage: Stage, restore: SimObject): readonly Wanted[] {
  return stage.faults.has("activates-nothing") ? [] : of(stage, restore, "managedClusters", whole);
}

/** From 2.17 on: the passive set where it is due, then each activation part, then, after the credentials, the clusters. */
function splitWaves(stage: Stage, restore: SimObject): readonly Wave[] {
  const passive = isSync(restore) && !hasNewer(stage, restore) ? [] : passiveSet(stage, restore);
  const parts = (["generic", "credentials"] as const).flatMap((kind) => of(stage, restore, kind, active));
  return [
    { make: passive, waits: false },
    { make: parts, waits: true },
    { make: clusters(stage, restore), waits: false },
  ];
}

/** To 2.16 a patched sync Restore; where nothing is newer, the credentials that it waits for are the ended passive ones. */
function patchedWaves(stage: Stage, restore: SimObject): readonly Wave[] {
  const activation = of(stage, restore, "credentials", active);
  const last = [...of(stage, restore, "generic", active), ...clusters(stage, restore)];
  if (!hasNewer(stage, restore)) {
    return [
      { make: activation, waits: false },
      { make: last, waits: false },
    ];
  }
  const credentials = stage.minor < 13 ? [] : of(stage, restore, "credentials", whole);
  return [
    { make: [...activation, ...credentials], waits: true },
    { make: [...of(stage, restore, "resources", whole), ...last], waits: false },
  ];
}

/** To 2.16 a kind set to `skip` takes the value of the managed clusters, a pinned name included. */
function fallBack(stage: Stage, restore: SimObject, kind: Kind): readonly Wanted[] {
  const name = wanted(restore, "managedClusters");
  const backup = name === "latest" ? backupNamed(stage, kind, name) : backupNamed(stage, "managedClusters", name);
  return backup === undefined ? [] : [{ kind, backup, ...fallback }];
}

function named(stage: Stage, restore: SimObject, kind: Kind): readonly Wanted[] {
  if (wanted(restore, kind) === "skip") return kind === "resources" ? [] : fallBack(stage, restore, kind);
  // Unfiltered from 2.13 on; before, credentials bring nothing but their activation part.
  return of(stage, restore, kind, kind === "credentials" && stage.minor < 13 ? active : whole);
}

function fullWaves(stage: Stage, restore: SimObject): readonly Wave[] {
  const rest = (["resources", "generic"] as const).flatMap((kind) => named(stage, restore, kind));
  return [
    { make: named(stage, restore, "credentials"), waits: true },
    { make: [...rest, ...clusters(stage, restore)], waits: false },
  ];
}

/** How this version activates; decided when the activation begins. */
export function wavesOf(stage: Stage, restore: SimObject): readonly Wave[] {
  if (stage.minor >= 17) return splitWaves(stage, restore);
  return isSync(restore) ? patchedWaves(stage, restore) : fullWaves(stage, restore);
}
