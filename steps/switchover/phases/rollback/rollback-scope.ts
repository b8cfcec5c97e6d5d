import type { OperationMemory } from "../../state/operation-memory.ts";
import type { SwitchoverContext } from "../switchover-context.ts";

type Remembering = Pick<SwitchoverContext, "memory">;

/** Whether this run was told to do without the new hub. */
export function isNewHubAway({ rollback }: OperationMemory): boolean {
  return rollback?.new_hub_unreachable === true;
}

/** Why a step on the new hub cannot be done now; `undefined` where that hub answers. */
export function awayFromNewHub(context: Remembering): string | undefined {
  return isNewHubAway(context.memory()) ? "the new hub does not answer: a later rollback does it" : undefined;
}

/** Why a step that takes the activation back leaves the new hub alone; `undefined` where there is something to undo. */
export function untouched(context: Remembering): string | undefined {
  return context.memory().rollback?.scope === "preparation"
    ? "the new hub was not activated: it stays as it is"
    : awayFromNewHub(context);
}
