import { fitLine } from "./fit-line.ts";
import { LevelledLogger } from "./levelled-logger.ts";
import type { LineType } from "./line-type.ts";
import type { LogLevel, TextLogSettings } from "./log-settings.ts";
import type { LogFields, Logger } from "./logger.ts";

const ranks: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };
const colors: Readonly<Record<LogLevel, string>> = {
  debug: "\u001b[2m",
  info: "",
  warn: "\u001b[33m",
  error: "\u001b[31m",
};
const reset = "\u001b[0m";

/** Known to the person at the terminal, who started just this run. */
const fieldsLeftOut: ReadonlySet<string> = new Set(["run", "task", "operationId", "type"]);

/**
 * Lines for programs. People get the same as a table of checks, as the count of clusters and the list of those that are
 * missing, and as the last lines.
 */
const forPrograms: ReadonlySet<LineType | undefined> = new Set(["check", "cluster", "result"]);

/** Text from a cluster must neither move the cursor nor colour what follows. */
function printable(text: string): string {
  return text.replaceAll(/[\r\n\u2028\u2029]+/g, " ⏎ ").replaceAll(/\p{Cc}/gu, "�");
}

function fieldText(value: unknown): string {
  if (typeof value === "string" && /^[\w./:@+-]+$/.test(value)) return value;
  return printable(JSON.stringify(value) ?? String(value));
}

function timeOfDay(ms: number): string {
  return new Date(ms).toTimeString().slice(0, 8);
}

class TextLogger extends LevelledLogger {
  readonly #settings: TextLogSettings;
  readonly #fields: LogFields;

  constructor(settings: TextLogSettings, fields: LogFields) {
    super();
    this.#settings = settings;
    this.#fields = fields;
  }

  child(fields: LogFields): Logger {
    return new TextLogger(this.#settings, { ...this.#fields, ...fields });
  }

  protected write(level: LogLevel, message: string, fields: LogFields | undefined): void {
    const all = { ...this.#fields, ...fields };
    const shownFrom = forPrograms.has(all.type) ? "debug" : level;
    if (ranks[shownFrom] < ranks[this.#settings.level]) return;
    const line = fitLine(message, all);
    const shown = Object.entries(line.fields).filter(([key, value]) => value !== undefined && !fieldsLeftOut.has(key));
    const details = shown.map(([key, value]) => ` ${key}=${fieldText(value)}`).join("");
    const text = `${timeOfDay(this.#settings.now())} ${level.padEnd(5)} ${printable(line.message)}${details}`;
    const color = this.#settings.color ? colors[level] : "";
    this.#settings.sink.write(color === "" ? `${text}\n` : `${color}${text}${reset}\n`);
  }
}

/** Lines for a person at a terminal: time of day, level, message, then `name=value` for each field. */
export function createTextLogger(settings: TextLogSettings, fields: LogFields): Logger {
  return new TextLogger(settings, fields);
}
