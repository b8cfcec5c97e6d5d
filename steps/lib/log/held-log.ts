import { LevelledLogger } from "./levelled-logger.ts";
import type { LogLevel } from "./log-settings.ts";
import type { LogFields, Logger, LogPlace } from "./logger.ts";

/** What the screen shows instead, and what it would lose. */
const lasting: ReadonlySet<LogLevel> = new Set(["warn", "error"]);

/** What a logger and all its children have in common. */
interface Shared {
  held: (() => void)[] | undefined;
  place: LogFields;
}

/**
 * The logger of a run. It knows where the run is, and says so on each line, whoever writes it. It can be held back while
 * something else redraws the screen: released, it writes the warnings and errors of that time; what only told of progress
 * is dropped, since the screen showed it.
 */
export class HeldLog extends LevelledLogger {
  readonly #inner: Logger;
  readonly #own: LogFields;
  readonly #shared: Shared;

  constructor(inner: Logger, own: LogFields = {}, shared: Shared = { held: undefined, place: {} }) {
    super();
    this.#inner = inner;
    this.#own = own;
    this.#shared = shared;
  }

  /** Fields of every further line, also of the children that exist already; `undefined` takes one away again. */
  at(place: LogPlace): void {
    this.#shared.place = known({ ...this.#shared.place, ...place });
  }

  /** Holds lines back, also those of every child. @returns what lets them go */
  hold(): () => void {
    this.#shared.held ??= [];
    return () => {
      const lines = this.#shared.held ?? [];
      this.#shared.held = undefined;
      for (const write of lines) write();
    };
  }

  child(fields: LogFields): Logger {
    return new HeldLog(this.#inner, { ...this.#own, ...fields }, this.#shared);
  }

  protected write(level: LogLevel, message: string, fields: LogFields | undefined): void {
    const own = { ...this.#own, ...fields };
    const all = { ...withoutKeysOf(own, this.#shared.place), ...own };
    const write = (): void => this.#inner[level](message, all);
    if (this.#shared.held === undefined) write();
    else if (lasting.has(level)) this.#shared.held.push(write);
  }
}

/** What a line says itself counts, and stands where the line has it. */
function withoutKeysOf(own: LogFields, place: LogFields): LogFields {
  return Object.fromEntries(Object.entries(place).filter(([key]) => !(key in own)));
}

function known(place: LogPlace): LogFields {
  return Object.fromEntries(Object.entries(place).filter(([, value]) => value !== undefined));
}
