import type { Clock } from "../../lib/clock/clock.ts";
import type { KubeClient } from "../../lib/kube/types.ts";
import { type PlanDocument, type Planned, planDocument } from "../../lib/plan/plan-document.ts";
import type { RunIdentity } from "../../lib/step/types.ts";
import type { HubFacts } from "../phases/switchover-context.ts";
import type { ConnectedSwitchover } from "./connect-operation.ts";

export interface PlanRequest {
  readonly operation: string;
  readonly run: Pick<RunIdentity, "name" | "toolVersion">;
  readonly clock: Clock;
  readonly hubs: Pick<ConnectedSwitchover, "clients" | "facts" | "operationId">;
}

/** The document of what a dry run of these hubs planned. */
export function operationPlan(request: PlanRequest, planned: Planned): PlanDocument {
  const { clients, facts, operationId } = request.hubs;
  const hub = (fact: HubFacts, { server }: KubeClient) => ({ id: fact.id, api: server });
  // Of an old hub that is declared down nothing is known but where it was.
  const old =
    facts.primary === undefined || clients.primary === undefined
      ? {}
      : { primary: hub(facts.primary, clients.primary) };
  return planDocument(
    {
      operation: request.operation,
      operationId,
      runName: request.run.name,
      toolVersion: request.run.toolVersion,
      plannedAt: new Date(request.clock.now()).toISOString(),
      hubs: { ...old, secondary: hub(facts.secondary, clients.secondary) },
    },
    planned,
  );
}
