import { FairleadError } from "../../lib/errors/fairlead-error.ts";
import { type Reading, read } from "./reading.ts";

/**
 * Turns one read into a reading. An API that the hub does not serve answers a list with `NotFound`.
 * An abort and a defect are thrown on: they are no fact about the hub.
 */
export async function attempt<T>(kind: string, signal: AbortSignal, work: () => Promise<T>): Promise<Reading<T>> {
  try {
    return read(await work());
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof FairleadError)) {
      throw error;
    }
    return isNotFound(error) ? { state: "absent", kind } : { state: "unread", text: error.text };
  }
}

function isNotFound(error: FairleadError): boolean {
  return "reason" in error && error.reason === "NotFound";
}
