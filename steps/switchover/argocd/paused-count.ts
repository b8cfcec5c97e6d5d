import type { OperationMemory } from "../state/operation-memory.ts";

/** How many Applications stand still because of this operation. */
export function pausedCount({ argocd_paused_apps: entries }: OperationMemory): number {
  return (entries ?? []).filter((entry) => entry.pause_applied && entry.resumed !== true).length;
}
