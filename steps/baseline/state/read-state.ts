import type { SchemaValidator } from "../../lib/schema/validator.ts";
import { type BaselineState, emptyState } from "./baseline-state.ts";

/** The state of earlier runs. `reset`: what was stored cannot be used; paused objects stay paused by their markers. */
export type ReadState =
  | { readonly state: "absent" | "read"; readonly value: BaselineState }
  | { readonly state: "reset"; readonly value: BaselineState; readonly reason: string };

function reset(reason: string): ReadState {
  return { state: "reset", value: emptyState, reason };
}

/**
 * Reads what the last run stored; never fails, since a lost state must not stop a platform from being kept. Pure.
 *
 * @param text of the ConfigMap; absent where there is none
 */
export function readState(text: string | undefined, validate: SchemaValidator): ReadState {
  if (text === undefined) return { state: "absent", value: emptyState };
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    return reset(`it is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const [first] = validate(document);
  if (first !== undefined) return reset(`${first.instancePath || "/"} ${first.message ?? "is wrong"}`);
  return { state: "read", value: document as BaselineState }; // the schema was checked above
}
