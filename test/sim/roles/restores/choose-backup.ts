import type { SimObject } from "../../kube/sim-client.ts";
import { type Stage, text } from "../../player.ts";
import { type Kind, namedRestore, scheduleOf, wanted } from "./names.ts";

const usable = ["Completed", "PartiallyFailed"];
const toleranceMs = 30_000;

function ofKind(stage: Stage, kind: Kind): readonly SimObject[] {
  const prefix = `${scheduleOf[kind]}-`;
  return stage.world
    .all("veleroBackups")
    .filter(({ metadata: { name } }) => name.startsWith(prefix) && /^\d{14}$/.test(name.slice(prefix.length)));
}

/** What `latest` means on this hub now: newest start among the ended backups of that schedule. */
export function latest(stage: Stage, kind: Kind): SimObject | undefined {
  return ofKind(stage, kind)
    .filter((backup) => usable.includes(text(backup.status, "phase")))
    .toSorted((a, b) => text(a.status, "startTimestamp").localeCompare(text(b.status, "startTimestamp")))
    .at(-1);
}

/** `20260101120000` as milliseconds. */
function stampMs(stamp: string): number {
  return Date.parse(stamp.replace(/(....)(..)(..)(..)(..)(..)/, "$1-$2-$3T$4:$5:$6Z"));
}

/** With pinned resources: the generic backup of the same timestamp, or one that started near it; else none. */
function besides(stage: Stage, resources: string): SimObject | undefined {
  const stamp = resources.slice(-14);
  const candidates = ofKind(stage, "generic");
  return (
    candidates.find((backup) => backup.metadata.name.endsWith(stamp)) ??
    candidates.find(
      (backup) => Math.abs(Date.parse(text(backup.status, "startTimestamp")) - stampMs(stamp)) <= toleranceMs,
    )
  );
}

/** The backup that a name stands for. A pinned one is only asked whether it exists. */
export function backupNamed(stage: Stage, kind: Kind, name: string): SimObject | undefined {
  if (name === "skip") return undefined;
  if (name === "latest") return latest(stage, kind);
  return kind === "generic" ? besides(stage, name) : stage.world.find("veleroBackups", name, stage.namespace);
}

export function chosenBackup(stage: Stage, restore: SimObject, kind: Kind): SimObject | undefined {
  return backupNamed(stage, kind, wanted(restore, kind));
}

/** Only credentials and resources backups count as new. */
export function hasNewer(stage: Stage, restore: SimObject): boolean {
  return (["credentials", "resources"] as const).some((kind) => {
    const backup = latest(stage, kind);
    const restored = text(namedRestore(stage, restore, kind)?.spec, "backupName");
    return backup !== undefined && restored !== backup.metadata.name;
  });
}
