import type { JsonObject } from "../../../../steps/lib/json/json.ts";

/** Objects for which a rule holds, and such for which it does not, though they look much like them. */
export interface RuleExamples {
  readonly holds: readonly JsonObject[];
  readonly fails: readonly JsonObject[];
}

export type Rules = Readonly<Record<string, RuleExamples>>;
type Statuses = Readonly<Record<string, "True" | "False" | "Unknown">>;

export const withStatus = (status: JsonObject): JsonObject => ({ metadata: { name: "one" }, spec: {}, status });

/** An object whose status has these conditions. */
export const conditions = (statuses: Statuses, more: JsonObject = {}): JsonObject =>
  withStatus({
    conditions: Object.entries(statuses).map(([type, status]) => ({ type, status, reason: "R" })),
    ...more,
  });

const inPhase = (phase: string): JsonObject => withStatus({ phase });

const flipped = { True: "False", False: "True", Unknown: "True" } as const;

/** Each condition turned, and each one left out. */
function nearMisses(statuses: Statuses): readonly JsonObject[] {
  return Object.entries(statuses).flatMap(([type, status]) => {
    const { [type]: _, ...others } = statuses;
    return [conditions({ ...statuses, [type]: flipped[status] }), conditions(others)];
  });
}

export function byConditions(statuses: Statuses): RuleExamples {
  return { holds: [conditions(statuses), conditions({ Other: "True", ...statuses })], fails: nearMisses(statuses) };
}

/** The condition is taken away when it is over: whatever it says, that it is there is enough. */
export function byPresence(type: string): RuleExamples {
  return { holds: [conditions({ [type]: "True" })], fails: [conditions({ [`${type}Failed`]: "True" })] };
}

export function byAnyPhase(...phases: readonly string[]): RuleExamples {
  return { holds: phases.map(inPhase), fails: ["", "Succeeded", ...phases.map((phase) => `${phase}X`)].map(inPhase) };
}

/** Operations that are named as their phases. */
export function phases(...names: readonly string[]): Rules {
  return Object.fromEntries(names.map((name) => [name, byAnyPhase(name)]));
}

export function printableStatuses(...names: readonly string[]): Rules {
  const at = (printableStatus: string): JsonObject => withStatus({ printableStatus });
  return Object.fromEntries(names.map((name) => [name, { holds: [at(name)], fails: [at("Running"), inPhase(name)] }]));
}

/** What an operator tells of what it works on, by three conditions. */
export const operatorConditions: Rules = {
  Deploying: byConditions({ Available: "False", Progressing: "True", Degraded: "False" }),
  Reconciling: byConditions({ Available: "True", Progressing: "True", Degraded: "False" }),
  ReconcilingDegraded: byConditions({ Available: "True", Progressing: "True", Degraded: "True" }),
  Healing: byConditions({ Available: "False", Progressing: "True", Degraded: "True" }),
  Failing: byConditions({ Available: "False", Progressing: "False", Degraded: "True" }),
};

/** A ClusterVersion tells with Failing what others tell with Degraded. */
const failing = (available: "True" | "False", progressing: "True" | "False", is: "True" | "False"): RuleExamples => {
  const { holds, fails } = byConditions({ Available: available, Progressing: progressing, Failing: is });
  return { holds: [...holds, conditions({ Available: available, Progressing: progressing, Degraded: is })], fails };
};

export const clusterVersionConditions: Rules = {
  Deploying: failing("False", "True", "False"),
  Reconciling: failing("True", "True", "False"),
  ReconcilingDegraded: failing("True", "True", "True"),
  Healing: failing("False", "True", "True"),
  Failing: failing("False", "False", "True"),
};
