import { type ErrorText, FairleadError } from "../../lib/errors/fairlead-error.ts";
import { disabledResources } from "../exclusion/read-rules.ts";
import { isFailed } from "../run/count-results.ts";
import type { RunRecord } from "../run/run-record.ts";
import { failureText } from "./failure-text.ts";
import { platformMissing } from "./tell-no-platform.ts";

/**
 * Why a run did not end well and what is to be done: what ended it, else the first asset that failed; `undefined` where
 * it ended well. Pure.
 *
 * @param error that ended it
 */
export function endingText({ ending, assets }: RunRecord, error: unknown): ErrorText | undefined {
  if (error instanceof FairleadError) return error.text;
  switch (ending.ending) {
    case "precondition-missing":
      return platformMissing(ending.crd);
    case "invalid-input":
      return {
        id: "BASE-RUN-04",
        what: "the rules of disabled resources cannot be read, and nothing was changed",
        why: ending.error,
        fix: `correct ${disabledResources} on the HyperConverged, or run with exclusion-on-error=ignore, which applies all assets as if there were no rule`,
      };
    default: {
      const failed = assets.find(isFailed);
      return failed === undefined ? undefined : failureText(failed);
    }
  }
}
