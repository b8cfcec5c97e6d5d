import { type Logger as PinoLogger, pino, stdTimeFunctions } from "pino";
import { fitLine } from "./fit-line.ts";
import { LevelledLogger } from "./levelled-logger.ts";
import type { LogLevel, LogSettings } from "./log-settings.ts";
import type { LogFields, Logger } from "./logger.ts";

class JsonLogger extends LevelledLogger {
  readonly #pino: PinoLogger;
  readonly #fields: LogFields;

  constructor(writer: PinoLogger, fields: LogFields) {
    super();
    this.#pino = writer;
    this.#fields = fields;
  }

  child(fields: LogFields): Logger {
    return new JsonLogger(this.#pino, { ...this.#fields, ...fields });
  }

  protected write(level: LogLevel, message: string, fields: LogFields | undefined): void {
    if (!this.#pino.isLevelEnabled(level)) return;
    const line = fitLine(message, { type: "log", ...this.#fields, ...fields });
    this.#pino[level](line.fields, line.message);
  }
}

/** One JSON object per line: `level` as a word, `time` in ISO 8601, `type`, the other fields, then `msg`. */
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
