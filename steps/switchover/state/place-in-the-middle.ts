import type { StateDocument } from "./state-document.ts";

const inTheMiddle: ReadonlySet<string> = new Set([
  "primary_preparation",
  "secondary_verification",
  "activation",
  "post_activation_verification",
  "finalization",
  "rollback",
]);

/**
 * Where an operation stands whose hubs may be half changed, in words; `undefined` for one that has not begun, or has
 * ended. A failure stands where it happened; where that is not recorded, any recorded step counts. Pure.
 */
export function placeInTheMiddle(state: StateDocument): string | undefined {
  const { current_phase: phase, operation } = state;
  // What such a one paused or removed is known only there, ended or not. Older writers name no operation.
  if (operation !== undefined && operation !== "switchover") return `it is that of ${operation}`;
  if (phase !== "failed") return inTheMiddle.has(phase) ? `phase ${phase}` : undefined;
  const failed = state.errors.at(-1)?.phase;
  if (failed !== undefined && inTheMiddle.has(failed)) return `failed in phase ${failed}`;
  return state.completed_steps.length > 0 ? "failed after its first steps" : undefined;
}
