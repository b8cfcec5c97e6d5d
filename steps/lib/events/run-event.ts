import type { PhaseEvent } from "../phase/types.ts";
import type { ReportCheck } from "../report/types.ts";

/** One finding of one check, as the report has it. */
export interface CheckEvent extends ReportCheck {
  readonly type: "check";
}

/** How a run ended: what its last lines say, for programs. */
export interface ResultEvent {
  readonly type: "result";
  readonly state: "done" | "verdict" | "error";
  readonly message: string;
  readonly exitCode: number;
  readonly durationMs: number;
  /** Of the error, or of a verdict that has one. */
  readonly id?: string | undefined;
  readonly why?: string | undefined;
  readonly fix?: string | undefined;
  readonly more?: string | undefined;
  /** The results of a Task, as Tekton gets them. */
  readonly results?: Readonly<Record<string, string>>;
}

/** Everything that a run tells of itself as it goes, whoever shows it. */
export type RunEvent = PhaseEvent | CheckEvent | ResultEvent;
