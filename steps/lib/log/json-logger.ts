import { type Logger as PinoLogger, pino, stdTimeFunctions } from "pino";
import { fitLine } from "./fit-line.ts";
import type { LogLevel, LogSettings } from "./log-settings.ts";
import type { LogFields, Logger } from "./logger.ts";

class JsonLogger implements Logger {
  readonly #pino: PinoLogger;
  readonly #fields: LogFields;

  constructor(writer: PinoLogger, fields: LogFields) {
    this.#pino = writer;
    this.#fields = fields;
  }

  debug(message: string, fields?: LogFields): void {
    this.#write("debug", message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#write("info", message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#write("warn", message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#write("error", message, fields);
  }

  child(fields: LogFields): Logger {
    return new JsonLogger(this.#pino, { ...this.#fields, ...fields });
  }

  #write(level: LogLevel, message: string, fields: LogFields | undefined): void {
    if (!this.#pino.isLevelEnabled(level)) return;
    const line = fitLine(message, { ...this.#fields, ...fields });
    this.#pino[level](line.fields, line.message);
  }
}

/** One JSON object per line: `level` as a word, `time` in ISO 8601, `msg`, then the fields. */
export function createJsonLogger(settings: LogSettings, fields: LogFields): Logger {
  const writer = pino(
    {
      level: settings.level,
      // The pod is known to whoever reads its log; pid and host name would only be noise.
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    settings.sink,
  );
  return new JsonLogger(writer, fields);
}
