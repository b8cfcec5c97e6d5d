import type { PlanDocument } from "../../lib/plan/plan-document.ts";

/** What a gate of the Pipeline is told, and whether it is closed. Empty where nobody is to be asked. */
export const gateResults = {
  approval: {
    description: "Whether the plan of what follows still needs an approval; empty where nobody is asked",
    neutral: "",
    values: ["", "needed", "given"],
  },
  "plan-digest": { description: "Digest of the plan that an approval is for; empty without one", neutral: "" },
  "plan-counts": { description: "How many writes of which kind that plan has", neutral: "", human: true },
} as const;

export interface GateResults {
  set(name: keyof typeof gateResults, value: string): void;
}

/** `1 creation, 12 patches, 2 deletions; 9 waits`. Pure. */
export function countsOf({ counts, steps }: Pick<PlanDocument, "counts" | "steps">): string {
  const words = [
    [counts.create, "creations"],
    [counts["merge-patch"] + counts.replace, "changes"],
    [counts.delete, "deletions"],
  ] as const;
  const writes = words.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  return `${writes.length === 0 ? "no write" : writes.join(", ")} in ${steps.length} steps`;
}
