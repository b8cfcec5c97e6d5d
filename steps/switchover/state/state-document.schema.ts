import * as Type from "typebox";
import { digestPattern } from "../../lib/plan/plan-digest.ts";

// What a state file must look like before it is believed. Lenient about keys that later writers add, strict about those
// that decide what a run does.

const phases = [
  "init",
  "preflight_validation",
  "primary_preparation",
  "secondary_verification",
  "activation",
  "post_activation_verification",
  "finalization",
  "completed",
  "failed",
  "rollback",
  "rolled_back",
  "decommission",
] as const;

const hub = Type.Object({ id: Type.String(), api: Type.String(), acmVersion: Type.String() });
const step = Type.Object({ name: Type.String({ maxLength: 100 }), timestamp: Type.String({ maxLength: 60 }) });
const error = Type.Object({ error: Type.String(), phase: Type.String(), timestamp: Type.String({ maxLength: 60 }) });

export const stateDocumentSchema = Type.Object(
  {
    version: Type.String({ pattern: "^[12]\\.[0-9]+$" }),
    created_at: Type.String({ maxLength: 60 }),
    last_updated: Type.String({ maxLength: 60 }),
    current_phase: Type.Enum([...phases]),
    completed_steps: Type.Array(step, { maxItems: 200 }),
    errors: Type.Array(error, { maxItems: 10_000 }),
    config: Type.Object({
      argocd_paused_apps: Type.Optional(Type.Array(Type.Object({}), { maxItems: 100_000 })),
      flux_paused: Type.Optional(Type.Array(Type.Object({}), { maxItems: 100_000 })),
    }),
    approvals: Type.Optional(
      Type.Array(Type.Object({ point: Type.String(), digest: Type.String({ pattern: digestPattern }) }), {
        maxItems: 10_000,
      }),
    ),
    operation_id: Type.String({ maxLength: 63 }),
    hubs: Type.Object({ primary: hub, secondary: hub }),
    parameters: Type.Object({ method: Type.String(), activationMethod: Type.String(), oldHubAction: Type.String() }),
  },
  { $id: "switchover-state", additionalProperties: true },
);
