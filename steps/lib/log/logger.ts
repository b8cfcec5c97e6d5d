import type { LineType } from "./line-type.ts";

/** Fields that every line may carry; the names are part of the output's contract (a web front end parses them). */
export interface LogFields {
  /** `log` when absent. */
  readonly type?: LineType;
  readonly run?: string;
  readonly task?: string;
  readonly phase?: string;
  readonly step?: string;
  readonly hub?: string;
  readonly operationId?: string;
  readonly [key: string]: unknown;
}

/** Where a run is: what each further line of its log says of that. */
export interface LogPlace {
  readonly operationId?: string | undefined;
  readonly phase?: string | undefined;
  readonly step?: string | undefined;
}

/** Structured, redacting logger. `child` adds fields to each of its lines. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  child(fields: LogFields): Logger;
}
