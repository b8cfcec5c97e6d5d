import type { OperationMemory } from "../state/operation-memory.ts";

type Entries = NonNullable<OperationMemory["argocd_paused_apps"]>;

/** What this operation began to pause and has not let go again. */
export function notResumed({ argocd_paused_apps: entries = [] }: OperationMemory): Entries {
  return entries.filter((entry) => entry.resumed !== true);
}

/** How many Applications stand still because of this operation. */
export function pausedCount(memory: OperationMemory): number {
  return notResumed(memory).filter((entry) => entry.pause_applied).length;
}
