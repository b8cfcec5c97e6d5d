/** One model, three renderings (JSON, Markdown, one self-contained HTML file). Everything in it may be read by anyone who can read the run: no secrets. */
export interface Report {
  readonly schemaVersion: "1.0";
  readonly title: string;
  readonly operation: string;
  readonly operationId: string;
  readonly runName: string;
  readonly outcome: string;
  /** One sentence, at most 200 characters. */
  readonly summary: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Short label–value pairs shown first. */
  readonly facts: readonly Fact[];
  readonly timeline: readonly TimelineEntry[];
  readonly checks: readonly ReportCheck[];
  readonly tables: readonly ReportTable[];
  /** Numbers of the operation itself, for the metrics. */
  readonly figures?: readonly ReportFigure[];
  readonly warnings: readonly string[];
  readonly errors: readonly ReportError[];
  readonly nextActions: readonly string[];
}

export interface Fact {
  readonly label: string;
  readonly value: string;
}

export interface TimelineEntry {
  readonly phase: string;
  readonly step: string;
  readonly title: string;
  readonly state: "done" | "already-done" | "skipped" | "planned" | "failed" | "interrupted";
  readonly startedAt: string;
  readonly durationMs: number;
  readonly note: string;
}

export interface ReportCheck {
  readonly id: string;
  readonly name: string;
  readonly hub: string;
  readonly result: "passed" | "failed" | "skipped";
  readonly severity: "critical" | "warning" | "info";
  readonly message: string;
  readonly remediation: string;
}

export interface ReportTable {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What the columns mean, where their heads do not say it. */
  readonly legend?: string;
  /** Rows that are to be looked at first, by index; those of a long table that a person reads at all. */
  readonly exceptions?: readonly number[];
}

/** One gauge: `clusters`, in snake case without prefix, with its unit at the end. */
export interface ReportFigure {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

export interface ReportError {
  readonly id: string;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
  readonly at: string;
}
