/** Fields that every line may carry; the names are part of the output's contract (a web front end parses them). */
export interface LogFields {
  readonly run?: string;
  readonly task?: string;
  readonly phase?: string;
  readonly step?: string;
  readonly hub?: string;
  readonly operationId?: string;
  readonly [key: string]: unknown;
}

/** Structured, redacting logger. `child` adds fields to each of its lines. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  child(fields: LogFields): Logger;
}
