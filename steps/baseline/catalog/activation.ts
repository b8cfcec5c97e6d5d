import { listItems } from "../list-items.ts";
import { type ManagedObject, textIn } from "../object/managed-object.ts";

export const autopilotAnnotation = "platform.kubevirt.io/autopilot";

/** Whether the baseline is on, and for which assets. */
export type Activation =
  | { readonly state: "off" }
  | { readonly state: "all" }
  /** Names or groups of assets, as the HyperConverged lists them. */
  | { readonly state: "listed"; readonly names: readonly string[] };

/**
 * Reads the annotation that turns the baseline on. Pure.
 *
 * @param requireOptIn without it an absent annotation means all assets; `false` is off all the same
 */
export function readActivation(hco: ManagedObject, requireOptIn: boolean): Activation {
  const text = (textIn(hco, "annotations", autopilotAnnotation) ?? "").trim();
  switch (text.toLowerCase()) {
    case "":
      return requireOptIn ? { state: "off" } : { state: "all" };
    case "false":
      return { state: "off" };
    case "true":
      return { state: "all" };
    default: {
      return { state: "listed", names: [...new Set(listItems(text))] };
    }
  }
}
