import type { OperationMemory } from "../state/operation-memory.ts";
import { argoCd } from "./argo-keeper.ts";
import type { Keeper } from "./keeper.ts";

type Entries = NonNullable<OperationMemory["argocd_paused_apps"]>;

/** What this operation began to pause and has not let go again. */
export function notResumed(memory: OperationMemory, keeper: Keeper = argoCd): Entries {
  return (keeper.state.entries(memory) ?? []).filter((entry) => entry.resumed !== true);
}

/** How many objects of the keeper stand still because of this operation. */
export function pausedCount(memory: OperationMemory, keeper: Keeper = argoCd): number {
  return notResumed(memory, keeper).filter((entry) => entry.pause_applied).length;
}
