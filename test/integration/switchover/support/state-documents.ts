/** The state of a switchover between the hubs of a healthy pair that has begun, as the program writes it. */
export function begunSwitchover(
  operation: string,
  changes: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const at = new Date().toISOString();
  const hub = (name: string) => ({ id: `${name}-hub-id`, api: `https://${name}:6443`, acmVersion: "2.14.1" });
  return {
    version: "2.0",
    tool_version: "0.0.0",
    created_at: at,
    last_updated: at,
    current_phase: "primary_preparation",
    completed_steps: [],
    completed_phases: [],
    errors: [],
    contexts: { primary: "", secondary: "" },
    config: {},
    operation_id: operation,
    operation: "switchover",
    hubs: { primary: hub("primary"), secondary: hub("secondary") },
    parameters: { method: "passive", activationMethod: "patch", oldHubAction: "secondary" },
    history: [],
    ...changes,
  };
}
