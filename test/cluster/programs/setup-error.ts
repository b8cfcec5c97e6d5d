export interface SetupErrorText {
  /** Stable, e.g. `PROG-02`. */
  readonly id: string;
  /** One sentence that names the part. */
  readonly what: string;
  readonly why: string;
  /** The next action; commands can be copied. */
  readonly fix: string;
}

/** A failure of the test platform that a person must act on; its message is complete on its own. */
export class SetupError extends Error {
  override readonly name = "SetupError";
  readonly text: SetupErrorText;

  constructor(text: SetupErrorText, cause?: unknown) {
    super(`${text.id}: ${text.what}\n  why: ${text.why}\n  fix: ${text.fix}`, cause === undefined ? {} : { cause });
    this.text = text;
  }
}
