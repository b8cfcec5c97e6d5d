import type { RecordedDocument } from "../../lib/phase/durable-recorder.ts";
import type { HubName } from "../acm/hub-identity.ts";
import type { OperationMemory } from "./operation-memory.ts";

export const stateVersion = "2.0";

export const runnablePhases = [
  "preflight_validation",
  "primary_preparation",
  "activation",
  "post_activation_verification",
  "finalization",
] as const;
export type RunnablePhase = (typeof runnablePhases)[number];

/** `secondary_verification` is read from files of older writers only; other operations set phases of their own. */
export type StoredPhase =
  | "init"
  | RunnablePhase
  | "secondary_verification"
  | "completed"
  | "failed"
  | "rollback"
  | "rolled_back"
  | "decommission";

export interface CompletedStep {
  readonly name: string;
  readonly timestamp: string;
  readonly phase?: string;
  readonly durationSeconds?: number;
}

export interface StoredError {
  readonly error: string;
  readonly phase: string;
  readonly timestamp: string;
  readonly step?: string;
  readonly code?: string;
}

export interface StoredHub {
  readonly id: string;
  readonly api: string;
  readonly acmVersion: string;
}

/** Parameters that must not change between the runs of one operation. */
export interface FrozenParameters {
  readonly method: string;
  readonly activationMethod: string;
  readonly oldHubAction: string;
  /** Absent in files of older writers, and where all clusters move at once. */
  readonly clusterSelector?: string;
}

/** Where an operation asks for an approval: before its first write, or before it activates the clusters. */
export type ApprovalPoint = "start" | "activation" | "rollback";

/** A plan that somebody approved. */
export interface StoredApproval {
  readonly point: ApprovalPoint;
  readonly digest: string;
  /** `terminal`: a person in front of the plain command. */
  readonly by: "digest" | "gate" | "terminal";
  readonly run: string;
  /** ISO-8601. */
  readonly at: string;
}

/** The state file of an operation, schema 2.0. Names are read by people and other tools. */
export interface StateDocument {
  readonly version: string;
  readonly tool_version: string;
  readonly created_at: string;
  readonly last_updated: string;
  readonly current_phase: StoredPhase;
  readonly completed_steps: readonly CompletedStep[];
  readonly errors: readonly StoredError[];
  readonly contexts: Readonly<Record<HubName, string>>;
  readonly config: OperationMemory;
  readonly operation_id: string;
  readonly operation: string;
  readonly hubs: Readonly<Record<HubName, StoredHub>>;
  readonly parameters: FrozenParameters;
  readonly history: readonly {
    readonly from: string;
    readonly to: string;
    readonly timestamp: string;
    readonly runId: string;
  }[];
  /** Phases that ended well. */
  readonly completed_phases?: readonly string[];
  /** What was approved, in order. */
  readonly approvals?: readonly StoredApproval[];
  /** Everything unusual, in order. */
  readonly warnings?: readonly string[];
  readonly dry_run?: boolean;
}

export interface NewOperation {
  readonly toolVersion: string;
  readonly operationId: string;
  readonly contexts: Readonly<Record<HubName, string>>;
  readonly hubs: Readonly<Record<HubName, StoredHub>>;
  readonly parameters: FrozenParameters;
  /** ISO-8601. */
  readonly at: string;
}

/** The state of an operation that has done nothing yet. */
export function freshDocument(operation: NewOperation): StateDocument {
  return {
    version: stateVersion,
    tool_version: operation.toolVersion,
    created_at: operation.at,
    last_updated: operation.at,
    current_phase: "init",
    completed_steps: [],
    errors: [],
    contexts: operation.contexts,
    config: {},
    operation_id: operation.operationId,
    operation: "switchover",
    hubs: operation.hubs,
    parameters: operation.parameters,
    history: [],
  };
}

/** Whether a phase of the operation has ended well. */
export function hasCompleted({ completed_phases: completed = [] }: StateDocument, phase: string): boolean {
  return completed.includes(phase);
}

/** Moves to another phase and keeps the way in `history`. */
export function withPhase(document: StateDocument, to: StoredPhase, at: string, runId: string): StateDocument {
  if (document.current_phase === to) {
    return document;
  }
  const step = { from: document.current_phase, to, timestamp: at, runId };
  return { ...document, current_phase: to, last_updated: at, history: [...document.history, step] };
}

/** With what is new of these: a phase that is resumed tells of its earlier steps once more. The same document where nothing is. */
export function withWarnings(document: StateDocument, warnings: readonly string[]): StateDocument {
  const known = document.warnings ?? [];
  const all = [...new Set([...known, ...warnings])];
  return all.length === known.length ? document : { ...document, warnings: all };
}

/** How the phase runner records in the state file. */
export const stateShape: RecordedDocument<StateDocument, OperationMemory> = {
  memory: (document) => document.config,
  withMemory: (document, config) => ({ ...document, config }),
  isRecorded: (document, step) => document.completed_steps.some((entry) => entry.name === step),
  withRecord: (document, { step, phase, durationMs, at, warnings }) => ({
    ...withWarnings(document, warnings),
    last_updated: at,
    completed_steps: [
      ...document.completed_steps.filter((entry) => entry.name !== step),
      { name: step, timestamp: at, phase, durationSeconds: Math.round(durationMs / 100) / 10 },
    ],
  }),
  withWarnings,
  withoutRecord: (document, step) => ({
    ...document,
    completed_steps: document.completed_steps.filter((entry) => entry.name !== step),
  }),
  withError: (document, { step, phase, error, at }) => ({
    ...document,
    last_updated: at,
    current_phase: "failed",
    errors: [
      ...document.errors,
      { error: `${error.text.what}: ${error.text.why}`, phase, timestamp: at, step, code: error.text.id },
    ],
  }),
};
