import { exitCode } from "./exit-code.ts";

/** What a person needs at 3 a.m.: what happened, why, and what to do. `id` is stable and documented. */
export interface ErrorText {
  /** Area letters and number, never reused: `KUBE-03`, `SW-ACT-07`. */
  readonly id: string;
  /** One sentence, lower-case start, names the object: `BackupSchedule ns/name on hub "primary" was not paused`. */
  readonly what: string;
  readonly why: string;
  /** The next action, ends without a full stop. */
  readonly fix: string;
}

export interface ErrorOptions {
  readonly exitCode?: number;
  readonly cause?: unknown;
}

/**
 * The one error class that reaches the user. Everything else that is thrown is reported as a defect.
 *
 * @example throw new FairleadError({ id: "STATE-02", what: "state file x.json is not JSON", why: "…", fix: "…" }, { exitCode: 4 });
 */
export class FairleadError extends Error {
  override readonly name: string = "FairleadError";
  readonly text: ErrorText;
  readonly exitCode: number;

  constructor(text: ErrorText, options: ErrorOptions = {}) {
    super(`${text.id}: ${text.what}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.text = text;
    this.exitCode = options.exitCode ?? exitCode.failed;
  }
}
