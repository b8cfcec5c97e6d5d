import type { TextSink } from "./text-sink.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

export interface LogSettings {
  readonly level: LogLevel;
  readonly sink: TextSink;
}

export interface TextLogSettings extends LogSettings {
  readonly color: boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}
