import type { PlanSubject } from "../../../../steps/lib/plan/plan-document.ts";

/** Whose plan it is, where that does not matter. */
export const subject: PlanSubject = {
  operation: "small",
  operationId: "one",
  runName: "local-1",
  toolVersion: "0.1.0",
  plannedAt: "2026-11-24T12:00:00.000Z",
  hubs: { hub: { id: "h1", api: "https://hub" } },
};
