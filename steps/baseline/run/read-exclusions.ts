import type { RunEvent } from "../events/run-event.ts";
import { disabledResources, type ExclusionRule, readRules } from "../exclusion/read-rules.ts";
import { type ManagedObject, textIn } from "../object/managed-object.ts";

export interface Exclusions {
  readonly rules: readonly ExclusionRule[];
  readonly events: readonly RunEvent[];
  /** For who runs the platform. */
  readonly notes: readonly string[];
  /** Why the annotation cannot be read; no rule holds then. */
  readonly invalid?: string;
}

/** The rules by which the HyperConverged takes objects out of the baseline. Pure. */
export function readExclusions(hco: ManagedObject): Exclusions {
  const read = readRules(textIn(hco, "annotations", disabledResources) ?? "");
  if (read.state === "read") return { rules: read.rules, events: [], notes: read.notes };
  const note = `${disabledResources} cannot be read, so that nothing is taken out of the baseline: ${read.reason}`;
  const target = `HyperConverged/${hco.metadata["namespace"]}/${hco.metadata.name}`;
  return {
    rules: [],
    events: [{ reason: "InvalidDisabledResources", target, note }],
    notes: [],
    invalid: read.reason,
  };
}
