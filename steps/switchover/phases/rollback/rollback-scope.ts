import type { StepPlan } from "../../../lib/phase/types.ts";
import type { OperationMemory } from "../../state/operation-memory.ts";
import type { SwitchoverContext } from "../switchover-context.ts";

/** What a step on the new hub says where that hub was never touched; `undefined` where there is something to undo. */
export function untouched(context: SwitchoverContext): StepPlan<OperationMemory> | undefined {
  return context.memory().rollback?.scope === "preparation"
    ? { state: "skipped", note: "the new hub was not activated: it stays as it is" }
    : undefined;
}
