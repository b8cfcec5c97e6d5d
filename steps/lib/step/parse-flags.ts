import type { TProperties } from "typebox";
import { closestName } from "./closest-name.ts";
import { type ParamKind, paramKind, viewSchema } from "./param-kind.ts";

/** Flags that belong to the run rather than to the operation. */
export interface RunFlags {
  readonly logFormat?: "json" | "text";
  readonly resultsDir?: string;
  /** `name=path` pairs as given. */
  readonly workspaces: readonly string[];
}

/** A flag or argument that cannot be understood; `fix` names the likely intention. */
export interface FlagFault {
  readonly what: string;
  readonly fix: string;
}

export interface ParsedFlags {
  /** Raw text per param, in the order given; more than one entry only for a list. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly run: RunFlags;
  readonly faults: readonly FlagFault[];
}

export interface FlagOptions {
  readonly params: TProperties;
  readonly positional: readonly string[];
  readonly aliases: Readonly<Record<string, string>>;
  /** Workspaces and results exist: true for steps. */
  readonly isStep: boolean;
  /**
   * Inside a Task the list param comes last and takes all that follows, so that a list element such as `--force`,
   * which somebody outside may have chosen, stays an element.
   */
  readonly listTakesRest: boolean;
}

const stepFlags = ["results-dir", "workspace"] as const;

class FlagReader {
  readonly #values = new Map<string, string[]>();
  readonly #faults: FlagFault[] = [];
  readonly #workspaces: string[] = [];
  readonly #run: { logFormat?: "json" | "text"; resultsDir?: string } = {};
  readonly #arguments: readonly string[];
  readonly #options: FlagOptions;
  readonly #positional: string[];
  #next = 0;

  constructor(args: readonly string[], options: FlagOptions) {
    this.#arguments = args;
    this.#options = options;
    this.#positional = [...options.positional];
  }

  read(): ParsedFlags {
    for (let word = this.#take(); word !== undefined; word = this.#take()) {
      if (word.startsWith("--") && word.length > 2) this.#longFlag(word.slice(2));
      else if (/^-[A-Za-z]/.test(word)) this.#shortFlag(word);
      else this.#positionalValue(word);
    }
    return { values: this.#values, run: { ...this.#run, workspaces: this.#workspaces }, faults: this.#faults };
  }

  #take(): string | undefined {
    return this.#arguments[this.#next++];
  }

  #longFlag(text: string): void {
    const equals = text.indexOf("=");
    this.#flag(equals < 0 ? text : text.slice(0, equals), equals < 0 ? undefined : text.slice(equals + 1));
  }

  #shortFlag(word: string): void {
    const letter = word.slice(1, 2);
    const name = Object.hasOwn(this.#options.aliases, letter) ? this.#options.aliases[letter] : undefined;
    const attached = word.length > 2 ? word.slice(2).replace(/^=/, "") : undefined;
    if (name === undefined) this.#unknown(word.slice(0, 2), undefined);
    else this.#flag(name, attached);
  }

  #flag(name: string, attached: string | undefined): void {
    // "constructor" and its like are members of every object, and flags of none.
    const schema = Object.hasOwn(this.#options.params, name) ? this.#options.params[name] : undefined;
    if (schema !== undefined) this.#param(name, paramKind(viewSchema(schema)), attached);
    else if (name === "log-format" || (this.#options.isStep && stepFlags.some((flag) => flag === name)))
      this.#runFlag(name, attached);
    else this.#unknown(`--${name}`, name);
  }

  #param(name: string, kind: ParamKind, attached: string | undefined): void {
    if (kind === "list") {
      this.#list(name, attached);
      return;
    }
    if (this.#values.has(name)) this.#fault(`--${name} is given twice`, `give --${name} once`);
    const value = attached ?? (kind === "boolean" ? this.#booleanWord() : this.#valueOf(name));
    if (value !== undefined) this.#values.set(name, [value]);
  }

  #list(name: string, attached: string | undefined): void {
    const words = this.#values.get(name) ?? [];
    this.#values.set(name, words);
    if (attached !== undefined) {
      words.push(attached);
      return;
    }
    while (this.#next < this.#arguments.length) {
      const word = this.#arguments[this.#next];
      if (word === undefined || (!this.#options.listTakesRest && word.startsWith("-"))) return;
      words.push(word);
      this.#next++;
    }
  }

  /** `--dry-run` alone means true, while `--dry-run false` is what a Task or a script writes. */
  #booleanWord(): string {
    const word = this.#arguments[this.#next];
    if (word === undefined || word.startsWith("-")) return "true";
    this.#next++;
    return word;
  }

  #valueOf(name: string): string | undefined {
    const word = this.#arguments[this.#next];
    // A number may be negative; `--name=-x` passes any other value that starts with a dash.
    if (word === undefined || (word.startsWith("-") && !/^-\d/.test(word))) {
      this.#fault(`--${name} has no value`, `write --${name} <value>, or --${name}=<value> when it starts with a dash`);
      return undefined;
    }
    this.#next++;
    return word;
  }

  #runFlag(name: string, attached: string | undefined): void {
    const value = attached ?? this.#valueOf(name);
    if (value === undefined) return;
    if (name === "workspace") this.#workspaces.push(value);
    else if (name === "results-dir") this.#run.resultsDir = value;
    else if (value === "json" || value === "text") this.#run.logFormat = value;
    else this.#fault(`--log-format "${shorten(value)}" is neither "json" nor "text"`, "give json or text");
  }

  #positionalValue(word: string): void {
    const name = this.#positional.shift();
    if (name === undefined)
      this.#fault(`argument "${shorten(word)}" is not expected`, "give values by their flag, --name value");
    else this.#values.set(name, [...(this.#values.get(name) ?? []), word]);
  }

  #unknown(flag: string, name: string | undefined): void {
    const known = [
      ...Object.keys(this.#options.params),
      "log-format",
      "help",
      ...(this.#options.isStep ? stepFlags : []),
    ];
    const near = name === undefined ? undefined : closestName(name, known);
    const hint = near === undefined ? "--help lists the flags" : `did you mean --${near}?`;
    this.#fault(`flag ${shorten(flag)} does not exist`, hint);
    // The value of an unknown flag would otherwise be reported a second time, as an unexpected argument.
    const word = this.#arguments[this.#next];
    if (word !== undefined && !word.startsWith("-")) this.#next++;
  }

  #fault(what: string, fix: string): void {
    this.#faults.push({ what, fix });
  }
}

function shorten(word: string): string {
  return word.length > 40 ? `${word.slice(0, 40)}…` : word;
}

/**
 * Reads flags by the params of one declaration. Never throws: every fault is collected, so that one start shows all.
 *
 * @example parseFlags(["--dry-run", "--clusters", "a", "b"], options).values // dry-run → ["true"], clusters → ["a", "b"]
 */
export function parseFlags(args: readonly string[], options: FlagOptions): ParsedFlags {
  return new FlagReader(args, options).read();
}
