import { LevelledLogger } from "./levelled-logger.ts";
import type { LogLevel } from "./log-settings.ts";
import type { LogFields, Logger } from "./logger.ts";

/** What the screen shows instead, and what it would lose. */
const lasting: ReadonlySet<LogLevel> = new Set(["warn", "error"]);

interface Hold {
  lines: (() => void)[] | undefined;
}

/**
 * A logger that can be held back while something else redraws the screen. Released, it writes the warnings and errors of
 * that time; what only told of progress is dropped, since the screen showed it.
 */
export class HeldLog extends LevelledLogger {
  readonly #inner: Logger;
  readonly #hold: Hold;

  constructor(inner: Logger, hold: Hold = { lines: undefined }) {
    super();
    this.#inner = inner;
    this.#hold = hold;
  }

  /** Holds lines back, also those of every child. @returns what lets them go */
  hold(): () => void {
    this.#hold.lines ??= [];
    return () => {
      const lines = this.#hold.lines ?? [];
      this.#hold.lines = undefined;
      for (const write of lines) write();
    };
  }

  child(fields: LogFields): Logger {
    return new HeldLog(this.#inner.child(fields), this.#hold);
  }

  protected write(level: LogLevel, message: string, fields: LogFields | undefined): void {
    const write = (): void => this.#inner[level](message, fields);
    if (this.#hold.lines === undefined) write();
    else if (lasting.has(level)) this.#hold.lines.push(write);
  }
}
