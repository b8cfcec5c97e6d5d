import type { Clock } from "../lib/clock/clock.ts";
import { requestAgeFault } from "../lib/step/request-age.ts";
import { baselineError } from "./baseline-error.ts";
import { baselineExit } from "./failure/exit-code.ts";

interface Requested {
  readonly params: { readonly "issued-at"?: string };
  readonly clock: Pick<Clock, "now">;
}

/**
 * Refuses a run whose request is older than five minutes, or from the future.
 *
 * @throws FairleadError BASE-REQ-01 (exit 2)
 */
export function checkRequestAge({ params, clock }: Requested): void {
  const issuedAt = params["issued-at"];
  const why = requestAgeFault(issuedAt, clock.now());
  if (why === undefined) return;
  throw baselineError(
    "BASE-REQ-01",
    {
      what: `the request that started this run was issued at "${issuedAt}"`,
      why,
      fix: "send a new request with the present time and a new requestId",
    },
    baselineExit.invalidInput,
  );
}
