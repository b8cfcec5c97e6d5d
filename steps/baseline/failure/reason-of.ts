import { FairleadError } from "../../lib/errors/fairlead-error.ts";

/** An error in one line, for records. Pure. */
export function reasonOf(error: unknown): string {
  if (error instanceof FairleadError) return `${error.text.what}: ${error.text.why}`;
  return error instanceof Error ? error.message : String(error);
}
