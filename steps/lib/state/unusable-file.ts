import { FairleadError } from "../errors/fairlead-error.ts";
import type { LoadedJson } from "./load-json-file.ts";

export type UnusableJson = Exclude<LoadedJson<unknown>, { state: "absent" | "loaded" }>;

export interface UnusableOptions {
  /** What people call the file: `state file`, `plan`. */
  readonly what: string;
  readonly exitCode?: number;
  /** How to go on: `give reset-state=true to start over`. */
  readonly fix: string;
  /** Where {@link keepCopy} put a copy. */
  readonly copy?: string;
}

function explain(path: string, outcome: UnusableJson, what: string) {
  switch (outcome.state) {
    case "corrupt":
      return { id: "STATE-05", what: `${what} ${path} is not usable`, why: `it ${outcome.reason}` };
    case "newer-schema":
      return {
        id: "STATE-06",
        what: `${what} ${path} was written by a newer version of this program`,
        why: `its schema version is ${outcome.version}`,
      };
    case "too-large":
      return {
        id: "STATE-07",
        what: `${what} ${path} is too large to be read`,
        why: `it has ${outcome.bytes} bytes, the limit is ${outcome.maxBytes}`,
      };
  }
}

/** The refusal for a file that is there but cannot be used: STATE-05, STATE-06 or STATE-07. Nothing was changed. */
export function unusableFile(path: string, outcome: UnusableJson, options: UnusableOptions): FairleadError {
  const text = explain(path, outcome, options.what);
  const kept = options.copy === undefined ? "" : `; a copy was kept as ${options.copy}`;
  const fix = outcome.state === "newer-schema" ? `use the version that wrote it, or ${options.fix}` : options.fix;
  return new FairleadError(
    { ...text, why: `${text.why}; nothing was changed${kept}`, fix },
    options.exitCode === undefined ? {} : { exitCode: options.exitCode },
  );
}
