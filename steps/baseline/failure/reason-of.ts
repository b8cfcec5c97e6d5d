import { FairleadError } from "../../lib/errors/fairlead-error.ts";

/** An error in one line, for records. Pure. */
export function reasonOf(error: unknown): string {
  if (error instanceof FairleadError) return `${error.text.what}: ${error.text.why}`;
  return error instanceof Error ? error.message : String(error);
}

/** The first line of an error: what a parser adds below it shows where in a text it stands. Pure. */
export function firstLine(error: unknown): string {
  return reasonOf(error).split("\n")[0] ?? "";
}
