import { FairleadError } from "../../lib/errors/fairlead-error.ts";
import { isKubeError } from "../../lib/kube/kube-error.ts";
import { type Reading, read } from "./reading.ts";

/**
 * Turns one read into a reading. An abort and a defect are thrown on: they are no fact about the hub.
 */
export async function attempt<T>(kind: string, signal: AbortSignal, work: () => Promise<T>): Promise<Reading<T>> {
  try {
    return read(await work());
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof FairleadError)) {
      throw error;
    }
    return isKubeError(error, "KindAbsent", "NotFound")
      ? { state: "absent", kind }
      : { state: "unread", text: error.text };
  }
}
